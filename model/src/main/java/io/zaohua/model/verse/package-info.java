/**
 * How the embedded model {@code poet} is spoken to: forms of Chinese classical verse and the text
 * of a poem with its control tokens, the same in training and in prompts. What prepares its data
 * and whoever asks it may enter. Start reading at {@link io.zaohua.model.verse.Form}.
 */
@NullMarked
package io.zaohua.model.verse;

import org.jspecify.annotations.NullMarked;
