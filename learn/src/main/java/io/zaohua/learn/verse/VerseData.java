package io.zaohua.learn.verse;

import io.zaohua.model.verse.Form;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * Training documents, held-out documents and a tokenizer from the npm package chinese-poetry.
 * Documents stand one after another with a blank line between them.
 */
public final class VerseData {
  private static final double HELD_OUT = 0.01;
  private static final int LONGEST = 120;
  private static final int FEWEST = 40;

  /** How often a quatrain of five, the rarest of the regular forms, is seen. */
  private static final int WUJUE_TIMES = 3;

  private static final double UNTITLED = 0.2;

  private VerseData() {}

  /**
   * Writes train.txt, heldout.txt and tokenizer.json.
   *
   * @param unpacked the unpacked package
   * @param out a folder, made if it is not there
   * @return a line for each thing counted
   */
  public static List<String> prepare(Path unpacked, Path out, long seed) throws IOException {
    PoetryPackage read = PoetryPackage.read(unpacked);
    List<Poem> fitting = read.poems().stream().filter(VerseData::fits).toList();
    Corpus corpus = Corpus.split(fitting, HELD_OUT, seed);
    List<Poem> shown = conditioned(corpus.training(), new SplittableRandom(seed));
    Files.createDirectories(out);
    write(out.resolve("train.txt"), shown);
    write(out.resolve("heldout.txt"), corpus.heldOut());
    Files.writeString(
        out.resolve("tokenizer.json"), CharacterTokenizer.json(corpus.training(), FEWEST));
    List<String> report = new ArrayList<>();
    report.add("read " + read.poems().size());
    read.dropped().forEach((reason, count) -> report.add("dropped, " + reason + ": " + count));
    report.add("dropped, longer than " + LONGEST + ": " + (read.poems().size() - fitting.size()));
    report.add("dropped, duplicates: " + corpus.duplicates());
    report.add("dropped, near a held-out poem: " + corpus.near());
    report.add("training poems " + corpus.training().size() + " " + forms(corpus.training()));
    report.add("held-out poems " + corpus.heldOut().size() + " " + forms(corpus.heldOut()));
    report.add("training documents " + shown.size());
    report.add("characters in them " + shown.stream().mapToLong(p -> p.document().length()).sum());
    return report;
  }

  private static boolean fits(Poem poem) {
    return poem.title().length() + poem.text().length() <= LONGEST;
  }

  /** Some without their title, so that a form alone or a first line is a start too. */
  private static List<Poem> conditioned(List<Poem> poems, SplittableRandom random) {
    List<Poem> shown = new ArrayList<>();
    for (Poem poem : poems) {
      int times = poem.form() == Form.WUJUE ? WUJUE_TIMES : 1;
      for (int i = 0; i < times; i++) {
        shown.add(random.nextDouble() < UNTITLED ? poem.untitled() : poem);
      }
    }
    for (int i = shown.size() - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      Poem other = shown.get(i);
      shown.set(i, shown.get(j));
      shown.set(j, other);
    }
    return shown;
  }

  private static Map<Form, Integer> forms(List<Poem> poems) {
    return poems.stream()
        .collect(
            Collectors.toMap(Poem::form, _ -> 1, Integer::sum, () -> new EnumMap<>(Form.class)));
  }

  private static void write(Path file, List<Poem> poems) throws IOException {
    Files.writeString(file, poems.stream().map(Poem::document).collect(Collectors.joining("\n\n")));
  }
}
