package io.edgemint.onboarding;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Samples;
import io.edgemint.credentials.Session;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class StorageWriterTest {
  @Test
  void signed_printed_showsNoSignatureAndNoToken() {
    Session session = new Session("AKID", "secret", "session-token", Instant.EPOCH, null);
    try (StorageWriter writer = new StorageWriter(Samples.s3("bucket"), session)) {
      StorageWriter.Signed put = writer.put(Samples.key("fw/a"), 1);

      assertThat(put.uri().getRawQuery()).contains("X-Amz-Signature=", "session-token");
      assertThat(put.toString()).contains("PUT", "/fw/a").doesNotContain("X-Amz-", "session-token");
    }
  }
}
