package io.edgemint.probe;

import io.edgemint.backend.S3Storage;
import io.edgemint.bucket.Answer;
import io.edgemint.bucket.Xml;
import io.edgemint.probe.Check.Side;

/** Checks that the bucket does not put firmware to sleep, where the role may see its rules. */
final class LifecycleChecks {
  private static final String STEP = "look at the lifecycle rules";

  private final S3Storage storage;
  private final Report report;

  LifecycleChecks(S3Storage storage, Report report) {
    this.storage = storage;
    this.report = report;
  }

  /** Tells of the first rule that archives what lies below the prefix, or some of it. */
  void run(Answer rules) {
    if (!rules.succeeded()) {
      return;
    }
    for (Xml rule : Xml.of(rules.body()).all("Rule")) {
      String start = rule.text("Prefix").orElse("");
      boolean ours = storage.prefix().startsWith(start);
      boolean some = ours || start.startsWith(storage.prefix());
      if (!some || !rule.text("Status").orElse("").equals("Enabled")) {
        continue;
      }
      boolean whole = ours && rule.all("Tag").isEmpty();
      for (Xml transition : rule.all("Transition")) {
        if (UploadChecks.ARCHIVES.contains(transition.text("StorageClass").orElse(""))) {
          tell(transition, whole);
          return;
        }
      }
    }
  }

  private void tell(Xml transition, boolean whole) {
    String days = transition.text("Days").filter(text -> text.matches("[0-9]{1,6}")).orElse("?");
    String seen = "objects are archived after " + days + " days";
    if (whole && days.equals("0")) {
      report.failed(Side.UPLOAD, STEP, seen, Diagnosis.archived());
    } else {
      report.warned(
          Side.UPLOAD,
          STEP,
          seen,
          new Diagnosis(
              "lifecycle_archives",
              "firmware that is still deployed cannot be read from then on; leave its prefix out of"
                  + " the rule"));
    }
  }
}
