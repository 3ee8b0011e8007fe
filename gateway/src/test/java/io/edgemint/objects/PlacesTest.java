package io.edgemint.objects;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.edgemint.backend.Backend;
import io.edgemint.backend.Destination;
import io.edgemint.backend.Org;
import io.edgemint.backend.OrgDirectory;
import io.edgemint.backend.Refused;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.Samples;
import io.edgemint.backend.Verification;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlacesTest {
  private final Places places = new Places(new OrgDirectory(() -> 0), Optional.empty());

  private static Backend backend(String prefix) {
    S3Storage storage = Samples.s3("bucket").withPrefix(prefix);
    return new Backend(
        "prod",
        1,
        Backend.State.VERIFIED,
        storage,
        storage,
        Verification.VERIFIED,
        Verification.VERIFIED);
  }

  private static Org delivering(Backend backend, String bucket, String prefix) {
    S3Storage storage = Samples.s3(bucket).withPrefix(prefix);
    return Samples.org("acme", backend)
        .withDestination(new Destination("archive", 1, storage, Verification.VERIFIED));
  }

  @ParameterizedTest
  @CsvSource({"'',archive/", "fw/,fw/", "fw/,fw/archive/", "fw/new/,fw/"})
  void now_destinationWhereDevicesRead_isRefused(String read, String delivered) {
    Org org = delivering(backend(read), "bucket", delivered);

    assertThatThrownBy(() -> places.now(org, "archive"))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("shares its bucket and prefix with backend 'prod'");
    assertThatThrownBy(() -> places.again(org, "deliver:archive@1"))
        .as("an upload that began before the backend was there")
        .isInstanceOf(Refused.class);
  }

  @ParameterizedTest
  @CsvSource({"fw/,bucket,archive/", "'',other,fw/"})
  void now_destinationBesideTheDevices_isTaken(String read, String bucket, String delivered) {
    Org org = delivering(backend(read), bucket, delivered);

    assertThat(places.now(org, "archive").storage().prefix()).isEqualTo(delivered);
  }

  @Test
  void now_replacedBackendOverDestination_isTaken() {
    Org org = delivering(backend("fw/").withState(Backend.State.REPLACED), "bucket", "fw/");

    assertThat(places.now(org, "archive").name()).isEqualTo("deliver:archive@1");
  }

  @ParameterizedTest
  @CsvSource({"fw/,fw/,true", "fw/new/,fw/,true", "new/,fw/,false"})
  void again_revisionBeforeASuspendedOne_endsOnlyBesideIt(
      String active, String replaced, boolean held) {
    Backend before = backend(replaced).withState(Backend.State.REPLACED);
    Backend serving =
        new Backend(
                "next",
                1,
                Backend.State.ACTIVE,
                Samples.s3("bucket").withPrefix(active),
                Samples.s3("bucket").withPrefix(active),
                Verification.VERIFIED,
                Verification.VERIFIED)
            .withService(new Backend.Service(2, true, false));
    Org org = Samples.org("acme", before, serving);

    assertThatThrownBy(() -> places.again(org, "next@1"))
        .isInstanceOf(Refused.class)
        .hasMessageContaining("suspended");
    if (held) {
      assertThatThrownBy(() -> places.again(org, "prod@1"))
          .isInstanceOf(Refused.class)
          .hasMessageContaining("suspended");
    } else {
      assertThat(places.again(org, "prod@1").name()).isEqualTo("prod@1");
    }
  }
}
