package io.edgemint.signing;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.S3Storage.Endpoint;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.endpoints.AwsEndpointAttribute;
import software.amazon.awssdk.awscore.endpoints.authscheme.SigV4AuthScheme;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.PartitionMetadata;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.endpoints.S3EndpointProvider;

/** Walks every combination of settings, and holds our address against Amazon's endpoint rules. */
class S3EndpointRulesTest {
  private static final S3EndpointProvider RULES = S3EndpointProvider.defaultProvider();
  private static final String REFUSED = "refused";

  private static final List<String> BUCKETS =
      List.of("acme-fw", "acme.fw", "Acme_fw", "acme-", "a.-b", "a..b", "1.2.3.4", "ab");

  /** One of each partition at least. */
  private static final List<String> REGIONS =
      Stream.concat(
              Region.regions().stream().filter(it -> !it.isGlobalRegion()).map(Region::id),
              Stream.of("eu-north-9", "garage"))
          .toList();

  @Test
  void of_everyRegionBucketAndOption_isWhatTheRulesSay() {
    assertThat(REGIONS)
        .contains("us-east-1", "eu-west-1", "cn-north-1", "us-gov-west-1", "us-gov-east-1")
        .contains("us-iso-east-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1")
        .contains("eusc-de-east-1");
    List<String> answers = new ArrayList<>();
    for (String region : REGIONS) {
      boolean accelerates = PartitionMetadata.of(Region.of(region)).id().equals("aws");
      for (Endpoint asked : everyOption(null)) {
        for (String bucket : BUCKETS) {
          String theirs = theirs(region, asked, bucket);
          // The rules would leave the partition: see S3Address.
          String expected = asked.accelerate() && !accelerates ? REFUSED : theirs;
          answers.add(same(region, asked, bucket, expected));
        }
      }
    }
    assertThat(answers).hasSize(REGIONS.size() * 16 * BUCKETS.size()).contains(REFUSED);
    assertThat(answers).contains("https://acme-fw.s3-fips.dualstack.us-gov-west-1.amazonaws.com");
  }

  @Test
  void of_customEndpoint_isWhatTheRulesSay() {
    for (String uri :
        List.of(
            "https://s3.example.com",
            "http://s3.example.com:9000",
            "https://10.0.0.1:9000",
            "http://10.0.0.1:9000",
            "https://[::1]:9000")) {
      for (Endpoint asked : everyOption(URI.create(uri))) {
        for (String bucket : BUCKETS) {
          // The rules put a bucket with dots before an IPv4 address, which is no host.
          boolean noHost = bucket.equals("acme.fw") && uri.equals("http://10.0.0.1:9000");
          String theirs = theirs("eu-west-1", asked, bucket);
          boolean path = noHost && !theirs.equals(REFUSED);
          same("eu-west-1", asked, bucket, path ? uri + '/' + bucket : theirs);
        }
      }
    }
  }

  private static List<Endpoint> everyOption(@Nullable URI uri) {
    List<Endpoint> all = new ArrayList<>();
    for (int bits = 0; bits < 16; bits++) {
      all.add(
          new Endpoint(uri, (bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, (bits & 8) != 0));
    }
    return all;
  }

  private static String same(String region, Endpoint asked, String bucket, String expected) {
    assertThat(ours(region, asked, bucket))
        .as("%s in %s, %s", bucket, region, asked)
        .isEqualTo(expected);
    return expected;
  }

  private static String ours(String region, Endpoint asked, String bucket) {
    try {
      S3Address address = S3Address.of(Storages.s3(bucket, region, "", asked, Map.of()));
      String url = address.scheme() + "://" + address.host() + address.path();
      return url.substring(0, url.length() - 1);
    } catch (IllegalArgumentException e) {
      return REFUSED;
    }
  }

  private static String theirs(String region, Endpoint asked, String bucket) {
    try {
      var resolved =
          RULES
              .resolveEndpoint(
                  parameters -> {
                    parameters
                        .region(Region.of(region))
                        .bucket(bucket)
                        .forcePathStyle(asked.pathStyle())
                        .useDualStack(asked.dualStack())
                        .useFips(asked.fips())
                        .accelerate(asked.accelerate());
                    if (asked.uri() != null) {
                      parameters.endpoint(asked.uri().toString());
                    }
                  })
              .join();
      // The scope that every link of ours names.
      var scheme =
          (SigV4AuthScheme) resolved.attribute(AwsEndpointAttribute.AUTH_SCHEMES).getFirst();
      assertThat(scheme.signingName()).isEqualTo("s3");
      assertThat(scheme.signingRegion()).isEqualTo(region);
      return resolved.url().toString();
    } catch (CompletionException e) {
      assertThat(e).hasCauseInstanceOf(SdkClientException.class);
      return REFUSED;
    }
  }
}
