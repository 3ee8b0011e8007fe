package io.edgemint.probe;

import io.edgemint.backend.ObjectKey;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * An object of random bytes that a probe writes, with what it takes to remove it without a trace.
 *
 * @param key where it is written, below the storage's prefix
 * @param content what it holds at first
 * @param versions what the storage called each version of it, in order
 */
record TestObject(ObjectKey key, Buffer content, List<String> versions) {
  private static final Pattern NAME =
      Pattern.compile(Pattern.quote(Probe.FOLDER) + "[0-9a-f]{16}(\\.bin|\\.parts|/image)");

  private static final int SIZE = 1024;

  /** An object of a new name that ends so. */
  static TestObject named(String ending, RandomGenerator random) {
    String name = HexFormat.of().toHexDigits(random.nextLong());
    ObjectKey key = (ObjectKey) ObjectKey.of(Probe.FOLDER + name + ending);
    return new TestObject(key, bytes(random), new ArrayList<>());
  }

  /** Whether a probe may have made that name. */
  static boolean mayBe(ObjectKey key) {
    return NAME.matcher(key.value()).matches();
  }

  static Buffer bytes(RandomGenerator random) {
    byte[] bytes = new byte[SIZE];
    random.nextBytes(bytes);
    return Buffer.buffer(bytes);
  }
}
