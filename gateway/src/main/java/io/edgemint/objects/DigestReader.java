package io.edgemint.objects;

import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.objects.Store.Stored;
import io.edgemint.objects.VerifiedDigests.Verdict;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.lang.System.Logger.Level;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.Semaphore;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads uploaded objects once and compares them with what was declared: those in parts in the
 * background, one of each organisation at a time, and small ones at once where the storage computes
 * no SHA-256 itself.
 */
final class DigestReader {
  private static final System.Logger LOG = System.getLogger(DigestReader.class.getName());
  private static final int CHUNK = 4 << 20;

  /** Bytes that are held at once are few: a chunk for each of these, and for those below. */
  private final Semaphore atOnce = new Semaphore(16);

  /**
   * Chunks that are read at once in the background. Taken anew for each, in turn, so that storages
   * that hang hold the others up for one chunk and not for an object.
   */
  private final Semaphore chunks = new Semaphore(8, true);

  private final VerifiedDigests digests;
  private final Counter verified;
  private final Counter wrong;
  private final Counter unread;
  private final TurnsByOrg background = new TurnsByOrg(256, 4096);

  DigestReader(VerifiedDigests digests, MeterRegistry meters) {
    this.digests = digests;
    this.verified = counter(meters, "verified");
    this.wrong = counter(meters, "digest_mismatch");
    this.unread = counter(meters, "unread");
  }

  private static Counter counter(MeterRegistry meters, String result) {
    return Counter.builder("gateway.digests")
        .description("Uploaded objects whose bytes were compared with the declared digest")
        .tag("result", result)
        .register(meters);
  }

  /**
   * Whether an object's bytes have the digest; waits for all of them, but never for others, whose
   * storage may hang.
   *
   * @throws Refused if too many are read at the moment
   */
  boolean matches(OrgId org, Store store, ObjectKey key, Stored stored, String sha256) {
    if (!atOnce.tryAcquire()) {
      throw new Refused(
          Refusal.OVERLOADED, "too many objects are being read and compared; complete it again");
    }
    try {
      return compare(org, store, key, stored, sha256, at -> read(store, key, stored, at));
    } finally {
      atOnce.release();
    }
  }

  /** Takes over a verdict of the storage itself. */
  void trust(OrgId org, Store store, ObjectKey key, Stored stored) {
    digests.remember(org, store.storage(), key.value(), stored.etag(), Verdict.VERIFIED);
  }

  /**
   * Compares in the background; what cannot be read keeps a declared digest.
   *
   * @return what was found before, or null if it is not known yet
   */
  @Nullable Verdict later(OrgId org, Store store, ObjectKey key, Stored stored, String sha256) {
    Verdict known = digests.of(org, store.storage(), key.value(), stored.etag());
    if (known == null && !background.run(org, () -> compareNow(org, store, key, stored, sha256))) {
      unread.increment();
      LOG.log(Level.WARNING, "{0} of {1} was not compared: too many are waiting", key, org);
    }
    return known;
  }

  private void compareNow(OrgId org, Store store, ObjectKey key, Stored stored, String sha256) {
    try {
      if (!compare(org, store, key, stored, sha256, at -> inTurn(store, key, stored, at))) {
        LOG.log(
            Level.ERROR,
            "digest_mismatch: {0} of {1} is not what its publisher declared; delete it and"
                + " upload it again",
            key,
            org);
      }
    } catch (Refused e) {
      unread.increment();
      LOG.log(Level.WARNING, "{0} of {1} was not compared: {2}", key, org, e.detail());
    } catch (RuntimeException e) {
      unread.increment();
      LOG.log(Level.WARNING, "{0} of {1} was not compared: {2}", key, org, e.toString());
    }
  }

  private byte[] inTurn(Store store, ObjectKey key, Stored stored, long at) {
    chunks.acquireUninterruptibly();
    try {
      return read(store, key, stored, at);
    } finally {
      chunks.release();
    }
  }

  private static byte[] read(Store store, ObjectKey key, Stored stored, long at) {
    return store.read(key, stored.etag(), at, (int) Math.min(CHUNK, stored.size() - at));
  }

  private boolean compare(
      OrgId org,
      Store store,
      ObjectKey key,
      Stored stored,
      String sha256,
      LongFunction<byte[]> chunkAt) {
    MessageDigest digest = sha256();
    for (long at = 0; at < stored.size(); at += CHUNK) {
      digest.update(chunkAt.apply(at));
    }
    boolean same = HexFormat.of().formatHex(digest.digest()).equals(sha256);
    digests.remember(
        org, store.storage(), key.value(), stored.etag(), same ? Verdict.VERIFIED : Verdict.WRONG);
    (same ? verified : wrong).increment();
    return same;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Ends what goes on in the background. */
  void close() {
    background.close();
  }
}
