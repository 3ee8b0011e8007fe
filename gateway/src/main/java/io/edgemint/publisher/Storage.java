package io.edgemint.publisher;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Sends bytes to where signed links lead, straight from their source; never sees a token. */
final class Storage {
  /** Those that the HTTP client sets itself, from the body and the address. */
  private static final Set<String> IMPLIED = Set.of("content-length", "host");

  private static final Pattern CODE = Pattern.compile("<Code>([A-Za-z0-9]{1,64})</Code>");

  private final HttpClient http;
  private final Duration stall;

  /** Gives up on a connection over which nothing went for that long. */
  Storage(HttpClient http, Duration stall) {
    this.http = http;
    this.stall = stall;
  }

  /** What a storage says to a PUT. */
  enum Verdict {
    ARRIVED,
    /** An object stands there already, which may be from an earlier try. */
    EXISTS,
    LINK_ENDED,
    /** Other bytes came than the digest announces. */
    DAMAGED,
    UPLOAD_GONE,
    AGAIN,
    REFUSED
  }

  /**
   * The answer to a PUT.
   *
   * @param why for people
   * @param after what {@code Retry-After} says
   */
  record Outcome(Verdict verdict, String why, @Nullable Duration after) {}

  /**
   * Sends some bytes of a source.
   *
   * @param moved hears of bytes as they go
   * @throws IOException when the source cannot be read
   */
  Outcome put(Link link, Source source, long offset, long size, LongConsumer moved)
      throws IOException, InterruptedException {
    var reading = new Reading(source, moved);
    HttpRequest.Builder request = HttpRequest.newBuilder(link.url());
    try {
      link.headers()
          .forEach(
              (name, value) -> {
                if (!IMPLIED.contains(name)) {
                  request.header(name, value);
                }
              });
    } catch (IllegalArgumentException e) {
      return new Outcome(Verdict.REFUSED, "its link has a header that cannot be sent", null);
    }
    request.PUT(reading.body(offset, size));
    HttpResponse<byte[]> response;
    try {
      response = Wire.send(http, request.build(), stall, reading.sent::get);
    } catch (IOException e) {
      if (reading.failure != null) {
        throw reading.failure;
      }
      return new Outcome(
          Wire.isFinal(e) ? Verdict.REFUSED : Verdict.AGAIN,
          "the storage: " + Wire.reason(e),
          null);
    }
    return outcome(response);
  }

  private static Outcome outcome(HttpResponse<byte[]> response) {
    int status = response.statusCode();
    String code = code(response);
    Verdict verdict =
        switch (status) {
          case 200, 201, 204 -> Verdict.ARRIVED;
          case 412 -> Verdict.EXISTS;
          case 403 -> Verdict.LINK_ENDED;
          case 404 -> code.equals("NoSuchUpload") ? Verdict.UPLOAD_GONE : Verdict.REFUSED;
          case 408, 409, 429 -> Verdict.AGAIN;
          case 400 -> badRequest(code);
          default -> status >= 500 && status != 501 ? Verdict.AGAIN : Verdict.REFUSED;
        };
    String why = ("the storage answered " + status + " " + code).strip();
    return new Outcome(verdict, why, Wire.retryAfter(response.headers()));
  }

  private static Verdict badRequest(String code) {
    return switch (code) {
      case "BadDigest",
          "InvalidDigest",
          "XAmzContentSHA256Mismatch",
          "XAmzContentChecksumMismatch" ->
          Verdict.DAMAGED;
      case "ExpiredToken", "InvalidToken" -> Verdict.LINK_ENDED;
      case "RequestTimeout", "IncompleteBody", "SlowDown" -> Verdict.AGAIN;
      default -> Verdict.REFUSED;
    };
  }

  /** The code alone: the rest of an error may tell a signature. */
  private static String code(HttpResponse<byte[]> response) {
    byte[] body = response.body();
    Matcher code = CODE.matcher(new String(body, 0, Math.min(body.length, 8192), UTF_8));
    return code.find() ? code.group(1) : "";
  }

  /** One body on its way: what went of it, and why it could not be read. */
  private static final class Reading {
    private final AtomicLong sent = new AtomicLong();
    private final Source source;
    private final LongConsumer moved;
    private volatile @Nullable IOException failure;

    Reading(Source source, LongConsumer moved) {
      this.source = source;
      this.moved = moved;
    }

    BodyPublisher body(long offset, long size) {
      if (size == 0) {
        return BodyPublishers.noBody();
      }
      return BodyPublishers.fromPublisher(
          BodyPublishers.ofInputStream(() -> open(offset, size)), size);
    }

    private InputStream open(long offset, long size) {
      try {
        return new Counted(source.from(offset), size);
      } catch (IOException e) {
        failure = e;
        throw new UncheckedIOException(e);
      }
    }

    /** Exactly so many bytes: a source that ends before has changed. */
    private final class Counted extends FilterInputStream {
      private long left;

      Counted(InputStream in, long size) {
        super(in);
        left = size;
      }

      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        if (left == 0) {
          return -1;
        }
        try {
          int count = in.read(buffer, offset, (int) Math.min(length, left));
          if (count < 0) {
            throw new SourceChanged(source.name());
          }
          left -= count;
          sent.addAndGet(count);
          moved.accept(count);
          return count;
        } catch (IOException e) {
          failure = e;
          throw e;
        }
      }
    }
  }
}
