/**
 * Adapters of a checkpoint (LoRA, rsLoRA, DoRA, IA3, prompt and prefix tuning), from PEFT's folders
 * and llama.cpp's GGUF files. The engine applies them at run time and conversion writes those that
 * change matrices into the weights; training has its own, differentiable. Anyone may enter. Start
 * at {@link io.zaohua.model.adapter.Adapter}.
 */
@NullMarked
package io.zaohua.model.adapter;

import org.jspecify.annotations.NullMarked;
