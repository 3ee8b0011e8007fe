package io.edgemint.signing;

import static io.edgemint.signing.AsciiBuffer.ascii;

import io.edgemint.backend.LinkSigner.Signing;
import io.edgemint.backend.ObjectKey;
import io.edgemint.credentials.Session;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Signs S3 links with one session ("Authenticating requests: using query parameters" in the Amazon
 * S3 API reference).
 *
 * <p>The canonical query is the link's own query, so the link is written once, into bytes of this
 * thread, and hashed where it stands. What does not change within a session is written when the
 * session begins, and what does not change within a day once a day.
 */
final class S3Signer implements Signing {
  /** The API reference's limit of {@code X-Amz-Expires}: seven days. */
  static final long MAX_SPAN = 604_800;

  private static final int SECONDS_PER_DAY = 86_400;
  private static final int DIGITS_AND_SIGNATURE = 6 + 6 + 64;
  private static final byte[] EXPIRES = ascii("Z&X-Amz-Expires=");
  private static final byte[] VERSION = ascii("&versionId=");
  private static final byte[] SIGNATURE = ascii("&X-Amz-Signature=");

  private final Session session;
  private final String region;
  private final byte[] base;
  private final int path;
  private final byte[] parameters;
  private final byte[] headers;
  private final String fingerprint;
  private volatile SigningDay day;

  S3Signer(S3Target target, Session session) {
    this.session = session;
    this.region = target.region();
    String origin = target.address().scheme() + "://" + target.address().host();
    this.base = ascii(origin + target.address().path());
    this.path = origin.length();
    String token = session.sessionToken() == null ? "" : session.sessionToken();
    this.parameters =
        ascii(
            (token.isEmpty() ? "" : "&X-Amz-Security-Token=" + Rfc3986.encode(token))
                + "&X-Amz-SignedHeaders=host"
                + target.overrides());
    this.headers = ascii("\nhost:" + target.address().host() + "\n\nhost\nUNSIGNED-PAYLOAD");
    this.day = new SigningDay(session, region, session.start().getEpochSecond() / SECONDS_PER_DAY);
    // Keyed with the secret, for a lasting one may be replaced under its id; it tells no more of
    // the secret than any link does.
    byte[] secret = session.secretAccessKey().getBytes(StandardCharsets.UTF_8);
    String half = HexFormat.of().formatHex(SigningDay.hmac(secret, token), 0, 16);
    this.fingerprint =
        String.join(
            " ",
            "s3",
            target.org().value(),
            origin + target.address().path(),
            region,
            Rfc3986.encode(session.accessKeyId()),
            half,
            target.overrides());
  }

  /** The session that signs. */
  Session session() {
    return session;
  }

  @Override
  public String fingerprint() {
    return fingerprint;
  }

  @Override
  public long notBefore() {
    return session.start().getEpochSecond();
  }

  @Override
  public long notAfter() {
    Instant end = session.end();
    return end == null ? Long.MAX_VALUE : end.getEpochSecond();
  }

  @Override
  public boolean costly() {
    return false;
  }

  @Override
  public int linkBytes() {
    return base.length
        + day.query.length
        + EXPIRES.length
        + parameters.length
        + SIGNATURE.length
        + DIGITS_AND_SIGNATURE;
  }

  @Override
  public boolean pinsVersions() {
    return true;
  }

  @Override
  public String link(ObjectKey key, @Nullable String version, long date, long expiry) {
    long span = expiry - date;
    if (date < 0 || span < 1 || span > MAX_SPAN) {
      throw new IllegalArgumentException("X-Amz-Expires is 1 to " + MAX_SPAN + ", not " + span);
    }
    SigningDay today = dayOf(date / SECONDS_PER_DAY);
    int timeOfDay = (int) (date % SECONDS_PER_DAY);
    SigV4 sigV4 = SigV4.ofThread();
    AsciiBuffer link = sigV4.link.clear().append(base).append(key.encoded());
    int query = link.length() + 1;
    link.append(today.query).appendTime(timeOfDay).append(EXPIRES).append(span).append(parameters);
    if (version != null) {
      link.append(VERSION).append(Rfc3986.encode(version));
    }
    byte[] signature = sigV4.sign(path, query, headers, today, timeOfDay);
    return link.append(SIGNATURE).appendHex(signature).toString();
  }

  /** Around midnight two days take turns for some seconds, which costs five HMACs each time. */
  private SigningDay dayOf(long number) {
    SigningDay known = day;
    if (known.number != number) {
      known = new SigningDay(session, region, number);
      day = known;
    }
    return known;
  }
}
