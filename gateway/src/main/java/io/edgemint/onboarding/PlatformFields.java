package io.edgemint.onboarding;

import io.edgemint.backend.Backend;
import io.edgemint.backend.Destination;
import io.edgemint.backend.Download;
import io.edgemint.backend.Org;
import io.edgemint.backend.S3Storage;
import io.edgemint.backend.S3Storage.Credentials.Role;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What of an organisation's record the platform decides, whoever may change the rest. */
public final class PlatformFields {
  private final boolean rolesByTemplate;

  /**
   * Judges files of organisations.
   *
   * @param rolesByTemplate whether the platform's settings name the role in between, so that a file
   *     cannot choose one
   */
  public PlatformFields(boolean rolesByTemplate) {
    this.rolesByTemplate = rolesByTemplate;
  }

  /** What a file would change of the platform's, in one sentence; null if nothing. */
  public @Nullable String touched(Org standing, OrgFile file) {
    var regions = standing.policy().allowedRegions();
    if (!regions.equals(file.org().policy().allowedRegions())) {
      return "policy.allowed_regions is the platform's to decide; send it as it stands: "
          + new TreeSet<>(regions);
    }
    if (rolesByTemplate) {
      return null;
    }
    for (Backend wanted : file.org().backends()) {
      Backend newest = standing.newest(wanted.name());
      String known = newest == null ? null : via(newest);
      if (!Objects.equals(known, via(wanted))) {
        return "credentials.via of backend '%s' is the platform's to decide; %s"
            .formatted(wanted.name(), known == null ? "leave it out" : "send it as it stands");
      }
    }
    for (Destination wanted : file.org().destinations()) {
      Destination known = standing.destination(wanted.name());
      String before = known == null ? null : via(known.storage());
      if (!Objects.equals(before, via(wanted.storage()))) {
        return "credentials.via of destination '%s' is the platform's to decide; %s"
            .formatted(wanted.name(), before == null ? "leave it out" : "send it as it stands");
      }
    }
    return null;
  }

  /** The platform's roles on both sides. */
  private static @Nullable String via(Backend backend) {
    String upload = via(backend.upload());
    String download = via(backend.download());
    return upload == null && download == null ? null : upload + " " + download;
  }

  private static @Nullable String via(Download side) {
    return side instanceof S3Storage s3 && s3.credentials() instanceof Role role
        ? role.via()
        : null;
  }
}
