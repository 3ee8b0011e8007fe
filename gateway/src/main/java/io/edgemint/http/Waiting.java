package io.edgemint.http;

import io.edgemint.backend.OrgId;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Places for the requests of one event loop that wait for what is not at hand. An organisation may
 * take what nobody else wants, but the last eighth is for those that hold less than an eighth:
 * where the storage or the role of one hangs, its devices never keep those of others from waiting.
 */
final class Waiting {
  private final int most;
  private final int share;
  private final EdgeMeters meters;
  private final Map<OrgId, Integer> byOrg = new HashMap<>();
  private int all;

  Waiting(int most, EdgeMeters meters) {
    this.most = most;
    this.share = most / 8;
    this.meters = meters;
  }

  /**
   * Takes a place, to be given back by {@link #leave}; false if there is none.
   *
   * @param org null for whoever's token is still looked at
   */
  boolean enter(@Nullable OrgId org) {
    if (all >= most) {
      return false;
    }
    if (org != null) {
      int held = byOrg.getOrDefault(org, 0);
      if (all >= most - share && held >= share) {
        return false;
      }
      byOrg.put(org, held + 1);
    }
    all++;
    meters.waiting(1);
    return true;
  }

  void leave(@Nullable OrgId org) {
    if (org != null) {
      byOrg.computeIfPresent(org, (id, held) -> held == 1 ? null : held - 1);
    }
    all--;
    meters.waiting(-1);
  }
}
