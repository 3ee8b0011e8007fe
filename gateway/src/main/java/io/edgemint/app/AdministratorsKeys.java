package io.edgemint.app;

import io.edgemint.caller.LastGoodKeys;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the keys of administrators' issuers apart from those of devices' issuers, which may go by
 * the same names and have other keys.
 */
record AdministratorsKeys(LastGoodKeys all) implements LastGoodKeys {
  /** Under which name an issuer's keys are kept; no issuer has a tab in its own. */
  static String name(String iss) {
    return "administrators\t" + iss;
  }

  @Override
  public @Nullable String load(String iss) {
    return all.load(name(iss));
  }

  @Override
  public void save(String iss, String jwksJson) {
    all.save(name(iss), jwksJson);
  }
}
