/**
 * Losses on answers: compared in pairs, or judged one by one, and the reward model. Start reading
 * at {@link io.zaohua.learn.preference.PreferenceLoss}.
 */
@NullMarked
package io.zaohua.learn.preference;

import org.jspecify.annotations.NullMarked;
