/**
 * GGUF, llama.cpp's file format: read, written, split and joined. The layout is described in ggml's
 * docs/gguf.md. Anyone may enter. Start at {@link io.zaohua.model.gguf.GgufFile}.
 */
@NullMarked
package io.zaohua.model.gguf;

import org.jspecify.annotations.NullMarked;
