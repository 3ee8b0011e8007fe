package io.edgemint.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.endpoints.Endpoint;
import software.amazon.awssdk.regions.PartitionMetadata;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.endpoints.StsEndpointProvider;

class PartitionTest {
  private static final List<Region> REGIONS =
      Region.regions().stream().filter(region -> !region.isGlobalRegion()).toList();

  @Test
  void of_everyRegionThatTheSdkKnows_isTheSdks() {
    assertThat(REGIONS)
        .allSatisfy(
            region -> {
              Partition ours = Partition.of(region.id());
              PartitionMetadata theirs = PartitionMetadata.of(region);
              assertThat(ours.id()).isEqualTo(theirs.id());
              assertThat(ours.dnsSuffix()).isEqualTo(theirs.dnsSuffix());
            });
    Set<Partition> met =
        REGIONS.stream().map(region -> Partition.of(region.id())).collect(Collectors.toSet());
    assertThat(met).containsExactlyInAnyOrder(Partition.values());
  }

  /** Sessions leave this choice to the SDK. */
  @Test
  void dnsSuffix_everyRegion_endsTheHostWhereItsRolesAreAssumed() {
    assertThat(REGIONS)
        .allSatisfy(
            region ->
                assertThat(sts(region).url().getHost())
                    .isEqualTo("sts." + region + '.' + Partition.of(region.id()).dnsSuffix()));
  }

  private static Endpoint sts(Region region) {
    return StsEndpointProvider.defaultProvider()
        .resolveEndpoint(parameters -> parameters.region(region))
        .join();
  }

  @Test
  void of_regionThatNobodyKnowsYet_isTold() {
    assertThat(Partition.of("eu-north-9")).isEqualTo(Partition.AWS);
    assertThat(Partition.of("cn-south-9")).isEqualTo(Partition.AWS_CN);
    assertThat(Partition.of("us-isob-south-9")).isEqualTo(Partition.AWS_ISO_B);
  }
}
