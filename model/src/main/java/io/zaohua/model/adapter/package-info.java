/**
 * Low-rank adapters of a checkpoint (LoRA, rsLoRA, DoRA), from PEFT's folders and llama.cpp's GGUF
 * files. The engine applies them at run time and conversion writes them into the weights; training
 * has its own, differentiable. Anyone may enter. Start at {@link io.zaohua.model.adapter.Adapter}.
 */
@NullMarked
package io.zaohua.model.adapter;

import org.jspecify.annotations.NullMarked;
