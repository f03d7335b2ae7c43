/**
 * A conversation in the terminal: turns, slash commands, saved sessions, line editing. Entered by
 * the chat command only. Start at {@link io.zaohua.app.chat.Conversation}.
 */
@NullMarked
package io.zaohua.app.chat;

import org.jspecify.annotations.NullMarked;
