package io.edgemint.publisher;

import java.util.Map;

/**
 * Where an upload goes.
 *
 * @param key the object's key
 * @param more members of the call that begins it besides the usual ones, such as a destination
 */
public record Order(String key, Map<String, String> more) {
  /** Copies the members. */
  public Order {
    more = Map.copyOf(more);
  }

  /** An object of the organisation's own storage. */
  public static Order of(String key) {
    return new Order(key, Map.of());
  }
}
