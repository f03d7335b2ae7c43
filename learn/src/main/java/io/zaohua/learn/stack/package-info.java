/**
 * The second executor of {@code TransformerSpec}: the same stacks as {@code engine}, whole
 * sequences at a time, differentiable. Start reading at {@link io.zaohua.learn.stack.Transformer}.
 */
@NullMarked
package io.zaohua.learn.stack;

import org.jspecify.annotations.NullMarked;
