package io.edgemint.registry;

/** A registry that can be read but must not be used, with what to do about it. */
public final class RegistryRefused extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  RegistryRefused(String message) {
    super(message);
  }
}
