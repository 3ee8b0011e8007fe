package io.edgemint.publisher;

/** The gateway or the storage knows nothing of an upload that was begun. */
final class UploadGone extends Exception {
  private static final long serialVersionUID = 1L;

  UploadGone() {
    super("the upload was ended", null, false, false);
  }
}
