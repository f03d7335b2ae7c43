/**
 * Safetensors, Hugging Face's file format: read and written, single and sharded. The layout is
 * described in the README of the safetensors project. Anyone may enter. Start at {@link
 * io.zaohua.model.safetensors.SafetensorsFile}.
 */
@NullMarked
package io.zaohua.model.safetensors;

import org.jspecify.annotations.NullMarked;
