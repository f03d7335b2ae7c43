/**
 * The CPU executor and its public door: load a checkpoint, generate, stream, stop, score. Pure Java
 * on the Vector API.
 */
@NullMarked
package io.zaohua.engine;

import org.jspecify.annotations.NullMarked;
