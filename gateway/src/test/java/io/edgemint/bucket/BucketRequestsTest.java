package io.edgemint.bucket;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.S3Storage;
import io.edgemint.backend.S3Storage.Endpoint;
import io.edgemint.backend.Samples;
import io.edgemint.credentials.Session;
import io.edgemint.onboarding.Bench;
import io.vertx.core.buffer.Buffer;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BucketRequestsTest {
  private static final InstantSource CLOCK = InstantSource.fixed(Bench.NOW);
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

    BucketRequests requests = new BucketRequests(storage, SESSION, CLOCK);

    URI put = requests.put(Samples.key("a"), Buffer.buffer("x"), Map.of()).uri();

    assertThat(put.getHost() + put.getPath()).isEqualTo(expected);
    assertThat(requests.list("").uri().getHost()).isEqualTo(put.getHost());
    assertThat(requests.list("").headers().get("Authorization"))
        .contains("AKID/20261120/" + region + "/s3/aws4_request");
  }

  @Test
  void signed_anyRequest_isDatedByTheInjectedClockAndCarriesTheSession() {
    BucketRequests bucket = new BucketRequests(Samples.s3("bucket"), SESSION, CLOCK);

    assertThat(bucket.list("fw/").headers())
        .containsEntry("X-Amz-Date", "20261120T120000Z")
        .containsEntry("X-Amz-Security-Token", "session-token")
        .doesNotContainKeys("Host", "host");
  }

  @Test
  void signed_printed_showsNoSignatureAndNoToken() {
    BucketRequests bucket = new BucketRequests(Samples.s3("bucket"), SESSION, CLOCK);

    BucketRequests.Signed put = bucket.put(Samples.key("fw/a"), Buffer.buffer("x"), Map.of());

    assertThat(put.headers().toString()).contains("Signature=", "session-token");
    assertThat(put.toString())
        .contains("PUT", "/fw/a")
        .doesNotContain("Signature", "session-token");
  }

  /** Amazon S3 user guide, "Naming": what stands in a key is signed once encoded, as it is sent. */
  @Test
  void signed_awkwardKey_isEncodedOnce() {
    BucketRequests bucket = new BucketRequests(Samples.s3("bucket"), SESSION, CLOCK);

    assertThat(bucket.get(Samples.key("a b+ä")).uri().getRawPath()).isEqualTo("/a%20b%2B%C3%A4");
  }
}
