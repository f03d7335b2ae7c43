package io.zaohua.learn.verse;

import com.github.houbb.pinyin.constant.enums.PinyinStyleEnum;
import com.github.houbb.pinyin.util.PinyinHelper;
import io.zaohua.learn.baseline.Compression;
import io.zaohua.learn.baseline.KneserNey;
import io.zaohua.model.tokenizer.Tokenizer;
import io.zaohua.model.verse.Form;
import io.zaohua.model.verse.Verse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** What poet is measured by. */
public final class VerseMeasures {
  private static final String CONTROL = "<[^>]*>";

  private VerseMeasures() {}

  /**
   * Held-out bits per character. All are asked the same: the tokens of a document after its start,
   * title, form, poem and end, over its visible characters; xz sees the text without control
   * tokens.
   *
   * @param model of the model
   * @param kneserNey of a 5-gram on the same training documents
   * @param xz of the held-out text by itself
   * @param xzKnowing of the same after the training text
   */
  public record Bits(double model, double kneserNey, double xz, double xzKnowing) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "held out, bits a character: poet %.3f, 5-gram Kneser-Ney %.3f, xz %.3f, xz after the"
              + " training text %.3f",
          model,
          kneserNey,
          xz,
          xzKnowing);
    }
  }

  /**
   * Measures a model against the baselines on what {@link VerseData#prepare} wrote.
   *
   * @param nats the model's: what the tokens of a document after its first cost in all
   * @param tokenizer the model's
   */
  public static Bits bits(ToDoubleFunction<int[]> nats, Tokenizer tokenizer, Path data)
      throws IOException {
    String train = Files.readString(data.resolve("train.txt"));
    String text = Files.readString(data.resolve("heldout.txt"));
    List<int[]> heldOut = ids(text, tokenizer);
    String visible = text.replaceAll(CONTROL, "").replace("\n\n", "");
    double characters = visible.codePointCount(0, visible.length());
    double model = heldOut.stream().mapToDouble(nats).sum() / Math.log(2);
    KneserNey grams = KneserNey.of(ids(train, tokenizer), 5, tokenizer.vocabularySize());
    double counted = heldOut.stream().mapToDouble(d -> grams.bits(d, 1)).sum();
    String known = train.replaceAll(CONTROL, "");
    return new Bits(
        model / characters,
        counted / characters,
        Compression.bits(visible) / characters,
        Compression.bits(known, visible) / characters);
  }

  private static List<int[]> ids(String documents, Tokenizer tokenizer) {
    return Arrays.stream(documents.split("\n\n")).map(d -> tokenizer.encode(d, true)).toList();
  }

  /** Titles of the held-out poems of a form, in their order, each once. */
  public static List<String> titles(Form form, Path data) throws IOException {
    return Arrays.stream(Files.readString(data.resolve("heldout.txt")).split("\n\n"))
        .filter(d -> d.contains(form.token()))
        .map(d -> d.substring(Verse.START.length(), d.indexOf(form.token())))
        .filter(title -> !title.isEmpty())
        .distinct()
        .toList();
  }

  /**
   * What generated poems are like.
   *
   * @param poems how many
   * @param inForm share of them with the form's lines and characters
   * @param copied share of their lines that stand in the training documents
   * @param rhymed share of those in form whose second and fourth line end in the same final
   * @param rhymedInTraining the same share of training poems of that form
   */
  public record Shape(
      int poems, double inForm, double copied, double rhymed, double rhymedInTraining) {
    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%d poems: %.1f %% in form, %.2f %% of lines copied, %.1f %% rhyme (training %.1f %%)",
          poems,
          100 * inForm,
          100 * copied,
          100 * rhymed,
          100 * rhymedInTraining);
    }
  }

  /** Measures generated poems of one form. */
  public static Shape shape(List<String> poems, Form form, Path data) throws IOException {
    Set<String> known = new HashSet<>();
    int trained = 0;
    int trainedRhyming = 0;
    for (String document : Files.readString(data.resolve("train.txt")).split("\n\n")) {
      List<String> lines = Verse.lines(document.replaceFirst("^.*\\|>", "").replace(Verse.END, ""));
      known.addAll(lines);
      if (document.contains(form.token()) && form.fits(lines) && trained < 5000) {
        trained++;
        trainedRhyming += rhymes(lines) ? 1 : 0;
      }
    }
    int fitting = 0;
    int rhyming = 0;
    long lines = 0;
    long copies = 0;
    for (String poem : poems) {
      List<String> own = Verse.lines(poem);
      lines += own.size();
      copies += own.stream().filter(known::contains).count();
      boolean fits = form.fits(own);
      fitting += fits ? 1 : 0;
      rhyming += fits && rhymes(own) ? 1 : 0;
    }
    return new Shape(
        poems.size(),
        fitting / (double) poems.size(),
        copies / (double) Math.max(1, lines),
        rhyming / (double) Math.max(1, fitting),
        trainedRhyming / (double) Math.max(1, trained));
  }

  /** Whether lines 2 and 4 end in the same final of modern Mandarin, an approximation. */
  static boolean rhymes(List<String> lines) {
    Set<String> second = finals(lines.get(1));
    second.retainAll(finals(lines.get(3)));
    return !second.isEmpty();
  }

  private static Set<String> finals(String line) {
    Set<String> finals = new HashSet<>();
    for (String reading :
        PinyinHelper.toPinyinList(line.charAt(line.length() - 1), PinyinStyleEnum.NORMAL)) {
      // medials do not count: guang and shuang rhyme with fang
      finals.add(
          reading
              .replaceFirst("^(zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])", "")
              .replaceFirst("^[iuüv](?=[aeo])", ""));
    }
    return finals;
  }
}
