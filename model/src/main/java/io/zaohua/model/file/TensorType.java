package io.zaohua.model.file;

/**
 * How the elements of a tensor are stored. Block types pack {@code blockSize} consecutive elements
 * of a row into {@code blockBytes} bytes. Numbers and sizes: ggml.h and ggml-common.h of llama.cpp;
 * the types without a GGUF number occur in safetensors only.
 */
public enum TensorType {
  F32(0, 1, 4),
  F16(1, 1, 2),
  Q4_0(2, 32, 18),
  Q4_1(3, 32, 20),
  Q5_0(6, 32, 22),
  Q5_1(7, 32, 24),
  Q8_0(8, 32, 34),
  Q8_1(9, 32, 36),
  Q2_K(10, 256, 84),
  Q3_K(11, 256, 110),
  Q4_K(12, 256, 144),
  Q5_K(13, 256, 176),
  Q6_K(14, 256, 210),
  Q8_K(15, 256, 292),
  IQ2_XXS(16, 256, 66),
  IQ2_XS(17, 256, 74),
  IQ3_XXS(18, 256, 98),
  IQ1_S(19, 256, 50),
  IQ4_NL(20, 32, 18),
  IQ3_S(21, 256, 110),
  IQ2_S(22, 256, 82),
  IQ4_XS(23, 256, 136),
  I8(24, 1, 1),
  I16(25, 1, 2),
  I32(26, 1, 4),
  I64(27, 1, 8),
  F64(28, 1, 8),
  IQ1_M(29, 256, 56),
  BF16(30, 1, 2),
  TQ1_0(34, 256, 54),
  TQ2_0(35, 256, 66),
  MXFP4(39, 32, 17),
  NVFP4(40, 64, 36),
  F8_E4M3(-1, 1, 1),
  F8_E5M2(-1, 1, 1),
  U8(-1, 1, 1),
  U16(-1, 1, 2),
  U32(-1, 1, 4),
  U64(-1, 1, 8),
  BOOL(-1, 1, 1);

  private final int ggufId;
  private final int blockSize;
  private final int blockBytes;

  TensorType(int ggufId, int blockSize, int blockBytes) {
    this.ggufId = ggufId;
    this.blockSize = blockSize;
    this.blockBytes = blockBytes;
  }

  /** The number of the type in GGUF, or -1 where GGUF has none. */
  public int ggufId() {
    return ggufId;
  }

  /** Elements per block; 1 for plain types. */
  public int blockSize() {
    return blockSize;
  }

  /** Bytes per block. */
  public int blockBytes() {
    return blockBytes;
  }

  /** Whether elements share a block with a scale. */
  public boolean quantized() {
    return blockSize > 1;
  }

  /**
   * Bytes of {@code elements} consecutive elements.
   *
   * @throws ArithmeticException if the count is no multiple of the block size or overflows
   */
  public long bytes(long elements) {
    if (elements % blockSize != 0) {
      throw new ArithmeticException(
          name() + " packs " + blockSize + " elements a block, got " + elements);
    }
    return Math.multiplyExact(elements / blockSize, (long) blockBytes);
  }
}
