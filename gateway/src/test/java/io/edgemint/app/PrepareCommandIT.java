package io.edgemint.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class PrepareCommandIT {
  @Test
  void prepare_links_areMade() {
    StringWriter said = new StringWriter();
    PrintWriter out = new PrintWriter(said, true);

    int status = Main.run(new String[] {"prepare"}, out, out);

    assertThat(said.toString()).isEqualToIgnoringNewLines("Prepared.");
    assertThat(status).isZero();
  }
}
