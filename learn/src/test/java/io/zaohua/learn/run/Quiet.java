package io.zaohua.learn.run;

import io.zaohua.model.Message;

/** Hears nothing. */
class Quiet implements TrainingListener {
  @Override
  public void note(Message message) {}

  @Override
  public void progress(Progress progress) {}
}
