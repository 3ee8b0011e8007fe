package io.edgemint.transfer;

import io.edgemint.backend.ObjectKey;
import io.edgemint.bucket.Answer;
import io.edgemint.bucket.Listing;
import io.edgemint.bucket.Xml;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The uploads in parts that runs before this one left unfinished in a backend. Nothing tells them
 * from uploads of others, so only those of keys are ended that the source holds: an object of such
 * a key is copied now, and no other one may come of it.
 */
final class Leftovers {
  private static final int MAX_PAGES = 100;

  private final Reach reach;
  private final Map<String, List<String>> ids = new ConcurrentHashMap<>();

  /** Uses a session that may list and end uploads. */
  Leftovers(Reach reach) {
    this.reach = reach;
  }

  /**
   * Looks for them.
   *
   * @return why they could not all be found, or null
   */
  @Nullable String find() {
    String key = null;
    String id = null;
    for (int page = 0; page < MAX_PAGES; page++) {
      String afterKey = key;
      String afterId = id;
      Answer answer = reach.send(b -> b.uploads(afterKey, afterId));
      if (!answer.succeeded()) {
        return answer.seen();
      }
      Xml list = Xml.of(answer.body());
      boolean encoded = list.isEncoded();
      try {
        for (Xml upload : list.all("Upload")) {
          note(upload, encoded);
        }
        key = list.key("NextKeyMarker", encoded);
      } catch (Listing.Failed e) {
        return e.getMessage();
      }
      if (!list.text("IsTruncated").orElse("").equals("true")) {
        return null;
      }
      id = list.text("NextUploadIdMarker").orElse(null);
      if (key.isEmpty()) {
        return "their list does not say where it goes on";
      }
    }
    return "there are too many";
  }

  private void note(Xml upload, boolean encoded) throws Listing.Failed {
    String prefix = reach.storage().prefix();
    String name = upload.key("Key", encoded);
    if (name.startsWith(prefix)) {
      upload
          .id()
          .ifPresent(
              id ->
                  ids.computeIfAbsent(name.substring(prefix.length()), any -> new ArrayList<>())
                      .add(id));
    }
  }

  /** Ends those of a key. */
  void end(ObjectKey key) {
    List<String> found = ids.remove(key.value());
    if (found != null) {
      for (String id : found) {
        Answer _ = reach.send(b -> b.abortUpload(key, id));
      }
    }
  }
}
