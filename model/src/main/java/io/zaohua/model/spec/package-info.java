/**
 * What a transformer stack is, as data. Anyone may enter. Start at {@link
 * io.zaohua.model.spec.TransformerSpec}.
 */
@NullMarked
package io.zaohua.model.spec;

import org.jspecify.annotations.NullMarked;
