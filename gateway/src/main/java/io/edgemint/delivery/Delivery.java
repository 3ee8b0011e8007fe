package io.edgemint.delivery;

import io.edgemint.publisher.Digest;
import io.edgemint.publisher.GatewayClient;
import io.edgemint.publisher.GatewayClient.Listed;
import io.edgemint.publisher.Progress;
import io.edgemint.publisher.Published;
import io.edgemint.publisher.PublishingFailed;
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
import java.util.TreeSet;
import java.util.function.Function;
import java.util.random.RandomGenerator;
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

  private final Path state;
  private final String place;
  private final JobName names;
  private final JobFolder job;
  private final Claims claims;
  private final InstantSource clock;

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
    this.state = state;
    this.names = names;
    this.place = String.join("\n", address, destination, names.job(), names.name());
    this.job = new JobFolder(gateway, uploader, names.folder(), destination, progress);
    this.claims = new Claims(names, job, RandomGenerator.getDefault());
    this.clock = clock;
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
    try (Receipts receipts = Receipts.of(state, place)) {
      Folder files = Folder.read(folder);
      FileDigests digests = new FileDigests();
      List<TarArchive> archives = Split.of(files, names, limit, digests);
      Map<String, Listed> there = job.list();
      if (!there.containsKey(names.manifest())) {
        refuseOthers(archives, there.keySet());
        there = claims.take(receipts, false);
      }
      if (there.containsKey(names.manifest())) {
        requireSame(archives, there, receipts);
        claims.release(receipts);
        return List.of();
      }
      return deliver(files, archives, digests, there, receipts);
    } catch (SourceChanged e) {
      throw new PublishingFailed(
          e.getMessage()
              + "; no manifest was written, so the delivery does not count: run it with --cancel,"
              + " and again once nothing writes there");
    } catch (IOException e) {
      throw new PublishingFailed("cannot read or write: " + e.getMessage());
    }
  }

  private List<Published> deliver(
      Folder files,
      List<TarArchive> archives,
      FileDigests digests,
      Map<String, Listed> there,
      Receipts receipts)
      throws IOException, InterruptedException {
    List<Published> delivered = new ArrayList<>();
    for (TarArchive archive : archives) {
      delivered.add(deliver(archive, receipts, there.get(archive.key())));
    }
    files.checkUnchanged();
    Memo manifest = Manifest.of(names, archives, delivered, digests, clock.instant());
    files.checkUnchanged();
    if (!isWhole(archives, receipts)) {
      throw removed();
    }
    delivered.add(job.upload(manifest.name(), receipts, manifest));
    if (!isWhole(archives, receipts)) {
      // It names what is gone.
      job.delete(manifest.name());
      throw removed();
    }
    claims.release(receipts);
    return delivered;
  }

  /** Whether all archives are there and nobody is about to remove them. */
  private boolean isWhole(List<TarArchive> archives, Receipts receipts)
      throws IOException, InterruptedException {
    Map<String, Listed> there = job.list();
    boolean whole = claims.stands(receipts, there);
    for (TarArchive archive : archives) {
      Listed listed = there.get(archive.key());
      if (isStill(archive, listed, receipts)) {
        receipts.seen(archive.key(), listed == null ? null : listed.etag());
      } else {
        whole = false;
      }
    }
    return whole;
  }

  private static boolean isStill(TarArchive archive, @Nullable Listed listed, Receipts receipts) {
    return listed != null
        && listed.size() == archive.size()
        && receipts.isStill(archive.key(), listed.etag());
  }

  private static PublishingFailed removed() {
    return new PublishingFailed(
        "somebody has removed the delivery while it was on its way ('--cancel --force' on another"
            + " machine), so no manifest stands; run it with --cancel, and again");
  }

  /** An archive that has arrived in an earlier run and is still the same is not sent again. */
  private Published deliver(TarArchive archive, Receipts receipts, @Nullable Listed there)
      throws IOException, InterruptedException {
    if (there == null) {
      return job.upload(archive.key(), receipts, archive);
    }
    String arrived = receipts.arrived(archive.key());
    if (arrived != null && isStill(archive, there, receipts) && arrived.equals(digest(archive))) {
      job.told(archive.key()).note("is there from an earlier run");
      return new Published(archive.key(), archive.size(), arrived, true);
    }
    // Its answer may have been lost: then the upload that was begun tells what is there.
    return job.upload(archive.key(), receipts, archive);
  }

  private String digest(TarArchive archive) throws IOException, InterruptedException {
    Progress told = job.told(archive.key());
    told.begin(Progress.Step.READING, archive.size(), 0);
    String digest = Digest.of(archive, 0, archive.size(), told::moved);
    archive.checkUnchanged();
    return digest;
  }

  /** What a manifest vouches for is never changed. */
  private void requireSame(List<TarArchive> archives, Map<String, Listed> there, Receipts receipts)
      throws IOException, InterruptedException {
    Set<String> others = others(archives, there.keySet());
    others.remove(names.manifest());
    if (!others.isEmpty()) {
      throw another(others.iterator().next());
    }
    for (TarArchive archive : archives) {
      Listed listed = there.get(archive.key());
      if (listed == null || listed.size() != archive.size()) {
        throw another(archive.key());
      }
      String arrived = receipts.arrived(archive.key());
      if (arrived == null || !isStill(archive, listed, receipts)) {
        throw new PublishingFailed(
            "the job has been delivered, and its manifest is there, but not from this machine, so"
                + " that it cannot be told from here whether it was the same; compare it with the"
                + " manifest, or choose another --job");
      }
      if (!arrived.equals(digest(archive))) {
        throw another(archive.key());
      }
    }
  }

  private static PublishingFailed another(String key) {
    return new PublishingFailed(
        "the job has been delivered, and its manifest is there, but "
            + key
            + " would be another now; choose another --job, or remove the delivery with --cancel"
            + " --force");
  }

  /** Such as another --max-size has made; readers would take them for parts of this one. */
  private void refuseOthers(List<TarArchive> archives, Set<String> there) {
    Set<String> others = others(archives, there);
    if (!others.isEmpty()) {
      throw new PublishingFailed(
          "an earlier delivery was divided in another way; run the command with --cancel, or with the --max-size and the files of then, for it left %s"
              .formatted(others));
    }
  }

  private Set<String> others(List<TarArchive> archives, Set<String> there) {
    Set<String> others = new TreeSet<>(there);
    others.removeIf(key -> !names.isOwn(key));
    archives.forEach(archive -> others.remove(archive.key()));
    return others;
  }

  /**
   * Removes what was delivered so far, and ends what was begun.
   *
   * @param force whether also a delivery is removed that is whole, or that another machine has
   *     begun
   * @return the keys that were removed
   * @throws PublishingFailed if the delivery must not be removed
   */
  public List<String> cancel(boolean force) throws InterruptedException {
    try (Receipts receipts = Receipts.of(state, place)) {
      refuseWhole(job.list(), force);
      Map<String, Listed> there = claims.take(receipts, force);
      if (there.containsKey(names.manifest()) && !force) {
        // It came meanwhile.
        claims.release(receipts);
      }
      refuseWhole(there, force);
      for (String key : receipts.begun()) {
        if (!names.isClaim(key)) {
          job.abort(key);
        }
      }
      List<String> removed = new ArrayList<>();
      // Again, for with force somebody may have written meanwhile.
      for (List<String> own = own(); !own.isEmpty(); own = own()) {
        for (String key : own) {
          job.abort(key);
          job.delete(key);
        }
        removed.addAll(own);
      }
      claims.release(receipts);
      receipts.forgetAll();
      return removed;
    } catch (IOException e) {
      throw new PublishingFailed("cannot read or write: " + e.getMessage());
    }
  }

  /** What lies there, the manifest first: nobody takes what is left for a whole delivery. */
  private List<String> own() throws InterruptedException {
    List<String> own = new ArrayList<>(job.list().keySet());
    own.removeIf(key -> !names.isOwn(key));
    own.sort(Comparator.comparing(key -> !key.equals(names.manifest())));
    return own;
  }

  private void refuseWhole(Map<String, Listed> there, boolean force) {
    if (there.containsKey(names.manifest()) && !force) {
      throw new PublishingFailed(
          "the job has been delivered, and its manifest is there; --force removes it all the same");
    }
  }
}
