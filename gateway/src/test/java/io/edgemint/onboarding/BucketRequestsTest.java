package io.edgemint.onboarding;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.S3Storage;
import io.edgemint.backend.S3Storage.Endpoint;
import io.edgemint.backend.Samples;
import io.edgemint.credentials.Session;
import java.net.URI;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StorageWriterTest {
  private static final Session SESSION =
      new Session("AKID", "secret", "session-token", Instant.EPOCH, null);

  /** The SDK alone would write to us-east-1 by its global name. */
  @ParameterizedTest
  @CsvSource({
    "us-east-1, acme-fw, '', acme-fw.s3.us-east-1.amazonaws.com/a",
    "us-east-1, acme.fw, '', s3.us-east-1.amazonaws.com/acme.fw/a",
    "eu-west-1, acme-fw, path_style, s3.eu-west-1.amazonaws.com/acme-fw/a",
    "eu-west-1, acme-fw, accelerate dual_stack, acme-fw.s3-accelerate.dualstack.amazonaws.com/a",
    "cn-north-1, acme-fw, dual_stack, acme-fw.s3.dualstack.cn-north-1.amazonaws.com.cn/a",
    "us-gov-west-1, acme-fw, fips, acme-fw.s3-fips.us-gov-west-1.amazonaws.com/a",
    "us-iso-east-1, acme-fw, '', acme-fw.s3.us-iso-east-1.c2s.ic.gov/a",
    "eusc-de-east-1, acme-fw, '', acme-fw.s3.eusc-de-east-1.amazonaws.eu/a"
  })
  void put_anyEndpoint_goesWhereLinksGo(
      String region, String bucket, String words, String expected) {
    var endpoint =
        new Endpoint(
            null,
            words.contains("path_style"),
            words.contains("dual_stack"),
            words.contains("fips"),
            words.contains("accelerate"));
    S3Storage plain = Samples.s3(bucket);
    S3Storage storage =
        new S3Storage(
            bucket,
            region,
            "",
            endpoint,
            plain.credentials(),
            plain.encryption(),
            plain.ttl(),
            plain.responseHeaders());

    try (StorageWriter writer = new StorageWriter(storage, SESSION)) {
      URI put = writer.put(Samples.key("a"), 1).uri();

      assertThat(put.getHost() + put.getPath()).isEqualTo(expected);
      assertThat(put.getRawQuery()).contains("%2F" + region + "%2Fs3%2Faws4_request");
    }
  }

  @Test
  void signed_printed_showsNoSignatureAndNoToken() {
    try (StorageWriter writer = new StorageWriter(Samples.s3("bucket"), SESSION)) {
      StorageWriter.Signed put = writer.put(Samples.key("fw/a"), 1);

      assertThat(put.uri().getRawQuery()).contains("X-Amz-Signature=", "session-token");
      assertThat(put.toString()).contains("PUT", "/fw/a").doesNotContain("X-Amz-", "session-token");
    }
  }
}
