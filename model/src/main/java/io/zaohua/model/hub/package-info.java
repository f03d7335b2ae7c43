/**
 * Models by name: pulled from a hub, kept in the cache that Python's huggingface_hub uses, listed
 * and removed. The command line and programs enter through {@link io.zaohua.model.hub.Hub}, which
 * is where to start reading; {@link io.zaohua.model.hub.Transfer} holds the care one file gets.
 */
@NullMarked
package io.zaohua.model.hub;

import org.jspecify.annotations.NullMarked;
