package io.edgemint.bucket;

import io.edgemint.outbound.OutboundFailure;
import io.edgemint.outbound.Reply;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP answer of a storage or a distribution, or why there is none. Of the body of a refusal
 * nothing is read but its error code, and that only if it is one of those that are known.
 */
public record Answer(@Nullable Reply reply, @Nullable OutboundFailure failure) {
  /**
   * "Error responses", Amazon S3 API reference, as far as they call for different fixes; the last
   * four are CloudFront's own.
   */
  private static final Set<String> KNOWN =
      Set.of(
          "AccessDenied",
          "AuthorizationHeaderMalformed",
          "BadDigest",
          "ConditionalRequestConflict",
          "EntityTooSmall",
          "ExpiredToken",
          "InternalError",
          "InvalidAccessKeyId",
          "InvalidObjectState",
          "InvalidPart",
          "InvalidPartOrder",
          "InvalidRequest",
          "InvalidToken",
          "KMS.DisabledException",
          "KMS.InvalidKeyUsageException",
          "KMS.KMSInvalidStateException",
          "KMS.NotFoundException",
          "NoSuchBucket",
          "NoSuchKey",
          "NoSuchUpload",
          "NoSuchVersion",
          "NotImplemented",
          "OperationAborted",
          "PermanentRedirect",
          "PreconditionFailed",
          "RequestTimeout",
          "RequestTimeTooSkewed",
          "ServiceUnavailable",
          "SignatureDoesNotMatch",
          "SlowDown",
          "TemporaryRedirect",
          "InvalidKey",
          "MalformedPolicy",
          "MalformedSignature",
          "MissingKey");

  private static final Pattern CODE = Pattern.compile("<Code>([A-Za-z.]{1,40})</Code>");

  /** The HTTP status; 0 if there is no answer. */
  public int status() {
    return reply == null ? 0 : reply.status();
  }

  /** Whether it is what was asked for. */
  public boolean succeeded() {
    return status() >= 200 && status() < 300;
  }

  /** Whether the request was understood and turned away. */
  public boolean refused() {
    return status() == 401 || status() == 403;
  }

  public boolean hasBytes(Buffer expected) {
    return reply != null && reply.body().equals(expected);
  }

  /** A header, if it is there. */
  public Optional<String> header(String name) {
    return reply == null ? Optional.empty() : Optional.ofNullable(reply.headers().get(name));
  }

  /** The body of a success, for those who asked for a list. */
  public byte[] body() {
    return reply == null ? new byte[0] : reply.body().getBytes();
  }

  /** The error code of a refusal; empty if there is none that is known. */
  public String code() {
    return status() < 300 ? "" : codeInBody();
  }

  /**
   * The error code in a body, also of a success: S3 says 200 before it knows what becomes of
   * completing an upload (CompleteMultipartUpload, Amazon S3 API reference).
   */
  public String codeInBody() {
    if (reply == null) {
      return "";
    }
    Matcher code = CODE.matcher(reply.body().toString(StandardCharsets.ISO_8859_1));
    return code.find() && KNOWN.contains(code.group(1)) ? code.group(1) : "";
  }

  /** What was seen, in a few words. */
  public String seen() {
    if (failure != null) {
      return String.valueOf(failure.getMessage());
    }
    return ("HTTP " + status() + ' ' + code()).stripTrailing();
  }
}
