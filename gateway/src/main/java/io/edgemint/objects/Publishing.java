package io.edgemint.objects;

import io.edgemint.backend.DefaultStorage;
import io.edgemint.backend.OrgDirectory;
import io.edgemint.credentials.Sessions;
import io.edgemint.outbound.Outbound;
import io.edgemint.vault.Vault;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Everything that publishers can do, put together.
 *
 * @param uploads brings objects in
 * @param binaries lists and deletes them
 * @param stop ends what goes on in the background
 */
public record Publishing(Uploads uploads, Binaries binaries, Runnable stop)
    implements AutoCloseable {
  /**
   * Puts it together over an organisation's storage.
   *
   * @param vault seals the ids of uploads
   * @param verified takes what is compared with what was declared
   * @param facts is told of what changes
   * @param life how long an upload may take
   * @param random makes what tells uploads apart; safe on all threads, and not to be guessed
   */
  public static Publishing of(
      OrgDirectory orgs,
      Optional<DefaultStorage> defaultStorage,
      Sessions sessions,
      Outbound outbound,
      Vault vault,
      VerifiedDigests verified,
      ObjectFacts facts,
      Duration life,
      InstantSource clock,
      RandomGenerator random,
      MeterRegistry meters) {
    var publishers = new Publishers(orgs, sessions, outbound, clock);
    var places = new Places(orgs, defaultStorage);
    var reader = new DigestReader(verified, meters);
    var completion = new Completion(publishers, reader, facts);
    var uploads = new Uploads(publishers, places, vault, completion, life, clock, random);
    return new Publishing(uploads, new Binaries(publishers, places, facts), reader::close);
  }

  @Override
  public void close() {
    stop.run();
  }
}
