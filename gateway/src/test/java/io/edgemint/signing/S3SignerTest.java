package io.edgemint.signing;

import static io.edgemint.signing.Storages.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import io.edgemint.credentials.Session;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class S3SignerTest {
  private static final OrgId ACME = new OrgId("acme");
  private static final String SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  private static final long NOON = Instant.parse("2026-11-20T12:00:00Z").getEpochSecond();

  private static S3Signer signer(S3Storage storage, Session session) {
    return new S3Signer(S3Target.of(ACME, storage), session);
  }

  private static S3Signer signer(S3Storage storage) {
    return signer(storage, session(null));
  }

  private static Session session(@Nullable String token) {
    return new Session("AKIAIOSFODNN7EXAMPLE", SECRET, token, Instant.ofEpochSecond(NOON), null);
  }

  /** "Authenticating requests: using query parameters" in the Amazon S3 API reference. */
  @Test
  void link_publishedExample_isThatLink() {
    var global = Storages.endpoint("https://s3.amazonaws.com", false);
    S3Signer signer = signer(Storages.s3("examplebucket", "us-east-1", "", global, Map.of()));
    long date = Instant.parse("2013-05-24T00:00:00Z").getEpochSecond();

    assertThat(signer.link(key("test.txt"), null, date, date + 86_400))
        .isEqualTo(
            "https://examplebucket.s3.amazonaws.com/test.txt"
                + "?X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential="
                + "AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
                + "&X-Amz-Date=20130524T000000Z"
                + "&X-Amz-Expires=86400"
                + "&X-Amz-SignedHeaders=host"
                + "&X-Amz-Signature="
                + "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404");
  }

  @Test
  void link_everyOption_standsInTheOrderOfTheCanonicalQuery() {
    var overrides =
        Map.of(
            "response-content-type", "application/octet-stream",
            "response-cache-control", "no-store, max-age=0");
    S3Storage storage =
        Storages.s3("acme-fw", "eu-west-1", "prod/", S3Storage.Endpoint.AMAZON, overrides);

    String link =
        signer(storage, session("to/k+en=")).link(key("a b.bin"), "v/1", NOON, NOON + 900);

    assertThat(link)
        .startsWith(
            "https://acme-fw.s3.eu-west-1.amazonaws.com/prod/a%20b.bin"
                + "?X-Amz-Algorithm=AWS4-HMAC-SHA256"
                + "&X-Amz-Credential="
                + "AKIAIOSFODNN7EXAMPLE%2F20261120%2Feu-west-1%2Fs3%2Faws4_request"
                + "&X-Amz-Date=20261120T120000Z"
                + "&X-Amz-Expires=900"
                + "&X-Amz-Security-Token=to%2Fk%2Ben%3D"
                + "&X-Amz-SignedHeaders=host"
                + "&response-cache-control=no-store%2C%20max-age%3D0"
                + "&response-content-type=application%2Foctet-stream"
                + "&versionId=v%2F1"
                + "&X-Amz-Signature=");
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-20T00:00:00Z, 20261120T000000Z",
    "2026-11-20T23:59:59Z, 20261120T235959Z",
    "2026-11-21T00:00:00Z, 20261121T000000Z",
    "2028-02-29T09:08:07Z, 20280229T090807Z",
    "1970-01-01T00:00:00Z, 19700101T000000Z"
  })
  void link_anySecond_isDatedInUtc(Instant date, String written) {
    long second = date.getEpochSecond();

    assertThat(
            signer(Storages.s3("acme-fw", "eu-west-1", ""))
                .link(key("k"), null, second, second + 60))
        .contains("&X-Amz-Date=" + written + "&")
        .contains("%2F" + written.substring(0, 8) + "%2F");
  }

  @Test
  void link_backAndForthOverMidnight_isSignedWithTheKeyOfItsOwnDay() {
    long midnight = Instant.parse("2026-11-21T00:00:00Z").getEpochSecond();
    S3Signer used = signer(Storages.s3("acme-fw", "eu-west-1", ""));
    for (long date : new long[] {midnight - 1, midnight, midnight - 1, midnight + 86_400}) {
      S3Signer fresh = signer(Storages.s3("acme-fw", "eu-west-1", ""));

      assertThat(used.link(key("k"), null, date, midnight + 90_000))
          .isEqualTo(fresh.link(key("k"), null, date, midnight + 90_000));
    }
  }

  @Test
  void link_spanOfZeroToMoreThanAWeek_isRefusedAtBothEdges() {
    S3Signer signer = signer(Storages.s3("acme-fw", "eu-west-1", ""));

    assertThat(signer.link(key("k"), null, NOON, NOON + 1)).contains("&X-Amz-Expires=1&");
    assertThat(signer.link(key("k"), null, NOON, NOON + 604_800))
        .contains("&X-Amz-Expires=604800&");
    assertThatIllegalArgumentException().isThrownBy(() -> signer.link(key("k"), null, NOON, NOON));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> signer.link(key("k"), null, NOON, NOON + 604_801));
    assertThatIllegalArgumentException().isThrownBy(() -> signer.link(key("k"), null, -1, 60));
  }

  @Test
  void link_longerThanTheRoomThatWasThere_isWhole() {
    S3Signer signer = signer(Storages.s3("acme-fw", "eu-west-1", ""), session("t".repeat(9_000)));
    ObjectKey longest = key("😀".repeat(256));

    String link = signer.link(longest, "v".repeat(900), NOON, NOON + 900);

    assertThat(link)
        .contains(longest.encoded(), "t".repeat(9_000), "&versionId=" + "v".repeat(900));
    assertThat(link).isEqualTo(signer.link(longest, "v".repeat(900), NOON, NOON + 900));
  }

  @Test
  void link_manyThreadsAndSigners_areWhatOneThreadSigns() throws Exception {
    List<S3Signer> signers = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      S3Signer signer = signer(Storages.s3("acme-fw" + i, "eu-west-1", ""), session("token" + i));
      signers.add(signer);
      expected.add(signer.link(key("k"), null, NOON, NOON + 900));
    }
    Callable<Void> signAll =
        () -> {
          for (int i = 0; i < 2_000; i++) {
            String link = signers.get(i % 8).link(key("k"), null, NOON, NOON + 900);
            assertThat(link).isEqualTo(expected.get(i % 8));
          }
          return null;
        };

    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (var done : threads.invokeAll(Collections.nCopies(8, signAll))) {
        done.get();
      }
    }
  }

  @Test
  void linkBytes_fullSpan_isTheLengthWithoutTheKey() {
    S3Signer signer = signer(Storages.s3("acme-fw", "eu-west-1", "prod/"), session("token"));

    assertThat(signer.link(key("abc"), null, NOON, NOON + 604_800)).hasSize(signer.linkBytes() + 3);
  }

  @Test
  void fingerprint_anythingThatDecidesALink_changesIt() {
    S3Storage storage = Storages.s3("acme-fw", "eu-west-1", "prod/");
    var overrides = Map.of("response-content-type", "text/plain");
    Session session = session("token");
    List<String> fingerprints =
        List.of(
            signer(storage, session).fingerprint(),
            new S3Signer(S3Target.of(new OrgId("zeta"), storage), session).fingerprint(),
            signer(Storages.s3("acme-fx", "eu-west-1", "prod/"), session).fingerprint(),
            signer(Storages.s3("acme-fw", "eu-west-2", "prod/"), session).fingerprint(),
            signer(storage.withPrefix("test/"), session).fingerprint(),
            signer(
                    Storages.s3(
                        "acme-fw", "eu-west-1", "prod/", S3Storage.Endpoint.AMAZON, overrides),
                    session)
                .fingerprint(),
            signer(storage, session("other")).fingerprint(),
            signer(storage, session(null)).fingerprint(),
            signer(storage, new Session("AKIB", SECRET, "token", session.start(), null))
                .fingerprint(),
            signer(
                    storage,
                    new Session("AKIAIOSFODNN7EXAMPLE", "x", "token", session.start(), null))
                .fingerprint());

    assertThat(fingerprints).doesNotHaveDuplicates();
    assertThat(fingerprints).noneMatch(text -> text.contains(SECRET) || text.contains("token"));
  }

  @Test
  void fingerprint_sameSessionReadLater_isTheSame() {
    S3Storage storage = Storages.s3("acme-fw", "eu-west-1", "prod/");
    Session later =
        new Session(
            "AKIAIOSFODNN7EXAMPLE", SECRET, null, Instant.ofEpochSecond(NOON + 90_000), null);

    assertThat(signer(storage, later).fingerprint()).isEqualTo(signer(storage).fingerprint());
  }

  @Test
  void times_sessionThatEnds_areItsOwn() {
    Instant start = Instant.ofEpochSecond(NOON);
    var ending = new Session("ASIA", SECRET, "token", start, start.plusSeconds(3600));
    S3Signer signer = signer(Storages.s3("acme-fw", "eu-west-1", ""), ending);

    assertThat(signer.notBefore()).isEqualTo(NOON);
    assertThat(signer.notAfter()).isEqualTo(NOON + 3600);
    assertThat(signer(Storages.s3("acme-fw", "eu-west-1", "")).notAfter())
        .isEqualTo(Long.MAX_VALUE);
    assertThat(signer.costly()).isFalse();
    assertThat(signer.pinsVersions()).isTrue();
  }

  @Test
  void of_overrideThatS3DoesNotKnow_isRefused() {
    for (String name :
        List.of("response-type", "X-Amz-Expires", "versionId", "response-content-type&x")) {
      S3Storage storage =
          Storages.s3("acme-fw", "eu-west-1", "", S3Storage.Endpoint.AMAZON, Map.of(name, "1"));

      assertThatIllegalArgumentException()
          .isThrownBy(() -> S3Target.of(ACME, storage))
          .withMessageContaining(name);
    }
  }
}
