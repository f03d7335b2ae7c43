/**
 * What a command sees of the outside world: standard streams as UTF-8, notes, progress. Everything
 * in {@code app} may enter. Start at {@link io.zaohua.app.terminal.Console}.
 */
@NullMarked
package io.zaohua.app.terminal;

import org.jspecify.annotations.NullMarked;
