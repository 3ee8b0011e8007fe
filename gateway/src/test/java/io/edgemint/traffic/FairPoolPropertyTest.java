package io.edgemint.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.edgemint.Seeded;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the pool promises about turns, places and shares, whatever arrives. */
@Timeout(60)
class FairPoolPropertyTest {
  @Test
  void pool_anyArrivalsAndServings_keepsToTurnsPlacesAndShares() {
    Seeded.run(
        60,
        random -> {
          int places = random.nextInt(1, 13);
          int orgs = random.nextInt(1, 9);
          try (HeldPool held = new HeldPool(places)) {
            Expected expected = new Expected(held, places);
            for (int step = 0; step < 200; step++) {
              if (random.nextInt(3) == 0 && expected.waiting() > 0) {
                expected.serves();
              } else {
                expected.takes(org(random, orgs));
              }
            }
          }
        });
  }

  /** Some organisations bring far more than others. */
  private static String org(RandomGenerator random, int orgs) {
    return "org-" + random.nextInt(random.nextInt(orgs) + 1);
  }

  /** The same lines, kept without thought for cost. */
  private static final class Expected {
    private final HeldPool held;
    private final int places;
    private final Map<String, Deque<String>> lines = new HashMap<>();
    private final SequencedSet<String> turns = new LinkedHashSet<>();

    private Expected(HeldPool held, int places) {
      this.held = held;
      this.places = places;
    }

    int waiting() {
      return lines.values().stream().mapToInt(Collection::size).sum();
    }

    void serves() throws InterruptedException {
      String org = turns.removeFirst();
      Deque<String> line = line(org);

      assertThat(held.serve()).isEqualTo(line.removeFirst());
      if (!line.isEmpty()) {
        turns.addLast(org);
      }
    }

    void takes(String org) {
      int refusedBefore = held.refused.size();
      line(org).addLast(held.send(org));
      turns.add(org);
      List<String> refused = held.refused.subList(refusedBefore, held.refused.size());

      assertThat(refused).hasSize(Math.max(0, waiting() - places));
      refused.forEach(name -> loses(name, org));
    }

    private void loses(String name, String arriving) {
      String org = name.substring(0, name.indexOf(' '));
      Deque<String> line = line(org);
      int longest = lines.values().stream().mapToInt(Collection::size).max().orElseThrow();
      int share = places / turns.size();

      assertThat(line).hasSize(longest);
      assertThat(line(arriving).size() == longest).isEqualTo(org.equals(arriving));
      assertThat(line.removeLast()).isEqualTo(name);
      assertThat(line).hasSizeGreaterThanOrEqualTo(share);
      if (line.isEmpty()) {
        turns.remove(org);
      }
    }

    private Deque<String> line(String org) {
      return lines.computeIfAbsent(org, absent -> new ArrayDeque<>());
    }
  }
}
