package io.edgemint.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TelemetryTest {
  @Test
  void scrape_hasTheBuildAndTheJvm() {
    try (Telemetry telemetry = new Telemetry("1.2.3")) {
      assertThat(telemetry.scrape())
          .contains("gateway_build_info{", "version=\"1.2.3\"", "jvm_memory_used_bytes");
    }
  }
}
