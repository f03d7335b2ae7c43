/**
 * Runs a transformer stack one step at a time: many sequences, prefill and single tokens mixed.
 * Programs that serve many sequences at once enter through {@link io.zaohua.engine.step.Step} and
 * {@link io.zaohua.engine.step.Executor}, which is where to start reading; the rest is the
 * engine's.
 */
@NullMarked
package io.zaohua.engine.step;

import org.jspecify.annotations.NullMarked;
