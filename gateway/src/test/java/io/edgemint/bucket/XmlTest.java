package io.edgemint.bucket;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class XmlTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no XML",
        "<a>",
        "<a>\u00ff</a>",
        "<!DOCTYPE a><a/>",
        "<?xml version='1.0' encoding='none'?><a/>"
      })
  void of_whatIsNoXml_isAnElementWithoutContent(String document) {
    assertThat(Xml.of(document.getBytes(StandardCharsets.ISO_8859_1)).element()).isEmpty();
  }
}
