package io.edgemint.signing;

import static io.edgemint.signing.Storages.key;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.backend.LinkSigner.Signing;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.Refusal;
import io.edgemint.backend.Refused;
import io.edgemint.credentials.Session;
import io.edgemint.credentials.SessionHandle;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class S3LinkSignerTest {
  private static final long NOON = 1_795_176_000;

  private final Handle handle = new Handle();
  private final S3LinkSigner signer =
      new S3LinkSigner(
          S3Target.of(new OrgId("acme"), Storages.s3("acme-fw", "eu-west-1", "")), handle);

  private static Session session(String id) {
    Instant start = Instant.ofEpochSecond(NOON);
    return new Session(id, "secret", "token of " + id, start, start.plusSeconds(3600));
  }

  @Test
  void current_noSession_isNull() {
    assertThat(signer.current()).isNull();
  }

  @Test
  void current_sameSession_isTheSameSigning() {
    handle.current = session("ASIA1");
    Signing first = signer.current();
    handle.current = session("ASIA1");

    assertThat(signer.current()).isNotNull().isSameAs(first);
  }

  @Test
  void current_otherSession_signsWithThatOne() {
    handle.current = session("ASIA1");
    Signing first = requireNonNull(signer.current());
    handle.current = session("ASIA2");
    Signing second = requireNonNull(signer.current());

    assertThat(second.fingerprint()).isNotEqualTo(first.fingerprint());
    assertThat(second.link(key("k"), null, NOON, NOON + 900))
        .contains("&X-Amz-Security-Token=token%20of%20ASIA2&");
  }

  @Test
  void renewed_sessionArrives_signsWithIt() {
    Future<Signing> renewed = signer.renewed(960);
    assertThat(renewed.isComplete()).isFalse();
    assertThat(handle.asked).isEqualTo(960);

    handle.renewal.complete(session("ASIA1"));

    assertThat(renewed.result().notAfter()).isEqualTo(NOON + 3600);
  }

  @Test
  void renewed_noneToBeHad_isRefusedAsItIs() {
    handle.renewal.fail(new Refused(Refusal.BACKEND_UNAVAILABLE, "none"));

    assertThat(signer.renewed(960).cause()).isInstanceOf(Refused.class);
  }

  private static final class Handle implements SessionHandle {
    private final Promise<Session> renewal = Promise.promise();
    private @Nullable Session current;
    private long asked;

    @Override
    public @Nullable Session current() {
      return current;
    }

    @Override
    public Future<Session> renewed(long seconds) {
      asked = seconds;
      return renewal.future();
    }
  }
}
