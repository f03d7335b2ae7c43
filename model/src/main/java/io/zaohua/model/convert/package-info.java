/**
 * From one checkpoint format to the other. The families' name tables are read backwards, so that no
 * family has export code. Anyone may enter. Start at {@link io.zaohua.model.convert.Conversion}.
 */
@NullMarked
package io.zaohua.model.convert;

import org.jspecify.annotations.NullMarked;
