/**
 * Conversations and how a model wants them written: messages, tools, and the chat template that
 * turns them into a prompt. Anyone may enter. Start at {@link io.zaohua.model.chat.ChatTemplate}.
 */
@NullMarked
package io.zaohua.model.chat;

import org.jspecify.annotations.NullMarked;
