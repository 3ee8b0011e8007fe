package io.edgemint.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.edgemint.backend.ObjectKey;
import io.edgemint.http.Grants.Grant;
import io.edgemint.objects.StoredObject;
import io.edgemint.objects.StoredObject.DigestState;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Writes what an answer says of a link, straight to bytes: a tree of objects in between costs more
 * than all else that a remembered link takes.
 */
final class LinkJson {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int USUAL_SIZE = 1024;
  private static final byte[] EXPIRES_IN = ",\"expires_in\":".getBytes(US_ASCII);

  private LinkJson() {}

  /** Something that can be written as JSON. */
  @FunctionalInterface
  interface Content {
    void write(JsonGenerator json) throws IOException;
  }

  /** The bytes of a text. */
  static Buffer bytes(Content content) {
    Buffer bytes = Buffer.buffer(USUAL_SIZE);
    try (JsonGenerator json = JSON.createGenerator(new Appending(bytes))) {
      content.write(json);
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot be written", e);
    }
    return bytes;
  }

  /** Writes to the end of a buffer. */
  private static final class Appending extends OutputStream {
    private final Buffer bytes;

    private Appending(Buffer bytes) {
      this.bytes = bytes;
    }

    @Override
    public void write(int octet) {
      bytes.appendByte((byte) octet);
    }

    @Override
    public void write(byte[] source, int from, int length) {
      bytes.appendBytes(source, from, length);
    }
  }

  /** An answer whose moment is still open. */
  static Prepared prepare(Grant grant, @Nullable StoredObject stored) {
    Buffer bytes = Buffer.buffer(USUAL_SIZE);
    try (JsonGenerator json = JSON.createGenerator(new Appending(bytes))) {
      writeLink(json, grant);
      json.flush();
      int moment = bytes.length();
      writeOrigin(json, grant, stored);
      json.flush();
      return new Prepared(
          bytes.getBytes(0, moment), bytes.getBytes(moment, bytes.length()), grant.link().expiry());
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot be written", e);
    }
  }

  /** How an answer tells the second of which it speaks. */
  static byte[] serverTime(long second) {
    return (",\"server_time\":\"" + Instant.ofEpochSecond(second) + '"').getBytes(US_ASCII);
  }

  /** What comes before the moment of an answer, and after it. */
  static final class Prepared {
    private final byte[] head;
    private final byte[] tail;
    private final long expiry;

    private Prepared(byte[] head, byte[] tail, long expiry) {
      this.head = head;
      this.tail = tail;
      this.expiry = expiry;
    }

    /** Bytes that it holds. */
    int length() {
      return head.length + tail.length;
    }

    /**
     * The whole answer at a moment.
     *
     * @param second the moment, in seconds since 1970, not after the link's end
     * @param serverTime how answers tell it
     */
    Buffer at(long second, byte[] serverTime) {
      byte[] left = Long.toString(expiry - second).getBytes(US_ASCII);
      return Buffer.buffer(length() + EXPIRES_IN.length + left.length + serverTime.length)
          .appendBytes(head)
          .appendBytes(EXPIRES_IN)
          .appendBytes(left)
          .appendBytes(serverTime)
          .appendBytes(tail);
    }
  }

  /**
   * An object with the members of an answer at a moment.
   *
   * @param stored what is known of the object, or null
   * @param second the moment, in seconds since 1970
   */
  static void write(JsonGenerator json, Grant grant, @Nullable StoredObject stored, long second)
      throws IOException {
    writeLink(json, grant);
    writeMoment(json, grant.link().expiry(), second);
    writeOrigin(json, grant, stored);
  }

  private static void writeLink(JsonGenerator json, Grant grant) throws IOException {
    json.writeStartObject();
    json.writeStringField("url", grant.link().url());
    json.writeStringField("method", "GET");
    json.writeStringField("expires_at", Instant.ofEpochSecond(grant.link().expiry()).toString());
  }

  private static void writeMoment(JsonGenerator json, long expiry, long second) throws IOException {
    json.writeNumberField("expires_in", expiry - second);
    json.writeStringField("server_time", Instant.ofEpochSecond(second).toString());
  }

  private static void writeOrigin(JsonGenerator json, Grant grant, @Nullable StoredObject stored)
      throws IOException {
    json.writeStringField("limited_by", grant.link().limitedBy().code());
    json.writeStringField("org", grant.backend().org().id().value());
    json.writeStringField("backend", grant.backend().name());
    json.writeStringField("via", grant.backend().via());
    json.writeObjectFieldStart("object");
    writeObject(json, grant.key(), stored);
    json.writeEndObject();
    json.writeEndObject();
  }

  /** What is known of an object; what is not is absent. */
  private static void writeObject(JsonGenerator json, ObjectKey key, @Nullable StoredObject stored)
      throws IOException {
    json.writeStringField("key", key.value());
    if (stored == null) {
      return;
    }
    json.writeNumberField("size", stored.size());
    write(json, "etag", stored.etag());
    String sha256 = stored.trueSha256();
    if (sha256 != null) {
      boolean verified = stored.digest() == DigestState.VERIFIED;
      json.writeStringField("sha256", sha256);
      json.writeStringField("sha256_state", verified ? "verified" : "declared");
    }
    write(json, "version_id", stored.versionId());
    Instant modified = stored.lastModified();
    write(json, "last_modified", modified == null ? null : modified.toString());
  }

  private static void write(JsonGenerator json, String name, @Nullable String value)
      throws IOException {
    if (value != null) {
      json.writeStringField(name, value);
    }
  }
}
