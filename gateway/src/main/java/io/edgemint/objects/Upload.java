package io.edgemint.objects;

import io.edgemint.backend.ObjectKey;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * An upload as its publisher sees it.
 *
 * @param id under which it goes on
 * @param end the epoch second at which it is over
 * @param put the link for the whole object; null if it comes in parts, or has arrived
 * @param parts what has not arrived, as far as it was asked for
 * @param next the number with which further parts begin; 0 if there are none
 */
public record Upload(
    String id,
    ObjectKey key,
    UploadPlan plan,
    long end,
    @Nullable Link put,
    List<Part> parts,
    int next) {
  /**
   * A link by which something is sent.
   *
   * @param headers exactly these are sent, by lower-case name
   * @param end the epoch second at which it no longer opens anything
   */
  public record Link(String url, SortedMap<String, String> headers, long end) {
    /** Leaves out the URL, which signs. */
    @Override
    public String toString() {
      return "Link[end=" + end + "]";
    }
  }

  /**
   * A part that has not arrived.
   *
   * @param number counts from 1
   * @param link how it is sent; null until its digest is told
   */
  public record Part(int number, long offset, long size, @Nullable Link link) {}

  /**
   * An object that is whole.
   *
   * @param etag without quotes
   * @param sha256 the digest that was declared
   * @param verified whether its bytes have been compared with that
   * @param version what the bucket calls this version, or null
   */
  public record Done(
      ObjectKey key,
      long size,
      String etag,
      String sha256,
      boolean verified,
      @Nullable String version) {}

  /** Leaves out the id, by which the upload goes on. */
  @Override
  public String toString() {
    return "Upload[" + key + "]";
  }
}
