package io.edgemint.sandbox;

import java.io.IOException;
import java.util.Arrays;

/**
 * Runs another main class for as long as the parent process holds the other end of standard input.
 * When the parent ends, however it ends, the operating system closes that end, and so this process
 * ends too.
 */
final class Lifeline {
  private Lifeline() {}

  /** Takes the name of the class to run, then its arguments. */
  public static void main(String[] args) throws ReflectiveOperationException {
    Thread.ofPlatform().daemon().name("lifeline").start(Lifeline::endWithParent);
    String[] rest = Arrays.copyOfRange(args, 1, args.length);
    Class.forName(args[0]).getMethod("main", String[].class).invoke(null, (Object) rest);
  }

  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {
        // What the parent may write means nothing.
      }
    } catch (IOException e) {
      // A broken pipe says the same as its end.
    }
    Runtime.getRuntime().halt(0);
  }
}
