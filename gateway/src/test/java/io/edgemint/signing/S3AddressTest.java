package io.edgemint.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.edgemint.backend.S3Storage;
import io.edgemint.backend.S3Storage.Endpoint;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class S3AddressTest {
  private static String text(S3Storage storage) {
    S3Address address = S3Address.of(storage);
    return address.scheme() + "://" + address.host() + address.path();
  }

  @ParameterizedTest
  @CsvSource({
    "eu-central-1, https://acme.s3.eu-central-1.amazonaws.com/",
    "us-east-1, https://acme.s3.us-east-1.amazonaws.com/",
    "us-gov-west-1, https://acme.s3.us-gov-west-1.amazonaws.com/",
    "cn-north-1, https://acme.s3.cn-north-1.amazonaws.com.cn/",
    "cn-northwest-1, https://acme.s3.cn-northwest-1.amazonaws.com.cn/"
  })
  void of_amazonsOwnEndpoint_isThatOfTheRegion(String region, String expected) {
    assertThat(text(Storages.s3("acme", region, ""))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "acme.fw, https://s3.eu-west-1.amazonaws.com/acme.fw/",
    "Acme, https://s3.eu-west-1.amazonaws.com/Acme/",
    "acme_fw, https://s3.eu-west-1.amazonaws.com/acme_fw/",
    "acme-, https://s3.eu-west-1.amazonaws.com/acme-/",
    "acme-fw, https://acme-fw.s3.eu-west-1.amazonaws.com/"
  })
  void of_bucketThatIsNoDnsLabel_standsInThePath(String bucket, String expected) {
    assertThat(text(Storages.s3(bucket, "eu-west-1", ""))).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "https://s3.example.com, false, https://acme.s3.example.com/",
    "https://s3.example.com, true, https://s3.example.com/acme/",
    "https://s3.example.com/, true, https://s3.example.com/acme/",
    "https://S3.Example.com:9000, false, https://acme.s3.example.com:9000/",
    "https://s3.example.com:443, false, https://acme.s3.example.com/",
    "http://s3.example.com:80, false, http://acme.s3.example.com/",
    "http://s3.example.com:443, false, http://acme.s3.example.com:443/",
    "http://127.0.0.1:9000, false, http://127.0.0.1:9000/acme/",
    "http://[::1]:9000, false, http://[::1]:9000/acme/"
  })
  void of_customEndpoint_isWhatClientsWriteInTheHostHeader(
      String uri, boolean pathStyle, String expected) {
    var endpoint = Storages.endpoint(uri, pathStyle);

    assertThat(text(Storages.s3("acme", "eu-west-1", "", endpoint, Map.of()))).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://s3.example.com",
        "s3.example.com",
        "https://user@s3.example.com",
        "https://s3.example.com/path",
        "https://s3.example.com?x=1",
        "https://s3.example.com#x",
        "https:opaque"
      })
  void of_endpointWithMoreThanAnAuthority_isRefused(String uri) {
    var endpoint = Storages.endpoint(uri, false);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> S3Address.of(Storages.s3("acme", "eu-west-1", "", endpoint, Map.of())))
        .withMessageStartingWith("endpoint: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "..", "acme/other", "acme?", "acme\nhost:evil", "äää"})
  void of_bucketThatIsNoName_isRefused(String bucket) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> S3Address.of(Storages.s3(bucket, "eu-west-1", "")))
        .withMessageStartingWith("bucket: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "eu west", "evil.com/", "EU-WEST-1"})
  void of_regionThatIsNoCode_isRefused(String region) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> S3Address.of(Storages.s3("acme", region, "")))
        .withMessageStartingWith("region: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"acme--use1-az4--x-s3", "acme--use1-az4--xa-s3", "acme-o0123456789--op-s3"})
  void of_bucketOfAnotherKind_isRefused(String bucket) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> S3Address.of(Storages.s3(bucket, "eu-west-1", "")))
        .withMessageContainingAll("bucket: ", bucket, "name a general purpose bucket");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "cn-north-1, acme, fips, fips:, cn-north-1 lies in partition aws-cn, remove 'fips'",
        "eu-west-1, acme, fips accelerate, accelerate:, beside 'fips', remove either",
        "cn-north-1, acme, accelerate, accelerate:, cn-north-1 lies in partition aws-cn, remove",
        "us-gov-west-1, acme, accelerate, accelerate:, partition aws-us-gov, remove 'accelerate'",
        "us-iso-east-1, acme, accelerate, accelerate:, partition aws-iso, remove 'accelerate'",
        "eusc-de-east-1, acme, accelerate, accelerate:, partition aws-eusc, remove 'accelerate'",
        "eu-west-1, acme, path_style accelerate, accelerate:, beside 'path_style', remove either",
        "eu-west-1, acme.fw, accelerate, accelerate:, bucket 'acme.fw', without dots",
        "eu-west-1, acme, endpoint dual_stack, dual_stack:, 'endpoint' is https://h, remove",
        "eu-west-1, acme, endpoint fips, fips:, 'endpoint' is https://h, remove",
        "eu-west-1, acme, endpoint accelerate, accelerate:, 'endpoint' is https://h, remove"
      })
  void of_endpointThatS3DoesNotHave_isRefusedWithReasonAndFix(
      String region, String bucket, String words, String field, String seen, String fix) {
    var endpoint =
        new Endpoint(
            words.contains("endpoint") ? URI.create("https://h") : null,
            words.contains("path_style"),
            words.contains("dual_stack"),
            words.contains("fips"),
            words.contains("accelerate"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> S3Address.of(Storages.s3(bucket, region, "", endpoint, Map.of())))
        .withMessageStartingWith(field)
        .withMessageContainingAll(seen, fix);
  }

  @Test
  void of_prefix_isEncodedAsKeysAre() {
    assertThat(text(Storages.s3("acme", "eu-west-1", "Größe 1/a+b/")))
        .isEqualTo("https://acme.s3.eu-west-1.amazonaws.com/Gr%C3%B6%C3%9Fe%201/a%2Bb/");
  }

  @ParameterizedTest
  @ValueSource(strings = {"prod", "/", "/prod/", "a//b/", "a/../b/", "a\\b/", "a\u0000/", "a%2Fb/"})
  void of_prefixThatNoKeyBeginsWith_isRefused(String prefix) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> S3Address.of(Storages.s3("acme", "eu-west-1", prefix)))
        .withMessageStartingWith("prefix: ");
  }
}
