/**
 * What a run learns from: files become batches of token ids and targets, each a function of its
 * number and the seed, so that a run can go on anywhere. Start reading at {@link
 * io.zaohua.learn.data.TrainingData}.
 */
@NullMarked
package io.zaohua.learn.data;

import org.jspecify.annotations.NullMarked;
