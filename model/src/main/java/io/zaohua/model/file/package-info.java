/**
 * Checkpoint files: tensors by name in GGUF and safetensors, read and written. Anyone may enter.
 * Start at {@link io.zaohua.model.file.TensorFile}.
 */
@NullMarked
package io.zaohua.model.file;

import org.jspecify.annotations.NullMarked;
