package io.zaohua.learn.data;

import io.zaohua.model.Message;
import java.util.List;

/** Batches by number. The same number always gives the same batch. */
public interface TrainingData {

  /** Batches after which all data has been used once. */
  long size();

  /** Batch {@code index}, from 0 without end: the order is new each time through. */
  Batch batch(long index);

  /** What was left out, and other facts about the data for the person who trains. */
  default List<Message> notes() {
    return List.of();
  }
}
