/**
 * Runs a transformer stack one step at a time: many sequences, prefill and single tokens mixed.
 * Only the engine's public door enters. Start at {@link io.zaohua.engine.step.Executor}.
 */
@NullMarked
package io.zaohua.engine.step;

import org.jspecify.annotations.NullMarked;
