/**
 * What a checkpoint is: files, configurations, tokenizers, chat templates, the hub. Java only, no
 * native code. This root holds what every room needs: {@link io.zaohua.model.Message}, {@link
 * io.zaohua.model.UserError}, {@link io.zaohua.model.PhysicalCores}, {@link
 * io.zaohua.model.Version}, {@link io.zaohua.model.MeteredText}. Anyone may enter. Start reading at
 * {@code io.zaohua.model.spec.TransformerSpec}.
 */
@NullMarked
package io.zaohua.model;

import org.jspecify.annotations.NullMarked;
