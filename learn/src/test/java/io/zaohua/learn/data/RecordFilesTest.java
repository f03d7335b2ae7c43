package io.zaohua.learn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.zaohua.learn.chat.ChatEncoder;
import io.zaohua.learn.chat.Letters;
import io.zaohua.learn.chat.TrainOn;
import io.zaohua.learn.data.DataReport.Reason;
import io.zaohua.learn.recipe.DataSource;
import io.zaohua.model.UserError;
import io.zaohua.tensor.Functional;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RecordFilesTest {
  private static final DataSource.Rules SKIP =
      new DataSource.Rules(true, false, DataSource.Repeats.KEEP, 0.8);

  @TempDir private Path folder;

  private DataSource.Records source(
      DataSource.Rules rules, int length, double share, String... lines) throws IOException {
    Path file = Files.writeString(folder.resolve("a.jsonl"), String.join("\n", lines));
    return new DataSource.Records(
        List.of(file),
        List.of(),
        share,
        Optional.empty(),
        Optional.empty(),
        TrainOn.ASSISTANT,
        Optional.empty(),
        length,
        true,
        false,
        rules);
  }

  private RecordFiles read(DataSource.Records source, ChatEncoder encoder, int rows, long seed) {
    var tokens = new TokenFolder(folder.resolve("tokens"), List.of());
    return RecordFiles.read(source, encoder, rows, seed, tokens, EncodingListener.SILENT);
  }

  private static ChatEncoder plain() {
    return ChatEncoder.of(Letters.tokenizer(), Optional.empty());
  }

  private static String ask(String prompt, String completion) {
    return "{\"prompt\": \"" + prompt + "\", \"completion\": \"" + completion + "\"}";
  }

  @Test
  void onlyAnswersAreTargets() throws IOException {
    var files = read(source(DataSource.Rules.STRICT, 6, 0, ask("ab", "c")), plain(), 4, 0);
    Batch batch = files.training().batch(0);
    long no = Functional.IGNORED;
    assertThat(batch.ids()).startsWith('a' - '!', 'b' - '!', 'c' - '!');
    assertThat(batch.targets()).containsExactly(no, 'c' - '!', 98, no, no, no);
  }

  @Test
  void aBrokenLineStopsTheRunOrIsCounted() throws IOException {
    String[] lines = {ask("a", "b"), "", ask("c", "d"), "{\"prompt\": \"p\"}"};
    assertThatThrownBy(() -> read(source(DataSource.Rules.STRICT, 6, 0, lines), plain(), 4, 0))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("a.jsonl, line 2: The line is empty.");
    var report = read(source(SKIP, 6, 0, lines), plain(), 4, 0).report().orElseThrow();
    assertThat(report.kept()).isEqualTo(2);
    assertThat(report.dropped().get(Reason.BROKEN).first())
        .satisfiesExactly(
            s -> assertThat(s).startsWith("a.jsonl:2 "),
            s -> assertThat(s).startsWith("a.jsonl:4 "));
    assertThat(report.json().at("/dropped/broken/count").asInt()).isEqualTo(2);
  }

  @Test
  void aTemplateThatFailsNamesFileAndLine() throws IOException {
    var encoder = ChatEncoder.of(Letters.tokenizer(), Optional.of("{{ raise_exception('no') }}"));
    assertThatThrownBy(
            () -> read(source(DataSource.Rules.STRICT, 6, 0, ask("a", "b")), encoder, 4, 0))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("a.jsonl, line 1: The chat template refuses this conversation: no");
  }

  @Test
  void whatIsTooLongIsDroppedOrCut() throws IOException {
    String[] lines = {ask("a", "b"), ask("a", "bcdefg"), ask("abcdefg", "b")};
    var dropped = read(source(SKIP, 4, 0, lines), plain(), 4, 0).report().orElseThrow();
    assertThat(dropped.dropped().get(Reason.TOO_LONG).first())
        .containsExactly("a.jsonl:2 (8)", "a.jsonl:3 (9)");
    var cut =
        read(
                source(new DataSource.Rules(true, true, DataSource.Repeats.KEEP, 0.8), 4, 0, lines),
                plain(),
                4,
                0)
            .report()
            .orElseThrow();
    assertThat(cut.shortened()).isEqualTo(1);
    assertThat(cut.dropped().get(Reason.NOTHING_TO_LEARN).first()).containsExactly("a.jsonl:3");
    assertThat(cut.length(1)).isEqualTo(5);
  }

  @Test
  void repetitionsGoWordForWordOrNearly() throws IOException {
    String long1 = "the quick brown fox jumps over the lazy dog and runs far away into the woods";
    String[] lines = {
      ask("q", long1), ask("q", long1), ask("q", long1 + "."), ask("q", "something else it is")
    };
    assertThat(left(DataSource.Repeats.KEEP, lines)).isEqualTo(4);
    assertThat(left(DataSource.Repeats.EXACT, lines)).isEqualTo(3);
    assertThat(left(DataSource.Repeats.NEAR, lines)).isEqualTo(2);
  }

  @Test
  void whatRepeatsANearRepetitionNamesTheFirst() throws IOException {
    String first = "the quick brown fox jumps over the lazy dog and runs far away into the woods";
    String[] lines = {ask("q", first), ask("q", first + "."), ask("q", first + "."), ask("q", "x")};
    var rules = new DataSource.Rules(false, false, DataSource.Repeats.NEAR, 0.8);
    var report = read(source(rules, 200, 0, lines), plain(), 4, 0).report().orElseThrow();
    assertThat(report.dropped().get(Reason.NEAR_DUPLICATE).first())
        .containsExactly("a.jsonl:2 = a.jsonl:1");
    assertThat(report.dropped().get(Reason.DUPLICATE).first())
        .containsExactly("a.jsonl:3 = a.jsonl:1");
  }

  /** More than the tables hold at first, and every text a second time. */
  @Test
  void ofManyRecordsTheFirstOfEachStays() throws IOException {
    String[] lines = new String[4000];
    for (int i = 0; i < 2000; i++) {
      String words = ("w%d x%d ".formatted(i * 7 % 2000, i)).repeat(6) + i;
      lines[i] = ask("q", words);
      lines[2000 + i] = ask("q", i % 2 == 0 ? words : words + ".");
    }
    var rules = new DataSource.Rules(false, false, DataSource.Repeats.NEAR, 0.9);
    var report = read(source(rules, 250, 0, lines), plain(), 4, 0).report().orElseThrow();
    assertThat(report.kept()).isEqualTo(2000);
    assertThat(report.dropped().get(Reason.DUPLICATE).count()).isEqualTo(1000);
    assertThat(report.dropped().get(Reason.DUPLICATE).first())
        .startsWith("a.jsonl:2001 = a.jsonl:1", "a.jsonl:2003 = a.jsonl:3");
    assertThat(report.dropped().get(Reason.NEAR_DUPLICATE).first())
        .startsWith("a.jsonl:2002 = a.jsonl:2", "a.jsonl:2004 = a.jsonl:4");
  }

  private int left(DataSource.Repeats repeats, String... lines) throws IOException {
    var rules = new DataSource.Rules(false, false, repeats, 0.8);
    return read(source(rules, 200, 0, lines), plain(), 4, 0).report().orElseThrow().kept();
  }

  @Test
  void aShareIsHeldOutByTheSeed() throws IOException {
    String[] lines = new String[60];
    for (int i = 0; i < lines.length; i++) {
      lines[i] = ask("q" + i, "a" + i);
    }
    var source = source(DataSource.Rules.STRICT, 12, 0.3, lines);
    long[] one = read(source, plain(), 4, 1).held().orElseThrow().batch(0).ids();
    assertThat(read(source, plain(), 4, 1).held().orElseThrow().batch(0).ids())
        .containsExactly(one);
    assertThat(read(source, plain(), 4, 2).held().orElseThrow().batch(0).ids()).isNotEqualTo(one);
  }

  @Test
  void pairsAndJudgedAnswersAreRead() throws IOException {
    var pairs =
        PreferenceFiles.pairs(
            source(
                DataSource.Rules.STRICT,
                9,
                0,
                "{\"prompt\": \"a\", \"chosen\": \"b\", \"rejected\": \"cd\"}"),
            plain(),
            0);
    assertThat(Letters.spelled(pairs.kept().getFirst().chosen())).isEqualTo("a⟦b<|im_end|>⟧");
    assertThat(Letters.spelled(pairs.kept().getFirst().rejected())).isEqualTo("a⟦cd<|im_end|>⟧");
    var judged =
        PreferenceFiles.judged(
            source(
                DataSource.Rules.STRICT,
                9,
                0,
                "{\"prompt\": \"a\", \"completion\": \"b\", \"label\": false}"),
            plain(),
            0);
    assertThat(judged.kept().getFirst().good()).isFalse();
  }

  @Test
  void aCheckFindsEverythingAndShowsAnExample() throws IOException {
    var check =
        DataCheck.of(source(SKIP, 30, 0, ask("a", "b"), ask("a", "b"), "{"), Optional.of(plain()));
    assertThat(check.example()).contains("a⟦b<|im_end|>⟧");
    assertThat(check.report().dropped()).containsOnlyKeys(Reason.BROKEN);
    assertThat(check.unended()).isZero();
  }
}
