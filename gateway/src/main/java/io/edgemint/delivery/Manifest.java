package io.edgemint.delivery;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.edgemint.publisher.Published;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Says what a delivery is made of. It is written last: where it is, the delivery is whole. */
final class Manifest {
  private static final JsonMapper JSON = new JsonMapper();

  private Manifest() {}

  /** That of archives which have been delivered, in order. */
  static Memo of(
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
    return new Memo(names.manifest(), text, "application/json");
  }
}
