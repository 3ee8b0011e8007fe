package io.edgemint.publisher;

/** Who is told how an upload goes; called by several threads at once. */
public interface Progress {
  /** What is being done with the bytes. */
  enum Step {
    READING,
    SENDING
  }

  /** A step begins, with so many bytes to go of which some were done by an earlier run. */
  void begin(Step step, long bytes, long done);

  /** That many more bytes are done; negative when they have to be done again. */
  void moved(long bytes);

  /** Something that people should know although it goes on. */
  void note(String text);
}
