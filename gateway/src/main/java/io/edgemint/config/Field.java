package io.edgemint.config;

import java.io.Serial;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A value that was read, or the fact that a problem stands in its place. Take values out inside
 * {@link Section#build}, after everything has been read, so that no problem hides another.
 */
public final class Field<T> {
  private final @Nullable T value;

  private Field(@Nullable T value) {
    this.value = value;
  }

  static <T> Field<T> of(T value) {
    return new Field<>(value);
  }

  static <T> Field<T> unusable() {
    return new Field<>(null);
  }

  /** The value; where a problem stands in its place, the innermost {@code build} ends here. */
  public T get() {
    if (value == null) {
      throw new Unusable();
    }
    return value;
  }

  <R> Field<R> map(Function<T, R> function) {
    return value == null ? unusable() : of(function.apply(value));
  }

  boolean isUsable() {
    return value != null;
  }

  T or(T fallback) {
    return value == null ? fallback : value;
  }

  /** Ends a {@code build} whose problem has been reported already. */
  static final class Unusable extends RuntimeException {
    @Serial private static final long serialVersionUID = 1L;

    private Unusable() {
      super("a setting with a problem was used outside of build", null, false, false);
    }
  }

  @Override
  public String toString() {
    return value == null ? "[problem]" : "[value]";
  }
}
