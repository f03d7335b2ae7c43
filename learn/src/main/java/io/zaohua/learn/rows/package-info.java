/**
 * Records of data files, one after another, and what they mean: conversations, questions with
 * answers, preferences. Who trains or checks data may enter. Start reading at {@link
 * io.zaohua.learn.rows.RowFormat}, then {@link io.zaohua.learn.rows.RowFile}.
 */
@NullMarked
package io.zaohua.learn.rows;

import org.jspecify.annotations.NullMarked;
