/**
 * The hot loops: weight matrices in kernel layout, activations in int8, worker threads. Only the
 * engine enters: nothing here is part of the library's interface. Start at {@link
 * io.zaohua.engine.kernel.Matrix}.
 */
@NullMarked
package io.zaohua.engine.kernel;

import org.jspecify.annotations.NullMarked;
