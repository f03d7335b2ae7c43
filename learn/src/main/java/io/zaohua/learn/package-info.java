/**
 * Everything made of differentiable parts: layers, their weights, training. On libtorch, behind
 * {@code tensor}; needs {@code --enable-native-access=ALL-UNNAMED}. Commands that train may enter.
 * Start reading at {@code io.zaohua.learn.stack.Transformer}.
 */
@NullMarked
package io.zaohua.learn;

import org.jspecify.annotations.NullMarked;
