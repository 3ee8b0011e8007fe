package io.edgemint.caller;

import org.jspecify.annotations.Nullable;

/** Keeps no keys, where none are fetched. */
public final class NoKeys implements LastGoodKeys {
  @Override
  public @Nullable String load(String iss) {
    return null;
  }

  @Override
  public void save(String iss, String jwksJson) {
    throw new AssertionError("nothing is fetched here");
  }
}
