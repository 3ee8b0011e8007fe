package io.edgemint.canary;

import java.util.Comparator;
import org.junit.jupiter.api.ClassDescriptor;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.ClassOrdererContext;

/** Lets the look for canaries come last, after all that could have written them. */
public final class CanaryLast implements ClassOrderer {
  static {
    Canaries.listen();
  }

  @Override
  public void orderClasses(ClassOrdererContext context) {
    context
        .getClassDescriptors()
        .sort(Comparator.comparing((ClassDescriptor test) -> isLook(test.getTestClass())));
  }

  private static boolean isLook(Class<?> test) {
    return test.getSimpleName().startsWith("Canary");
  }
}
