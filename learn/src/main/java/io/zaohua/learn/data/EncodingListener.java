package io.zaohua.learn.data;

/** Hears how far the encoding of data files has come. */
@FunctionalInterface
public interface EncodingListener {
  /** Hears nothing. */
  EncodingListener SILENT = (_, _, _) -> {};

  /**
   * Now and then.
   *
   * @param tokens made so far
   * @param read bytes read so far
   * @param bytes of all files
   */
  void encoded(long tokens, long read, long bytes);
}
