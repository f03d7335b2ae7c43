package io.zaohua.model.adapter;

import io.zaohua.model.checkpoint.Checkpoint;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.spec.Mixer;
import io.zaohua.model.spec.TransformerSpec;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Reads learned positions (peft/tuners/prompt_tuning and prefix_tuning), which PEFT saves as one
 * tensor, whatever made them while they were trained.
 */
final class FrontFile {
  private static final String NAME = "prompt_embeddings";

  private final AdapterFile file;
  private final PeftConfig config;

  FrontFile(AdapterFile file, PeftConfig config) {
    this.file = file;
    this.config = config;
  }

  Front.Prompt prompt(Checkpoint base) {
    TensorInfo info = table(base.spec().width());
    return new Front.Prompt(file.floats(info), Math.toIntExact(info.rows()));
  }

  Front.Prefix prefix(Checkpoint base) {
    TransformerSpec spec = base.spec();
    Optional<Mixer.Attention> keys = spec.sameKeys();
    if (keys.isEmpty()) {
      throw file.other(
          "a prefix needs layers whose keys have one shape, and %s has several",
          "前缀要求各层的键形状相同,而 %s 并非如此", spec.family());
    }
    int layers = spec.layers().size();
    must(config.number("num_layers"), layers, "%d layers", "%d 层");
    must(config.number("num_attention_heads"), keys.get().kvHeads(), "%d heads of keys", "%d 个键头");
    long width = 2L * layers * keys.get().kvHeads() * keys.get().headSize();
    TensorInfo info = table(width);
    return new Front.Prefix(file.floats(info), Math.toIntExact(info.rows()));
  }

  private TensorInfo table(long width) {
    TensorInfo info =
        file.find(NAME).orElseThrow(() -> file.other("it has no tensor %s", "其中没有张量 %s", NAME));
    if (info.shape().size() != 2 || info.rows() < 1) {
      throw file.other("%s is no matrix", "%s 不是矩阵", NAME);
    }
    if (info.columns() != width) {
      throw file.other(
          "its positions have %d numbers, and the model needs %d",
          "其每个位置有 %d 个数,而模型需要 %d 个", info.columns(), width);
    }
    must(config.number("num_virtual_tokens"), info.rows(), "%d learned positions", "%d 个虚拟位置");
    return info;
  }

  /** What the configuration says, where it does, must be so. */
  private void must(OptionalLong said, long is, String english, String chinese) {
    if (said.isPresent() && said.getAsLong() != is) {
      throw file.other(
          "it was made with " + english + ", not %d",
          "它是按 " + chinese + "训练的,而不是 %d",
          said.getAsLong(),
          is);
    }
  }
}
