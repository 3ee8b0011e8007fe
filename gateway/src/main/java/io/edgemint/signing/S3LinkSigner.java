package io.edgemint.signing;

import io.edgemint.backend.LinkSigner;
import io.edgemint.credentials.Session;
import io.edgemint.credentials.SessionHandle;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/** Signs S3 links with whatever session is valid now. */
final class S3LinkSigner implements LinkSigner {
  private final S3Target target;
  private final SessionHandle sessions;
  private volatile @Nullable S3Signer signer;

  S3LinkSigner(S3Target target, SessionHandle sessions) {
    this.target = target;
    this.sessions = sessions;
  }

  @Override
  public @Nullable Signing current() {
    Session session = sessions.current();
    return session == null ? null : of(session);
  }

  @Override
  public Future<Signing> renewed(long seconds) {
    return sessions.renewed(seconds).map(this::of);
  }

  private Signing of(Session session) {
    S3Signer known = signer;
    if (known == null || !known.session().equals(session)) {
      known = new S3Signer(target, session);
      signer = known;
    }
    return known;
  }
}
