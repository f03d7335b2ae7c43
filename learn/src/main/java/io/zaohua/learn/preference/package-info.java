/**
 * Losses on pairs of answers, one preferred. Start reading at {@link
 * io.zaohua.learn.preference.PreferenceLoss}.
 */
@NullMarked
package io.zaohua.learn.preference;

import org.jspecify.annotations.NullMarked;
