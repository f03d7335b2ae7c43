package io.zaohua.engine.kernel;

/** A matrix with two kernels for single tokens, which give the same bits, see {@link Warmth}. */
sealed interface WarmMatrix extends Matrix permits PackedMatrix, DenseMatrix {

  /** Group {@code g} of rows times a token, into {@code out[0 .. GROUP)}. */
  void vectors(int g, Activations x, int token, float[] out);

  /** The same without the Vector API. */
  void plainly(int g, Activations x, int token, float[] out);
}
