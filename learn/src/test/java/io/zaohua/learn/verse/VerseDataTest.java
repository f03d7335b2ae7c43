package io.zaohua.learn.verse;

import static org.assertj.core.api.Assertions.assertThat;

import io.zaohua.model.tokenizer.Tokenizer;
import io.zaohua.model.tokenizer.TokenizerJson;
import io.zaohua.model.verse.Form;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VerseDataTest {
  private static final Poem NIGHT = new Poem("靜夜思", Form.WUJUE, "牀前看月光，疑是地上霜。\n擧頭望山月，低頭思故鄉。");

  @Test
  void notesGoAndRestoredCharactersStay() {
    assertThat(Cleaning.poem("一朝消散[似]浮雲，（注一）詩酒伴。")).contains("一朝消散似浮雲，詩酒伴。");
  }

  @Test
  void aPoemWithMissingCharactersIsDropped() {
    assertThat(Cleaning.poem("□來臨水弔愁容")).isEmpty();
    assertThat(Cleaning.poem("僵卧{飠茲}團巷")).isEmpty();
  }

  @Test
  void titlesLoseTheirPlaceInASeries() {
    assertThat(Cleaning.title("帝京篇十首 一")).isEqualTo("帝京篇");
    assertThat(Cleaning.title("相和歌辭 王昭君二首 二")).isEqualTo("王昭君");
    assertThat(Cleaning.title("句")).isEmpty();
  }

  @Test
  void noTrainingPoemIsNearlyAHeldOutOne() {
    SplittableRandom random = new SplittableRandom(1);
    List<Poem> poems = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      List<String> lines = new ArrayList<>();
      for (int line = 0; line < 4; line++) {
        lines.add(
            random
                .ints(5, 0x4e00, 0x9000)
                .mapToObj(Character::toString)
                .reduce("", String::concat));
      }
      poems.add(poem(lines));
      lines.set(3, "另外的一句"); // another printing of the same poem
      poems.add(poem(lines));
    }
    Corpus corpus = Corpus.split(poems, 0.2, 7);
    assertThat(corpus.heldOut()).hasSizeBetween(20, 150);
    for (Poem held : corpus.heldOut()) {
      assertThat(corpus.training())
          .noneMatch(p -> p.lines().getFirst().equals(held.lines().getFirst()));
    }
  }

  private static Poem poem(List<String> lines) {
    return new Poem("", Form.WUJUE, io.zaohua.model.verse.Verse.couplets(lines));
  }

  @Test
  void everyCharacterIsATokenAndRareOnesAreBytes(@TempDir Path folder) throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), CharacterTokenizer.json(List.of(NIGHT), 1));
    Tokenizer tokenizer = TokenizerJson.read(folder.resolve("tokenizer.json"));
    int[] ids = tokenizer.encode(NIGHT.document(), true);
    assertThat(ids).hasSize(1 + 3 + 1 + 24 + 1 + 1);
    assertThat(tokenizer.decode(ids)).isEqualTo(NIGHT.document());
    assertThat(tokenizer.decode(tokenizer.encode("月龘月", true))).isEqualTo("月龘月");
    assertThat(tokenizer.encode("月龘月", true)).hasSize(1 + 3 + 1);
  }

  @Test
  void rhymeLooksAtLinesTwoAndFour() {
    assertThat(VerseMeasures.rhymes(NIGHT.lines())).isTrue();
    assertThat(VerseMeasures.rhymes(List.of("一", "花", "二", "春"))).isFalse();
  }
}
