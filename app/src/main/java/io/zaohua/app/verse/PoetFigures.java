package io.zaohua.app.verse;

import io.zaohua.engine.GenerateOptions;
import io.zaohua.engine.LanguageModel;
import io.zaohua.engine.sample.Sampler;
import io.zaohua.learn.verse.VerseMeasures;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.verse.Form;
import io.zaohua.model.verse.VerseRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The figures of poet's model card, taken from the file people run. */
public final class PoetFigures {
  private static final int POEMS = 200;
  private static final int TOKENS = 100;

  private PoetFigures() {}

  /** Held-out bits a character, beside the baselines. */
  public static VerseMeasures.Bits bits(LanguageModel model, Path data) throws IOException {
    return VerseMeasures.bits(
        ids -> -Arrays.stream(model.logProbabilities(ids)).sum(), model.tokenizer(), data);
  }

  /** 200 五絕 on held-out titles, drawn as `generate` draws them, each with a seed of its own. */
  public static VerseMeasures.Shape quatrains(LanguageModel model, Path data) throws IOException {
    List<String> titles =
        VerseMeasures.titles(Form.WUJUE, data).stream()
            .filter(title -> title.length() <= VerseRequest.LONGEST_TITLE)
            .toList();
    if (titles.isEmpty()) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of("%s has no held-out 五絕 with a title.", "%s 中没有留作评测且有题目的五绝。", data),
          Message.of("Write the data with --from first.", "请先用 --from 写出数据。"));
    }
    List<String> poems = new ArrayList<>();
    for (int i = 0; i < POEMS; i++) {
      var request = new VerseRequest(titles.get(i % titles.size()), Form.WUJUE, "");
      int[] ids = model.tokenizer().encodeOpenPrompt(request.prompt(), true);
      var sampler = Sampler.of(Poet.sampling().withSeed(i), model.tokenizer());
      var options = GenerateOptions.greedy().withMaxTokens(TOKENS).withChooser(sampler);
      poems.add(model.generate(ids, options, _ -> {}).text());
    }
    return VerseMeasures.shape(poems, Form.WUJUE, data);
  }
}
