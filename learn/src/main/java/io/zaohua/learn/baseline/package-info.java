/**
 * What a language model has to beat: counts and compressors. Nothing here is trained by gradients.
 * Anyone may enter. Start reading at {@link io.zaohua.learn.baseline.KneserNey}.
 */
@NullMarked
package io.zaohua.learn.baseline;

import org.jspecify.annotations.NullMarked;
