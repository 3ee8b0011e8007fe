package io.edgemint.objects;

import io.edgemint.backend.ObjectKey;
import io.edgemint.backend.OrgId;
import io.edgemint.backend.S3Storage;
import org.jspecify.annotations.Nullable;

/** Asks a storage about one object. */
public interface ObjectSource {
  /**
   * What the storage tells now. Waits for the network, so never on an event loop; throws nothing
   * that is expected.
   *
   * @param backend the backend to which the storage's secrets are bound
   * @param version null for the newest
   */
  ObjectFact ask(
      OrgId org, String backend, S3Storage storage, ObjectKey key, @Nullable String version);
}
