package io.edgemint.delivery;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgemint.publisher.Published;
import io.edgemint.publisher.Source;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Says what a delivery is made of. It is written last: where it is, the delivery is whole. */
final class Manifest implements Source {
  private static final JsonMapper JSON = new JsonMapper();

  private final String key;
  private final byte[] bytes;

  private Manifest(String key, byte[] bytes) {
    this.key = key;
    this.bytes = bytes;
  }

  /** That of archives which have been delivered, in order. */
  static Manifest of(
      JobName names,
      List<TarArchive> archives,
      List<Published> delivered,
      FileDigests digests,
      Instant now)
      throws IOException {
    ObjectNode json =
        JSON.createObjectNode()
            .put("job", names.job())
            .put("name", names.name())
            .put("delivered_at", now.truncatedTo(ChronoUnit.SECONDS).toString());
    ArrayNode parts = json.putArray("archives");
    for (Published each : delivered) {
      parts
          .addObject()
          .put("key", each.key())
          .put("size", each.size())
          .put("sha256", each.sha256());
    }
    ArrayNode files = json.putArray("files");
    for (TarArchive archive : archives) {
      for (Entry entry : archive.entries()) {
        if (!entry.isFolder()) {
          files
              .addObject()
              .put("path", entry.name())
              .put("size", entry.size())
              .put("sha256", digests.of(entry))
              .put("archive", archive.key());
        }
      }
    }
    byte[] text = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
    return new Manifest(names.manifest(), text);
  }

  @Override
  public String name() {
    return key;
  }

  /** Never the same again, for it has the time in it. */
  @Override
  public String edition() {
    return new String(bytes, StandardCharsets.UTF_8).lines().limit(5).toList().toString();
  }

  @Override
  public long size() {
    return bytes.length;
  }

  @Override
  public String contentType() {
    return "application/json";
  }

  @Override
  public InputStream from(long offset) {
    return new ByteArrayInputStream(bytes, (int) offset, bytes.length - (int) offset);
  }

  @Override
  public void checkUnchanged() {
    // It is in memory alone.
  }
}
