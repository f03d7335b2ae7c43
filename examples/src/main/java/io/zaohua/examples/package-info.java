/** One file an example, each with its own {@code main}; CI runs them all. */
@NullMarked
package io.zaohua.examples;

import org.jspecify.annotations.NullMarked;
