package io.edgemint.delivery;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.edgemint.publisher.GatewayClient.Listed;
import io.edgemint.publisher.PublishingFailed;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Objects that say who is at work on a delivery, so that of two machines neither removes what the
 * other's manifest names. Whoever begins writes one first and lists then; of two who do so at least
 * one sees the other, for listings show what was written before ("Amazon S3 data consistency
 * model", Amazon S3 user guide).
 */
final class Claims {
  private static final byte[] TEXT =
      "A delivery, or its removal, is under way or was cut: docs/delivery.md.\n".getBytes(US_ASCII);

  private final JobName names;
  private final JobFolder folder;
  private final RandomGenerator random;

  Claims(JobName names, JobFolder folder, RandomGenerator random) {
    this.names = names;
    this.folder = folder;
    this.random = random;
  }

  /** The one that this machine has begun to write, or null. */
  @Nullable String own(Receipts receipts) {
    return receipts.begun().stream().filter(names::isClaim).findFirst().orElse(null);
  }

  /**
   * Claims a delivery for this machine.
   *
   * @param force whether the claims of others are taken away
   * @return what lies there from then on
   * @throws PublishingFailed if another machine has a claim
   */
  Map<String, Listed> take(Receipts receipts, boolean force)
      throws IOException, InterruptedException {
    String known = own(receipts);
    String own = known == null ? names.claim(HexFormat.of().toHexDigits(random.nextLong())) : known;
    if (known == null || !folder.list().containsKey(own)) {
      folder.upload(own, receipts, new Memo(own, TEXT, "text/plain"));
    }
    Map<String, Listed> there = folder.list();
    List<Listed> others =
        there.values().stream()
            .filter(object -> names.isClaim(object.key()) && !object.key().equals(own))
            .toList();
    if (!others.isEmpty() && !force) {
      release(receipts);
      throw new PublishingFailed(
          "another machine delivers this job or removes it, or was cut while it did (%s); go on there, or if it is gone, run --cancel --force"
              .formatted(others.getFirst().modified()));
    }
    for (Listed other : others) {
      folder.delete(other.key());
      there.remove(other.key());
    }
    return there;
  }

  /** Whether this machine's claim still stands. */
  boolean stands(Receipts receipts, Map<String, Listed> there) {
    String own = own(receipts);
    return own != null && there.containsKey(own);
  }

  /** Takes this machine's claim away, if there is one. */
  void release(Receipts receipts) throws IOException, InterruptedException {
    String own = own(receipts);
    if (own != null) {
      folder.abort(own);
      folder.delete(own);
      receipts.forget(own);
    }
  }
}
