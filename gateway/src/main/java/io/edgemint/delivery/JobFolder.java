package io.edgemint.delivery;

import io.edgemint.publisher.GatewayClient;
import io.edgemint.publisher.GatewayClient.Listed;
import io.edgemint.publisher.Order;
import io.edgemint.publisher.Progress;
import io.edgemint.publisher.Published;
import io.edgemint.publisher.PublishingFailed;
import io.edgemint.publisher.Source;
import io.edgemint.publisher.Uploader;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/** The folder of a job in a destination, as the gateway lets it be seen and changed. */
final class JobFolder {
  private final GatewayClient gateway;
  private final Uploader uploader;
  private final String folder;
  private final Map<String, String> destination;
  private final Function<String, Progress> progress;

  JobFolder(
      GatewayClient gateway,
      Uploader uploader,
      String folder,
      String destination,
      Function<String, Progress> progress) {
    this.gateway = gateway;
    this.uploader = uploader;
    this.folder = folder;
    this.destination = Map.of("destination", destination);
    this.progress = progress;
  }

  /** Who is told how an object goes. */
  Progress told(String key) {
    return progress.apply(key);
  }

  /** What lies in it now, by key. */
  Map<String, Listed> list() throws InterruptedException {
    Map<String, Listed> there = new TreeMap<>();
    String next = null;
    do {
      GatewayClient.Page page = gateway.list(folder, next, destination, told(folder));
      page.objects().forEach(object -> there.put(object.key(), object));
      next = page.next();
    } while (next != null);
    return there;
  }

  /** Writes an object, and remembers that it was begun and that it has arrived. */
  Published upload(String key, Receipts receipts, Source source)
      throws IOException, InterruptedException {
    receipts.begin(key);
    Published published;
    try {
      published = uploader.upload(new Order(key, destination), source, false, told(key));
    } catch (PublishingFailed e) {
      throw e.code().equals("object_exists") ? otherContent(key) : e;
    }
    receipts.arrived(key, published.sha256());
    return published;
  }

  private static PublishingFailed otherContent(String key) {
    return new PublishingFailed(
        key
            + " is in the destination already, and not known to be the same; run the command with"
            + " --cancel to remove what was delivered, or choose another --job");
  }

  /** Ends the upload of an object that was begun. */
  void abort(String key) throws InterruptedException {
    uploader.abort(new Order(key, destination), key, told(key));
  }

  /** Takes an object away, which need not be there. */
  void delete(String key) throws InterruptedException {
    gateway.delete(key, destination, told(key));
  }
}
