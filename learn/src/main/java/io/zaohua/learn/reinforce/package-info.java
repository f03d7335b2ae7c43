/**
 * Learning from rewards: answers are drawn from the model itself, judged by a method, and those
 * better than their group become likelier. Start reading at {@link
 * io.zaohua.learn.reinforce.GrpoLoss}.
 */
@NullMarked
package io.zaohua.learn.reinforce;

import org.jspecify.annotations.NullMarked;
