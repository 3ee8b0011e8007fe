package io.edgemint.registry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A database that kills its process at one step of a writing transaction: before a statement is
 * sent, before the transaction is kept, or once it is.
 */
final class DyingDatabase implements Database {
  private final Database behind;
  private int left;

  /** Kills at the step of that number, counted from 1 over all writes. */
  DyingDatabase(Database behind, int step) {
    this.behind = behind;
    this.left = step;
  }

  private void step() {
    left--;
    if (left == 0) {
      kill();
    }
  }

  /** As an operator would, so that nothing of this process runs any more. */
  static void kill() {
    try {
      String own = Long.toString(ProcessHandle.current().pid());
      int refused = new ProcessBuilder("kill", "-9", own).start().waitFor();
      throw new IllegalStateException("kill ended with " + refused);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public <T extends @Nullable Object> T write(Work<T> work) {
    T done =
        behind.write(
            connection -> {
              T result = work.on(dying(Connection.class, connection));
              step();
              return result;
            });
    step();
    return done;
  }

  private <T> T dying(Class<T> type, Object real) {
    InvocationHandler handler =
        (proxy, method, arguments) -> {
          if (method.getName().startsWith("execute")) {
            step();
          }
          Object result;
          try {
            result = method.invoke(real, arguments);
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
          return switch (result) {
            case PreparedStatement statement -> dying(PreparedStatement.class, statement);
            case Statement statement -> dying(Statement.class, statement);
            case null, default -> result;
          };
        };
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }

  @Override
  public void migrate() {
    behind.migrate();
  }

  @Override
  public <T extends @Nullable Object> T read(Work<T> work) {
    return behind.read(work);
  }

  @Override
  public <T extends @Nullable Object> T follow(Work<T> work) {
    return behind.follow(work);
  }

  @Override
  public <T extends @Nullable Object> T touch(Work<T> work) {
    return behind.touch(work);
  }

  @Override
  public void close() {
    behind.close();
  }
}
