/** The command line: one {@code main}, one file a command. Nobody enters from outside. */
@NullMarked
package io.zaohua.app;

import org.jspecify.annotations.NullMarked;
