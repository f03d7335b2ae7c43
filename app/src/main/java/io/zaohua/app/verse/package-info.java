/**
 * The embedded model poet: where it lies, and how it is asked in either script. Commands may enter.
 * Start reading at {@link io.zaohua.app.verse.Poet}.
 */
@NullMarked
package io.zaohua.app.verse;

import org.jspecify.annotations.NullMarked;
