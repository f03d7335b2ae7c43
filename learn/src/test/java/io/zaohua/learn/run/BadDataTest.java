package io.zaohua.learn.run;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.learn.recipe.Recipe;
import io.zaohua.model.UserError;
import io.zaohua.model.file.TensorInfo;
import io.zaohua.model.file.TensorType;
import io.zaohua.model.safetensors.SafetensorsWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Data that does not fit its model is one sentence, and no read past the end of a table. */
final class BadDataTest {
  @TempDir private Path folder;

  private void train(String... settings) throws IOException {
    Training.run(Recipe.read(TinyRun.recipe(folder, 2), List.of(settings)), false, new Quiet());
  }

  /** One batch of one row, the same id and label everywhere. */
  private String batches(int length, long id, long label) {
    Path file = folder.resolve("batches.safetensors");
    List<Long> shape = List.of(1L, 1L, (long) length);
    var ids = new TensorInfo("input_ids", TensorType.I64, shape);
    var labels = new TensorInfo("labels", TensorType.I64, shape);
    new SafetensorsWriter(Map.of(), List.of(ids, labels))
        .write(
            file,
            (info, sink) -> {
              long[] values = new long[length];
              Arrays.fill(values, info.name().equals("labels") ? label : id);
              sink.accept(MemorySegment.ofArray(values));
            });
    return "data={format: batches, file: batches.safetensors}";
  }

  @ParameterizedTest
  @CsvSource({
    "8, 5, 1, 'has token 5, and the model has tokens 0 to 4'",
    "8, -1, 1, 'has token -1, and the model has tokens 0 to 4'",
    "8, 1, 5, 'has token 5, and the model has tokens 0 to 4'",
    "8, 1, -3, 'has token -3, and the model has tokens 0 to 4'",
    "33, 1, 1, 'sequences of 33 tokens, and the model''s context has room for 32'",
    "8, 1, -100, 'no token to learn'"
  })
  void readyBatchesThatDoNotFit(int length, long id, long label, String told) {
    assertThatThrownBy(() -> train(batches(length, id, label)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(told);
  }

  @Test
  void windowsLongerThanTheContext() {
    assertThatThrownBy(() -> train("data.length=33"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("context has room for 32");
  }

  @Test
  void dataThatIsAllHeldOut() throws IOException {
    Files.writeString(folder.resolve("one.txt"), "abab\n");
    assertThatThrownBy(() -> train("data.file=one.txt", "data.validation=0.9", "seed=1"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("is held out");
  }

  @Test
  void additionsThatNoMachineHolds() throws IOException {
    TinyRun.recipe(folder, 2);
    train();
    assertThatThrownBy(
            () ->
                train(
                    "model=run/model",
                    "method={name: lora, rank: 2000000000, alpha: 1}",
                    "output=" + folder.resolve("other")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("Additions of rank 2,000,000,000 need");
    assertThatThrownBy(
            () ->
                train(
                    "model=run/model",
                    "method={name: prompt, tokens: 2000000000}",
                    "output=" + folder.resolve("another")))
        .hasMessageContaining("method.tokens is 2,000,000,000");
  }
}
