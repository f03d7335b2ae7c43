package io.zaohua.learn.reinforce;

/**
 * A task for the model.
 *
 * @param prompt what it is asked, as it stands before the answer (a chat model's whole template)
 * @param solution what the reward needs to judge an answer: a number, a test, a pattern
 */
public record Example(String prompt, String solution) {}
