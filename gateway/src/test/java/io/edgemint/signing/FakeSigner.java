package io.edgemint.signing;

import io.edgemint.backend.LinkSigner;
import io.edgemint.backend.ObjectKey;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A signer whose key or session tests choose; its links say how they were made. */
final class FakeSigner implements LinkSigner {
  final List<Long> renewals = new CopyOnWriteArrayList<>();
  Promise<Signing> next = Promise.promise();
  private @Nullable Signing current;

  FakeSigner(@Nullable Signing current) {
    this.current = current;
  }

  void delivers(Signing signing) {
    current = signing;
    next.complete(signing);
  }

  @Override
  public @Nullable Signing current() {
    return current;
  }

  @Override
  public Future<Signing> renewed(long seconds) {
    renewals.add(seconds);
    return next.future();
  }

  /** Signs nothing, but keeps what it was asked for. */
  static final class FakeSigning implements Signing {
    final List<Signed> signed = new CopyOnWriteArrayList<>();
    private final String fingerprint;
    private final long notBefore;
    private final long notAfter;
    private final boolean costly;
    private final boolean pinsVersions;
    @Nullable Error failure;

    /** Runs where the mint asks whether the signature is dear. */
    Runnable whileDeciding = () -> {};

    private FakeSigning(
        String fingerprint, long notBefore, long notAfter, boolean costly, boolean pinsVersions) {
      this.fingerprint = fingerprint;
      this.notBefore = notBefore;
      this.notAfter = notAfter;
      this.costly = costly;
      this.pinsVersions = pinsVersions;
    }

    static FakeSigning rsaKey(String id) {
      return new FakeSigning(id, 0, Long.MAX_VALUE, true, false);
    }

    static FakeSigning p256Key(String id) {
      return new FakeSigning(id, 0, Long.MAX_VALUE, false, false);
    }

    static FakeSigning session(String id, long notBefore, long notAfter) {
      return new FakeSigning(id, notBefore, notAfter, false, true);
    }

    @Override
    public String fingerprint() {
      return fingerprint;
    }

    @Override
    public long notBefore() {
      return notBefore;
    }

    @Override
    public long notAfter() {
      return notAfter;
    }

    @Override
    public boolean costly() {
      whileDeciding.run();
      return costly;
    }

    @Override
    public int linkBytes() {
      return 400;
    }

    @Override
    public boolean pinsVersions() {
      return pinsVersions;
    }

    @Override
    public String link(ObjectKey key, @Nullable String version, long date, long expiry) {
      if (failure != null) {
        throw failure;
      }
      signed.add(new Signed(version, date, expiry));
      return "https://h/" + key.encoded() + "?by=" + fingerprint + "&number=" + signed.size();
    }
  }

  /** What one link was signed for. */
  record Signed(@Nullable String version, long date, long expiry) {}
}
