package io.edgemint;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntSupplier;
import java.util.random.RandomGenerator;

/**
 * Tries a property on random input that a seed brings back.
 *
 * <p>The seed is the system property {@code seed}, or else follows from the name of the calling
 * test, so that a run without it repeats itself. Each try has a seed of its own; a failure names
 * it, and {@code -Dseed=} makes it the first try.
 */
public final class Seeded {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
  private static final int[] AWKWARD =
      " +%~'\"*?&#=;:@!$(),[]{}<>|^`\\/.äß€中\u00A0\u202E\uFEFF😀".codePoints().toArray();

  private Seeded() {}

  /** What must hold for all input drawn from {@code random}; a throw says that it does not. */
  @FunctionalInterface
  public interface Property {
    void check(RandomGenerator random) throws Exception;
  }

  /**
   * Checks the property on {@code tries} inputs.
   *
   * @throws AssertionError at the first input that fails, with its seed, its number and the cause
   */
  public static void run(int tries, Property property) {
    String given = System.getProperty("seed");
    run(given == null ? seedOfCaller() : Long.parseLong(given), tries, property);
  }

  static void run(long firstSeed, int tries, Property property) {
    for (int i = 0; i < tries; i++) {
      long seed = firstSeed + i * GOLDEN_GAMMA;
      try {
        // Split, for plain generators of these seeds draw one sequence, shifted by one.
        property.check(new SplittableRandom(seed).split());
      } catch (Throwable failure) {
        throw new AssertionError(
            "try %d of %d failed; -Dseed=%d repeats it first: %s"
                .formatted(i + 1, tries, seed, failure),
            failure);
      }
    }
  }

  private static long seedOfCaller() {
    return StackWalker.getInstance()
        .walk(frames -> frames.filter(Seeded::isOutside).findFirst())
        .map(frame -> seedOf(frame.getClassName() + "." + frame.getMethodName()))
        .orElse(GOLDEN_GAMMA);
  }

  private static boolean isOutside(StackWalker.StackFrame frame) {
    return !frame.getClassName().equals(Seeded.class.getName());
  }

  private static long seedOf(String name) {
    return name.hashCode() * GOLDEN_GAMMA;
  }

  /** One of the items. */
  public static <T> T pick(RandomGenerator random, List<T> items) {
    return items.get(random.nextInt(items.size()));
  }

  /** {@code min} to {@code max} random bytes. */
  public static byte[] bytes(RandomGenerator random, int min, int max) {
    byte[] bytes = new byte[random.nextInt(min, max + 1)];
    random.nextBytes(bytes);
    return bytes;
  }

  /** {@code min} to {@code max} characters of the alphabet. */
  public static String string(RandomGenerator random, String alphabet, int min, int max) {
    return text(random, min, max, () -> alphabet.charAt(random.nextInt(alphabet.length())));
  }

  /**
   * {@code min} to {@code max} Unicode characters (code points without surrogates): letters and
   * digits, those that break careless encoders, control characters, and any other, mixed.
   */
  public static String string(RandomGenerator random, int min, int max) {
    return text(random, min, max, () -> character(random));
  }

  private static String text(RandomGenerator random, int min, int max, IntSupplier character) {
    int length = random.nextInt(min, max + 1);
    var text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.appendCodePoint(character.getAsInt());
    }
    return text.toString();
  }

  private static int character(RandomGenerator random) {
    return switch (random.nextInt(8)) {
      case 0, 1, 2 -> random.nextInt('a', 'z' + 1);
      case 3 -> random.nextInt('0', '9' + 1);
      case 4, 5 -> AWKWARD[random.nextInt(AWKWARD.length)];
      case 6 -> random.nextInt(0x80);
      default -> scalar(random);
    };
  }

  private static int scalar(RandomGenerator random) {
    int surrogates = Character.MAX_SURROGATE - Character.MIN_SURROGATE + 1;
    int drawn = random.nextInt(Character.MAX_CODE_POINT + 1 - surrogates);
    return drawn < Character.MIN_SURROGATE ? drawn : drawn + surrogates;
  }
}
