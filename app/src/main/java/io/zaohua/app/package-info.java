/**
 * The command line: one {@code main}, and what every command shares (help, exit codes, failures as
 * sentences). Nobody enters from outside. Start at {@link io.zaohua.app.Main}; the commands live in
 * {@link io.zaohua.app.command}.
 */
@NullMarked
package io.zaohua.app;

import org.jspecify.annotations.NullMarked;
