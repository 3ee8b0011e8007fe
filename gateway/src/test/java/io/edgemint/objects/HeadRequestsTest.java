package io.edgemint.objects;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.Samples;
import io.edgemint.bucket.Answer;
import io.edgemint.objects.StoredObject.DigestState;
import io.edgemint.outbound.Reply;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeadRequestsTest {
  private static final String HEX = "ab".repeat(32);
  private static final String CHECKSUM =
      Base64.getEncoder().encodeToString(HexFormat.of().parseHex("cd".repeat(32)));

  private static StoredObject stored(String... headers) {
    MultiMap all = MultiMap.caseInsensitiveMultiMap();
    for (int i = 0; i < headers.length; i += 2) {
      all.add(headers[i], headers[i + 1]);
    }
    return HeadRequests.stored(
        Samples.key("k"), new Answer(new Reply(200, all, Buffer.buffer()), null));
  }

  @Test
  void stored_allHeaders_areRead() {
    assertThat(
            stored(
                "Content-Length",
                "5368709121",
                "ETag",
                "\"abc-2\"",
                "x-amz-version-id",
                "v1",
                "Last-Modified",
                "Fri, 20 Nov 2026 12:00:00 GMT",
                HeadRequests.DECLARED,
                HEX))
        .isEqualTo(
            new StoredObject(
                Samples.key("k"),
                5_368_709_121L,
                "\"abc-2\"",
                "v1",
                HEX,
                DigestState.DECLARED,
                null,
                Instant.parse("2026-11-20T12:00:00Z"),
                false));
  }

  @Test
  void stored_checksumOfTheWhole_isVerified() {
    StoredObject object =
        stored(
            HeadRequests.DECLARED,
            HEX,
            "x-amz-checksum-sha256",
            CHECKSUM,
            "x-amz-checksum-type",
            "FULL_OBJECT");

    assertThat(object.sha256()).isEqualTo("cd".repeat(32));
    assertThat(object.digest()).isEqualTo(DigestState.VERIFIED);
  }

  @ParameterizedTest
  @CsvSource({"-3, COMPOSITE", "'', COMPOSITE", "-3, FULL_OBJECT"})
  void stored_checksumOfChecksums_isNoDigest(String parts, String type) {
    assertThat(
            stored("x-amz-checksum-sha256", CHECKSUM + parts, "x-amz-checksum-type", type).sha256())
        .isNull();
  }

  @Test
  void stored_versionOfABucketWithoutAny_isNone() {
    assertThat(stored("x-amz-version-id", "null").versionId()).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "x-amz-storage-class, GLACIER, '', true",
    "x-amz-storage-class, DEEP_ARCHIVE, 'ongoing-request=\"true\"', true",
    "x-amz-storage-class, DEEP_ARCHIVE, 'ongoing-request=\"false\", expiry-date=\"x\"', false",
    "x-amz-storage-class, GLACIER_IR, '', false",
    "x-amz-archive-status, ARCHIVE_ACCESS, '', true",
    "x-amz-archive-status, DEEP_ARCHIVE_ACCESS, 'ongoing-request=\"false\"', false"
  })
  void stored_archives_areToldFromWhatIsAtHand(
      String header, String value, String restore, boolean archived) {
    assertThat(stored(header, value, "x-amz-restore", restore).archived()).isEqualTo(archived);
  }
}
