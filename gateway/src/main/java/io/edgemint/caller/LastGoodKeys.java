package io.edgemint.caller;

import org.jspecify.annotations.Nullable;

/**
 * Keeps the keys that were last fetched from an issuer, so that a restart while the issuer is down
 * lets its devices in. Both calls may wait for a disk: never on an event loop.
 */
public interface LastGoodKeys {
  /** What was last saved for the issuer, or null. */
  @Nullable String load(String iss);

  /** Replaces what is kept for the issuer. The text is JSON, and holds no secret. */
  void save(String iss, String jwksJson);
}
