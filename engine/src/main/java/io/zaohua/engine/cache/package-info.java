/**
 * The paged cache of keys and values: pages of {@link io.zaohua.engine.cache.Page#SLOTS} positions,
 * shared between sequences with the same prefix, forked, trimmed and freed. Only the engine enters.
 * Start at {@link io.zaohua.engine.cache.KvPool}.
 */
@NullMarked
package io.zaohua.engine.cache;

import org.jspecify.annotations.NullMarked;
