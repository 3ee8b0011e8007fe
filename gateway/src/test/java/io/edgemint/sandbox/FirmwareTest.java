package io.edgemint.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FirmwareTest {
  @Test
  void bytes_everyRun_areTheSame() {
    assertThat(Firmware.SMALL.sha256("acme"))
        .isEqualTo("2cc405af8a7b22260d7213bb900887315246a756329f9efbc996db88dc15d417");
  }

  @Test
  void bytes_otherOrgOrKey_differ() {
    assertThat(Firmware.SMALL.bytes("acme"))
        .hasSize(Firmware.SMALL.size())
        .isNotEqualTo(Firmware.SMALL.bytes("globex"))
        .isNotEqualTo(new Firmware("fw/other.bin", Firmware.SMALL.size()).bytes("acme"));
  }
}
