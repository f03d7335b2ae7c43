package io.zaohua.learn.optimize;

import io.zaohua.tensor.Tensor;

/**
 * What one step does to one weight.
 *
 * @param update the rule at work on the weight
 * @param gradient free to be overwritten
 */
record Change(Update update, Tensor gradient) {}
