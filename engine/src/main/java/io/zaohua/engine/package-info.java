/**
 * The CPU executor's public door: load a checkpoint, generate, chat, stream, stop, score. Pure Java
 * on the Vector API. Anyone may enter. Start at {@link io.zaohua.engine.LanguageModel}; docs/guide,
 * in-your-program.md, shows it at work.
 */
@NullMarked
package io.zaohua.engine;

import org.jspecify.annotations.NullMarked;
