/**
 * Conversations as what a model learns: the model's own chat template gives the ids, and which of
 * them the assistant said. Anyone who trains may enter. Start reading at {@link
 * io.zaohua.learn.chat.ChatEncoder}.
 */
@NullMarked
package io.zaohua.learn.chat;

import org.jspecify.annotations.NullMarked;
