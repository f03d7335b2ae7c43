/**
 * The commands, one file each: arguments in, results on standard output, notes on standard error.
 * Only {@link io.zaohua.app.command.Commands} is used from outside. Start at {@link
 * io.zaohua.app.command.Commands}.
 */
@NullMarked
package io.zaohua.app.command;

import org.jspecify.annotations.NullMarked;
