package io.edgemint.probe;

import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.S3Storage;
import io.edgemint.bucket.Answer;
import io.edgemint.bucket.BucketRequests;
import io.edgemint.bucket.Courier;
import io.edgemint.bucket.Xml;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Takes away what probes leave behind, as far as the role allows it, and says nothing. */
final class Cleaner {
  /** No probe lasts that long; a younger one may still be at work. */
  private static final Duration OLD = Duration.ofHours(1);

  private static final int AT_ONCE = 10;

  private final S3Storage storage;
  private final BucketRequests bucket;
  private final Courier courier;
  private final InstantSource clock;

  Cleaner(S3Storage storage, BucketRequests bucket, Courier courier, InstantSource clock) {
    this.storage = storage;
    this.bucket = bucket;
    this.courier = courier;
    this.clock = clock;
  }

  /** Removes what earlier probes left that died; what is left over is for the next. */
  void removeLeftovers() {
    Instant before = clock.instant().minus(OLD);
    Answer objects = courier.send(bucket.list(Probe.FOLDER));
    List<BucketRequests.Signed> removals = new ArrayList<>();
    if (objects.succeeded()) {
      for (Xml object : Xml.of(objects.body()).all("Contents")) {
        key(object)
            .filter(key -> isBefore(before, object.text("LastModified")))
            .ifPresent(key -> removals.add(bucket.delete(key, null)));
      }
    }
    sendSome(removals);
    abortUploads(Probe.FOLDER, before);
  }

  /** A storage that lists much and answers slowly would hold up the probe, and all after it. */
  private void sendSome(List<BucketRequests.Signed> removals) {
    boolean answers = true;
    for (int i = 0; i < Math.min(removals.size(), AT_ONCE) && answers; i++) {
      answers = courier.send(removals.get(i)).status() > 0;
    }
  }

  /** Aborts the uploads of one key, whose answers may have been lost. */
  void abortUploads(ObjectKey key) {
    abortUploads(key.value(), Instant.MAX);
  }

  private void abortUploads(String start, Instant before) {
    Answer uploads = courier.send(bucket.listUploads(start));
    List<BucketRequests.Signed> removals = new ArrayList<>();
    if (uploads.succeeded()) {
      for (Xml upload : Xml.of(uploads.body()).all("Upload")) {
        Optional<ObjectKey> key = key(upload);
        Optional<String> id = upload.id();
        if (key.isPresent() && id.isPresent() && isBefore(before, upload.text("Initiated"))) {
          removals.add(bucket.abortUpload(key.get(), id.get()));
        }
      }
    }
    sendSome(removals);
  }

  /** Deletes every version of an object for good; tells whether none is left. */
  boolean deleteVersions(TestObject object) {
    boolean gone = true;
    for (String version : object.versions()) {
      gone &= courier.send(bucket.delete(object.key(), version)).succeeded();
    }
    return gone;
  }

  /** Never a key that no probe made, whatever the storage lists. */
  private Optional<ObjectKey> key(Xml listed) {
    return listed
        .text("Key")
        .filter(name -> name.startsWith(storage.prefix() + Probe.FOLDER))
        .map(name -> ObjectKey.of(name.substring(storage.prefix().length())))
        .flatMap(key -> key instanceof ObjectKey legal ? Optional.of(legal) : Optional.empty())
        .filter(TestObject::mayBe);
  }

  private static boolean isBefore(Instant instant, Optional<String> text) {
    try {
      return text.isPresent() && Instant.parse(text.get()).isBefore(instant);
    } catch (DateTimeException e) {
      return false;
    }
  }
}
