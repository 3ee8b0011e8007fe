package io.edgemint.delivery;

import io.edgemint.publisher.Digest;
import io.edgemint.publisher.GatewayClient;
import io.edgemint.publisher.Order;
import io.edgemint.publisher.Progress;
import io.edgemint.publisher.Published;
import io.edgemint.publisher.PublishingFailed;
import io.edgemint.publisher.Source;
import io.edgemint.publisher.SourceChanged;
import io.edgemint.publisher.Uploader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Delivers one folder as the archives of one job into one destination: the archives first, the
 * manifest last. What was interrupted goes on where it was. Its methods wait for disk and network.
 */
public final class Delivery {
  /** The least size that may be given for an archive, in bytes. */
  public static final long LEAST_LIMIT = Split.LEAST;

  /** The largest, which is that of an object in S3. */
  public static final long MOST_LIMIT = Split.MOST;

  private final GatewayClient gateway;
  private final Uploader uploader;
  private final Path state;
  private final String place;
  private final Map<String, String> destination;
  private final JobName names;
  private final InstantSource clock;
  private final Function<String, Progress> progress;

  /**
   * Prepares a delivery and reaches nobody.
   *
   * @param state the folder in which it is remembered what has arrived
   * @param address the gateway's, which tells deliveries apart
   * @param destination its name
   * @param progress is told how each object goes, by its key
   */
  public Delivery(
      GatewayClient gateway,
      Uploader uploader,
      Path state,
      String address,
      String destination,
      JobName names,
      InstantSource clock,
      Function<String, Progress> progress) {
    this.gateway = gateway;
    this.uploader = uploader;
    this.state = state;
    this.destination = Map.of("destination", destination);
    this.names = names;
    this.place = String.join("\n", address, destination, names.job(), names.name());
    this.clock = clock;
    this.progress = progress;
  }

  /**
   * Delivers a folder.
   *
   * @param limit how many bytes an archive has at most, {@value #LEAST_LIMIT} to {@link
   *     #MOST_LIMIT}
   * @return every object in the order of its arrival, the manifest last; empty if all of it had
   *     been delivered before
   * @throws PublishingFailed if the delivery is not whole afterwards
   */
  public List<Published> deliver(Path folder, long limit) throws InterruptedException {
    try {
      Folder files = Folder.read(folder);
      FileDigests digests = new FileDigests();
      List<TarArchive> archives = Split.of(files, names, limit, digests);
      Map<String, Long> there = there();
      if (there.containsKey(names.manifest())) {
        requireSame(archives, there);
        return List.of();
      }
      refuseOthers(archives, there.keySet());
      Receipts receipts = Receipts.of(state, place);
      List<Published> delivered = new ArrayList<>();
      for (TarArchive archive : archives) {
        delivered.add(deliver(archive, receipts, there.get(archive.key())));
      }
      files.checkUnchanged();
      Manifest manifest = Manifest.of(names, archives, delivered, digests, clock.instant());
      files.checkUnchanged();
      delivered.add(upload(manifest.name(), receipts, manifest));
      receipts.forgetAll();
      return delivered;
    } catch (SourceChanged e) {
      throw new PublishingFailed(
          e.getMessage()
              + "; no manifest was written, so the delivery does not count: run it with --cancel,"
              + " and again once nothing writes there");
    } catch (IOException e) {
      throw new PublishingFailed("cannot read or write: " + e.getMessage());
    }
  }

  /** An archive that has arrived in an earlier run and is still the same is not sent again. */
  private Published deliver(TarArchive archive, Receipts receipts, @Nullable Long there)
      throws IOException, InterruptedException {
    if (there == null) {
      return upload(archive.key(), receipts, archive);
    }
    String arrived = receipts.arrived(archive.key());
    if (arrived != null && there == archive.size() && arrived.equals(digest(archive))) {
      progress.apply(archive.key()).note("is there from an earlier run");
      return new Published(archive.key(), archive.size(), arrived, true);
    }
    // Its answer may have been lost: then the upload that was begun tells what is there.
    return upload(archive.key(), receipts, archive);
  }

  private Published upload(String key, Receipts receipts, Source source)
      throws IOException, InterruptedException {
    receipts.begin(key);
    Published published;
    try {
      published = uploader.upload(new Order(key, destination), source, false, progress.apply(key));
    } catch (PublishingFailed e) {
      throw e.code().equals("object_exists") ? otherContent(key) : e;
    }
    receipts.arrived(key, published.sha256());
    return published;
  }

  private String digest(TarArchive archive) throws IOException, InterruptedException {
    Progress told = progress.apply(archive.key());
    told.begin(Progress.Step.READING, archive.size(), 0);
    String digest = Digest.of(archive, 0, archive.size(), told::moved);
    archive.checkUnchanged();
    return digest;
  }

  private static PublishingFailed otherContent(String key) {
    return new PublishingFailed(
        key
            + " is in the destination already, and not known to be the same; run the command with"
            + " --cancel to remove what was delivered, or choose another --job");
  }

  /** What a manifest vouches for is never changed; only sizes can be compared from here. */
  private static void requireSame(List<TarArchive> archives, Map<String, Long> there) {
    for (TarArchive archive : archives) {
      Long size = there.get(archive.key());
      if (size == null || size != archive.size()) {
        throw new PublishingFailed(
            "the job has been delivered, and its manifest is there, but "
                + archive.key()
                + " would be another now; choose another --job, or remove the delivery with"
                + " --cancel --force");
      }
    }
  }

  /** Such as another --max-size has made; readers would take them for parts of this one. */
  private void refuseOthers(List<TarArchive> archives, Set<String> there) {
    Set<String> others = new TreeSet<>(there);
    others.removeIf(key -> !names.isOwn(key));
    archives.forEach(archive -> others.remove(archive.key()));
    if (!others.isEmpty()) {
      throw new PublishingFailed(
          "an earlier delivery was divided in another way; run the command with --cancel, or with the --max-size and the files of then, for it left %s"
              .formatted(others));
    }
  }

  /**
   * Removes what was delivered so far, and ends what was begun.
   *
   * @param whole whether also a delivery is removed that is whole
   * @return the keys that were removed
   * @throws PublishingFailed if the delivery is whole and must not be removed
   */
  public List<String> cancel(boolean whole) throws InterruptedException {
    try {
      List<String> own = new ArrayList<>(there().keySet());
      own.removeIf(key -> !names.isOwn(key));
      if (own.contains(names.manifest()) && !whole) {
        throw new PublishingFailed(
            "the job has been delivered, and its manifest is there; --force removes it all the"
                + " same");
      }
      Receipts receipts = Receipts.of(state, place);
      Set<String> begun = receipts.begun();
      begun.addAll(own);
      for (String key : begun) {
        uploader.abort(new Order(key, destination), key, progress.apply(key));
      }
      // The manifest goes first: nobody takes what is left for a whole delivery.
      own.sort(Comparator.comparing(key -> !key.equals(names.manifest())));
      for (String key : own) {
        gateway.delete(key, destination, progress.apply(key));
      }
      receipts.forgetAll();
      return own;
    } catch (IOException e) {
      throw new PublishingFailed("cannot read or write: " + e.getMessage());
    }
  }

  /** What lies in the job's folder, with its sizes. */
  private Map<String, Long> there() throws InterruptedException {
    Map<String, Long> there = new TreeMap<>();
    Progress told = progress.apply(names.folder());
    String next = null;
    do {
      GatewayClient.Page page = gateway.list(names.folder(), next, destination, told);
      page.objects().forEach(object -> there.put(object.key(), object.size()));
      next = page.next();
    } while (next != null);
    return there;
  }
}
