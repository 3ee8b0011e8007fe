package io.edgemint.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.edgemint.publisher.Digest;
import io.edgemint.publisher.GatewayClient;
import io.edgemint.publisher.Journal;
import io.edgemint.publisher.Progress;
import io.edgemint.publisher.Published;
import io.edgemint.publisher.PublishingFailed;
import io.edgemint.publisher.Uploader;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeliveryTest {
  private static final String FIRST = "job-7/logs_part1_job-7.tar";
  private static final String SECOND = "job-7/logs_part2_job-7.tar";
  private static final String MANIFEST = "job-7/logs_job-7.manifest.json";
  private static final long LIMIT = 12 * 1024;

  @TempDir private Path temp;
  private Path folder;
  private TinyGateway gateway;

  /** What happens when an object is begun to be read. */
  private Runnable whenRead = () -> {};

  @BeforeEach
  void open() throws IOException {
    gateway = new TinyGateway();
    folder = temp.resolve("logs");
    Trees.file(folder, "a.log", "a".repeat(9000));
    Trees.file(folder, "sub/b.log", "b".repeat(8000));
  }

  @AfterEach
  void close() {
    gateway.close();
  }

  private final class Quiet implements Progress {
    @Override
    public void begin(Step step, long bytes, long done) {
      whenRead.run();
    }

    @Override
    public void moved(long bytes) {
      // Nobody looks.
    }

    @Override
    public void note(String text) {
      // Nobody looks.
    }
  }

  private Delivery delivery() {
    return on("here");
  }

  /** As another machine has it, which remembers other things. */
  private Delivery on(String machine) {
    GatewayClient client = GatewayClient.of(gateway.address(), () -> "token", false);
    return new Delivery(
        client,
        new Uploader(client, new Journal(temp.resolve(machine + "/journal")), 2),
        temp.resolve(machine + "/state"),
        gateway.address(),
        "archive",
        new JobName("job-7", "logs"),
        InstantSource.fixed(Instant.parse("2026-11-29T12:00:00.5Z")),
        key -> new Quiet());
  }

  private List<Published> deliver() throws InterruptedException {
    return delivery().deliver(folder, LIMIT);
  }

  /** What was written besides the claim. */
  private List<String> written() {
    return gateway.written.stream().filter(key -> !key.contains(".claim-")).toList();
  }

  private List<String> claims() {
    return gateway.objects.keySet().stream().filter(key -> key.contains(".claim-")).toList();
  }

  /** Something that fails in an answer of the gateway, and may not be thrown there. */
  private static Runnable quietly(Callable<?> call) {
    return () -> {
      try {
        call.call();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    };
  }

  private byte[] object(String key) {
    return Objects.requireNonNull(gateway.objects.get(key));
  }

  private static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(Digest.sha256().digest(bytes));
  }

  @Test
  void deliver_folder_writesArchivesAndTheManifestLast() throws Exception {
    List<Published> delivered = deliver();

    assertThat(written()).containsExactly(FIRST, SECOND, MANIFEST);
    assertThat(delivered).extracting(Published::key).containsExactly(FIRST, SECOND, MANIFEST);
    JsonObject manifest = new JsonObject(new String(object(MANIFEST), StandardCharsets.UTF_8));
    assertThat(manifest)
        .isEqualTo(
            new JsonObject(
                """
                {"job": "job-7", "name": "logs", "delivered_at": "2026-11-29T12:00:00Z",
                 "archives": [{"key": "%s", "size": %d, "sha256": "%s"},
                              {"key": "%s", "size": %d, "sha256": "%s"}],
                 "files": [{"path": "a.log", "size": 9000, "sha256": "%s", "archive": "%s"},
                           {"path": "sub/b.log", "size": 8000, "sha256": "%s", "archive": "%s"}]}
                """
                    .formatted(
                        FIRST,
                        object(FIRST).length,
                        sha256(object(FIRST)),
                        SECOND,
                        object(SECOND).length,
                        sha256(object(SECOND)),
                        sha256("a".repeat(9000).getBytes(StandardCharsets.UTF_8)),
                        FIRST,
                        sha256("b".repeat(8000).getBytes(StandardCharsets.UTF_8)),
                        SECOND)));
    try (var tar = new TarArchiveInputStream(new ByteArrayInputStream(object(SECOND)))) {
      assertThat(tar.getNextEntry().getName()).isEqualTo("sub/b.log");
      assertThat(tar.getNextEntry()).isNull();
    }
  }

  @Test
  void deliver_again_sendsNothing() throws Exception {
    deliver();

    assertThat(deliver()).isEmpty();
    assertThat(written()).hasSize(3);
  }

  @Test
  void deliver_otherContentAfterTheManifest_isRefused() throws Exception {
    deliver();
    Files.writeString(folder.resolve("a.log"), "other");

    assertThatThrownBy(this::deliver)
        .isInstanceOf(PublishingFailed.class)
        .hasMessageContaining("has been delivered");
    assertThat(written()).hasSize(3);
  }

  @Test
  void deliver_afterAFailureHalfWay_sendsWhatIsMissing() throws Exception {
    gateway.refused = key -> key.equals(SECOND);
    assertThatThrownBy(this::deliver).isInstanceOf(PublishingFailed.class);
    assertThat(written()).containsExactly(FIRST);
    gateway.refused = key -> false;

    List<Published> delivered = deliver();

    assertThat(written()).containsExactly(FIRST, SECOND, MANIFEST);
    assertThat(delivered).extracting(Published::alreadyThere).containsExactly(true, false, false);
  }

  @Test
  void deliver_archiveOfOtherBytesIsThere_isRefusedWithTheFix() throws Exception {
    gateway.refused = key -> key.equals(SECOND);
    assertThatThrownBy(this::deliver).isInstanceOf(PublishingFailed.class);
    gateway.refused = key -> false;
    Files.writeString(folder.resolve("a.log"), "A".repeat(9000));

    assertThatThrownBy(this::deliver)
        .isInstanceOf(PublishingFailed.class)
        .hasMessageContainingAll(FIRST, "--cancel");
    assertThat(gateway.objects).doesNotContainKey(MANIFEST);
  }

  @Test
  void deliver_dividedInAnotherWay_isRefusedWithTheFix() throws Exception {
    gateway.refused = key -> key.equals(SECOND);
    assertThatThrownBy(this::deliver).isInstanceOf(PublishingFailed.class);
    gateway.refused = key -> false;

    assertThatThrownBy(() -> delivery().deliver(folder, Delivery.MOST_LIMIT))
        .isInstanceOf(PublishingFailed.class)
        .hasMessageContainingAll("divided in another way", FIRST);
  }

  @Test
  void deliver_fileThatComesMeanwhile_isNoticedAndNoManifestIsWritten() throws Exception {
    whenRead =
        () -> {
          try {
            Trees.file(folder, "c.log", "late");
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        };

    assertThatThrownBy(this::deliver)
        .isInstanceOf(PublishingFailed.class)
        .hasMessageContainingAll("c.log changed", "no manifest was written");
    assertThat(gateway.objects).doesNotContainKey(MANIFEST);
  }

  @Test
  void deliver_tooLargeFile_sendsNothing() {
    assertThatThrownBy(() -> delivery().deliver(folder, Delivery.LEAST_LIMIT))
        .isInstanceOf(PublishingFailed.class)
        .hasMessageContaining("a.log");
    assertThat(gateway.uploads).isEmpty();
  }

  @Test
  void cancel_halfADelivery_leavesNothingOfItAndNothingElse() throws Exception {
    gateway.objects.put("job-7/other_job-7.tar", new byte[1]);
    gateway.objects.put("job-8/logs_job-8.tar", new byte[1]);
    gateway.refused = key -> key.equals(SECOND);
    assertThatThrownBy(this::deliver).isInstanceOf(PublishingFailed.class);
    assertThat(gateway.uploads).as("the one that was begun").hasSize(1);

    assertThat(delivery().cancel(false)).containsExactly(FIRST);

    assertThat(gateway.objects.keySet())
        .isEqualTo(Set.of("job-7/other_job-7.tar", "job-8/logs_job-8.tar"));
    assertThat(gateway.uploads).isEmpty();
    gateway.refused = key -> false;
    assertThat(deliver()).hasSize(3);
  }

  @Test
  void cancel_wholeDelivery_isRefusedUnlessForced() throws Exception {
    deliver();

    assertThatThrownBy(() -> delivery().cancel(false))
        .isInstanceOf(PublishingFailed.class)
        .hasMessageContaining("--force");
    assertThat(gateway.objects).hasSize(3);
    assertThat(delivery().cancel(true)).containsExactly(MANIFEST, FIRST, SECOND);
    assertThat(gateway.objects).isEmpty();
  }

  @Test
  void deliver_otherContentOfTheSameSizeAfterTheManifest_isRefused() throws Exception {
    deliver();
    Files.writeString(folder.resolve("a.log"), "A".repeat(9000));

    assertThatThrownBy(this::deliver)
        .isInstanceOf(PublishingFailed.class)
        .hasMessageContainingAll("has been delivered", FIRST);
    assertThat(written()).hasSize(3);
  }

  @Test
  void deliver_lessAfterTheManifest_isRefused() throws Exception {
    Trees.file(folder, "z.log", "z".repeat(8000));
    deliver();
    Files.delete(folder.resolve("z.log"));

    assertThatThrownBy(this::deliver)
        .isInstanceOf(PublishingFailed.class)
        .hasMessageContainingAll("has been delivered", "part3");
  }

  @Test
  void deliver_againFromElsewhere_doesNotClaimThatItIsTheSame() throws Exception {
    deliver();

    assertThatThrownBy(() -> on("there").deliver(folder, LIMIT))
        .isInstanceOf(PublishingFailed.class)
        .hasMessageContainingAll("has been delivered", "not from this machine");
    assertThat(written()).hasSize(3);
    assertThat(claims()).isEmpty();
  }

  @Test
  void deliver_removedAndDeliveredByAnother_isNotTakenForOnesOwn() throws Exception {
    deliver();
    on("there").cancel(true);
    Files.writeString(folder.resolve("a.log"), "A".repeat(9000));
    on("there").deliver(folder, LIMIT);
    Files.writeString(folder.resolve("a.log"), "a".repeat(9000));

    assertThatThrownBy(this::deliver)
        .isInstanceOf(PublishingFailed.class)
        .hasMessageContaining("not from this machine");
  }

  @Test
  void deliver_whole_leavesNoClaim() throws Exception {
    gateway.before =
        key -> {
          if (key.equals(FIRST) || key.equals(MANIFEST)) {
            assertThat(claims()).as(key).hasSize(1);
          }
        };
    deliver();

    assertThat(gateway.objects.keySet()).containsExactlyInAnyOrder(FIRST, SECOND, MANIFEST);
  }

  @Test
  void deliver_cutAfterTheManifest_dropsItsClaimInTheNextRun() throws Exception {
    Thread caller = Thread.currentThread();
    gateway.before =
        key -> {
          if (key.contains(".claim-") && gateway.objects.containsKey(MANIFEST)) {
            caller.interrupt();
          }
        };
    // Interrupted or not, what counts is what the next run finds.
    try {
      deliver();
    } catch (InterruptedException e) {
      assertThat(gateway.objects).containsKey(MANIFEST);
    }
    var _ = Thread.interrupted();
    gateway.before = key -> {};

    assertThat(deliver()).isEmpty();
    assertThat(claims()).isEmpty();
  }

  @Test
  void cancel_whileAnotherMachineDelivers_isRefusedAndTheDeliveryIsWhole() throws Exception {
    AtomicReference<Throwable> refused = new AtomicReference<>();
    gateway.before =
        key -> {
          if (key.equals(MANIFEST)) {
            refused.set(catchThrowable(() -> on("there").cancel(false)));
          }
        };

    assertThat(deliver()).hasSize(3);

    assertThat(refused.get())
        .isInstanceOf(PublishingFailed.class)
        .hasMessageContainingAll("another machine", "2026-11-29T12:00:00Z", "--cancel --force");
    assertThat(gateway.objects.keySet()).containsExactlyInAnyOrder(FIRST, SECOND, MANIFEST);
  }

  @Test
  void deliver_whileAnotherMachineCancels_isRefused() throws Exception {
    gateway.refused = key -> key.equals(SECOND);
    assertThatThrownBy(this::deliver).isInstanceOf(PublishingFailed.class);
    gateway.refused = key -> false;
    AtomicReference<Throwable> refused = new AtomicReference<>();
    gateway.before =
        key -> {
          if (key.equals(FIRST)) {
            refused.set(catchThrowable(() -> on("there").deliver(folder, LIMIT)));
          }
        };

    assertThat(delivery().cancel(false)).containsExactly(FIRST);

    assertThat(refused.get())
        .isInstanceOf(PublishingFailed.class)
        .hasMessageContaining("another machine");
    assertThat(gateway.objects).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {FIRST, SECOND, MANIFEST})
  void cancelWithForce_whileAnotherMachineDelivers_leavesNoManifestOfWhatIsGone(String at)
      throws Exception {
    AtomicBoolean once = new AtomicBoolean();
    gateway.before =
        key -> {
          if (key.equals(at) && once.compareAndSet(false, true)) {
            quietly(() -> on("there").cancel(true)).run();
          }
        };

    assertThatThrownBy(this::deliver)
        .isInstanceOf(PublishingFailed.class)
        .hasMessageContaining("somebody has removed the delivery");

    assertThat(gateway.objects).doesNotContainKey(MANIFEST);
    delivery().cancel(false);
    assertThat(gateway.objects).isEmpty();
    assertThat(deliver()).hasSize(3);
  }

  @Test
  void cancelWithForce_ofWhatAnotherMachineBeganAndLeft_leavesNothing() throws Exception {
    gateway.refused = key -> key.equals(SECOND);
    assertThatThrownBy(this::deliver).isInstanceOf(PublishingFailed.class);
    gateway.refused = key -> false;

    assertThatThrownBy(() -> on("there").cancel(false)).hasMessageContaining("--cancel --force");
    assertThatThrownBy(() -> on("there").deliver(folder, LIMIT))
        .isInstanceOf(PublishingFailed.class);
    assertThat(claims()).as("the first one's").hasSize(1);
    assertThat(on("there").cancel(true)).containsExactly(FIRST);

    assertThat(gateway.objects).isEmpty();
  }

  @Test
  void cancelWithForce_manifestThatComesLast_isRemovedToo() throws Exception {
    gateway.refused = key -> key.equals(MANIFEST);
    assertThatThrownBy(this::deliver).isInstanceOf(PublishingFailed.class);
    gateway.before =
        key -> {
          if (key.equals(SECOND)) {
            gateway.objects.put(MANIFEST, new byte[1]);
          }
        };

    assertThat(on("there").cancel(true)).contains(MANIFEST);

    assertThat(gateway.objects).isEmpty();
  }

  @Test
  void deliver_twiceAtOnceOnOneMachine_isRefused() throws Exception {
    AtomicReference<Throwable> refused = new AtomicReference<>();
    gateway.before =
        key -> {
          if (key.equals(FIRST)) {
            refused.set(catchThrowable(() -> delivery().cancel(false)));
          }
        };

    assertThat(deliver()).hasSize(3);

    assertThat(refused.get())
        .isInstanceOf(PublishingFailed.class)
        .hasMessageContaining("on this machine");
  }
}
