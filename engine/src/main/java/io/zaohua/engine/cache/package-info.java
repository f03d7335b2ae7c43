/**
 * The paged cache of keys and values: pages of {@link io.zaohua.engine.cache.Page#SLOTS} positions,
 * shared between sequences with the same prefix, forked, trimmed and freed. Programs choose a
 * {@link io.zaohua.engine.cache.KvType} and, where they run steps by hand, hold {@link
 * io.zaohua.engine.cache.KvSequence}s; the rest is the engine's. Start at {@link
 * io.zaohua.engine.cache.KvPool}.
 */
@NullMarked
package io.zaohua.engine.cache;

import org.jspecify.annotations.NullMarked;
