/**
 * The model families: one file each says how {@code config.json} and GGUF metadata become a {@link
 * io.zaohua.model.spec.TransformerSpec}, and which tensor is which part. Anyone may enter. Start at
 * {@link io.zaohua.model.family.Families}; {@link io.zaohua.model.family.Llama} is the plainest
 * family.
 */
@NullMarked
package io.zaohua.model.family;

import org.jspecify.annotations.NullMarked;
