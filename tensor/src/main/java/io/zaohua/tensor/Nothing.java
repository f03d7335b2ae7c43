package io.zaohua.tensor;

import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.TensorOptional;

/** The optional arguments of libtorch that are not given, made once when libtorch is loaded. */
final class Nothing {
  static final ScalarTypeOptional TYPE = new ScalarTypeOptional();
  static final MemoryFormatOptional FORMAT = new MemoryFormatOptional();
  static final BoolOptional FLAG = new BoolOptional();
  static final TensorArrayRefOptional TENSORS = new TensorArrayRefOptional();
  static final TensorOptional TENSOR = new TensorOptional();

  private Nothing() {}
}
