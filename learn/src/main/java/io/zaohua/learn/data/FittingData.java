package io.zaohua.learn.data;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.tensor.Functional;
import java.util.List;

/**
 * Data that fits the model, batch by batch: native code would read past the end of a table for a
 * token that the model does not have.
 *
 * @param data where the batches come from
 * @param vocabulary tokens of the model
 * @param context positions of the model
 */
public record FittingData(TrainingData data, int vocabulary, int context) implements TrainingData {

  @Override
  public long size() {
    return data.size();
  }

  @Override
  public List<Message> notes() {
    return data.notes();
  }

  /**
   * @throws UserError if it is longer than the context, or has a token that the model has not
   */
  @Override
  public Batch batch(long index) {
    Batch batch = data.batch(index);
    requireContext(batch.length(), context);
    for (long id : batch.ids()) {
      require(index, id);
    }
    for (long target : batch.targets()) {
      if (target != Functional.IGNORED) {
        require(index, target);
      }
    }
    return batch;
  }

  /**
   * Refuses sequences longer than the context.
   *
   * @throws UserError naming both
   */
  public static void requireContext(int length, int context) {
    if (length <= context) {
      return;
    }
    throw new UserError(
        UserError.Kind.INPUT,
        Message.of(
            "The data has sequences of %,d tokens, and the model's context has room for %,d.",
            "数据的序列长 %,d 个词元,而模型的上下文只容得下 %,d 个。", length, context),
        Message.of(
            "Give data.length: %d or less, or a model with a longer context.",
            "请把 data.length 设为至多 %d,或换上下文更长的模型。", context));
  }

  private void require(long index, long id) {
    if (id < 0 || id >= vocabulary) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "Batch %d has token %d, and the model has tokens 0 to %d.",
              "第 %d 个批次含词元 %d,而模型的词元为 0 到 %d。", index + 1, id, vocabulary - 1),
          Message.of("Make the data with the model's own tokenizer.", "请用模型自己的分词器生成数据。"));
    }
  }
}
