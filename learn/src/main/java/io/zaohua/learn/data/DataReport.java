package io.zaohua.learn.data;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.learn.rows.Row;
import io.zaohua.learn.rows.RowFormat;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What was found in data files, what was left out, and why. */
public final class DataReport {
  /** Places named for each reason. */
  private static final int NAMED = 20;

  /** Why a record was left out. */
  public enum Reason {
    BROKEN,
    DUPLICATE,
    NEAR_DUPLICATE,
    TOO_LONG,
    NOTHING_TO_LEARN;

    public Message message() {
      return switch (this) {
        case BROKEN -> new Message("broken", "损坏");
        case DUPLICATE -> new Message("said before", "重复");
        case NEAR_DUPLICATE -> new Message("nearly said before", "近似重复");
        case TOO_LONG -> new Message("too long", "过长");
        case NOTHING_TO_LEARN -> new Message("nothing to learn in it", "没有可学的内容");
      };
    }

    /** The name in data.json. */
    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * Records left out for one reason.
   *
   * @param count how many
   * @param first the first of them, with what else is to be said
   */
  public record Dropped(long count, List<String> first) {}

  private final Map<Reason, Long> counts = new EnumMap<>(Reason.class);
  private final Map<Reason, List<String>> places = new EnumMap<>(Reason.class);
  private final Map<Path, RowFormat> formats = new LinkedHashMap<>();
  private int[] lengths = new int[64];
  private int kept;
  private long records;
  private long learned;
  private long cut;
  private boolean sorted;

  void found(Path file, RowFormat format) {
    formats.put(file, format);
  }

  void record() {
    records++;
  }

  void drop(Reason reason, Row.Place place, String more) {
    counts.merge(reason, 1L, Long::sum);
    List<String> named = places.computeIfAbsent(reason, _ -> new ArrayList<>());
    if (named.size() < NAMED) {
      named.add(more.isEmpty() ? place.toString() : place + " " + more);
    }
  }

  void cut() {
    cut++;
  }

  void keep(int length, int learnedTokens) {
    if (kept == lengths.length) {
      lengths = Arrays.copyOf(lengths, 2 * kept);
    }
    lengths[kept++] = length;
    learned += learnedTokens;
    sorted = false;
  }

  /** All records, broken ones among them. */
  public long records() {
    return records;
  }

  /** Records that are learned from. */
  public int kept() {
    return kept;
  }

  /** Records cut at the window's end. */
  public long shortened() {
    return cut;
  }

  /** Tokens of those that are kept. */
  public long tokens() {
    return Arrays.stream(lengths, 0, kept).asLongStream().sum();
  }

  /** Tokens that count in the loss. */
  public long learnedTokens() {
    return learned;
  }

  /** The length that this share of the kept records does not exceed; 0 where none is kept. */
  public int length(double share) {
    if (!sorted) {
      Arrays.sort(lengths, 0, kept);
      sorted = true;
    }
    return kept == 0 ? 0 : lengths[Math.clamp((long) Math.ceil(share * kept) - 1, 0, kept - 1)];
  }

  /** What was left out, by reason. */
  public Map<Reason, Dropped> dropped() {
    Map<Reason, Dropped> all = new EnumMap<>(Reason.class);
    counts.forEach(
        (reason, count) ->
            all.put(
                reason, new Dropped(count, List.copyOf(places.getOrDefault(reason, List.of())))));
    return all;
  }

  /** What the records of each file are. */
  public Map<Path, RowFormat> formats() {
    return formats;
  }

  /** The report in one sentence. */
  public Message sentence() {
    String english =
        dropped().entrySet().stream()
            .map(
                e ->
                    "%s %,d (%s)"
                        .formatted(
                            e.getKey().message().english(),
                            e.getValue().count(),
                            some(e.getValue())))
            .collect(Collectors.joining(", "));
    String chinese =
        dropped().entrySet().stream()
            .map(
                e ->
                    "%s %,d(%s)"
                        .formatted(
                            e.getKey().message().chinese(),
                            e.getValue().count(),
                            some(e.getValue())))
            .collect(Collectors.joining("、"));
    return new Message(
        String.format(
            Locale.ROOT,
            "%,d records, %,d kept: %,d tokens, %,d of them learned; cut short: %,d; left out: %s.",
            records,
            kept,
            tokens(),
            learned,
            cut,
            english.isEmpty() ? "none" : english),
        String.format(
            Locale.ROOT,
            "%,d 条记录,保留 %,d 条:%,d 个词元,其中学习 %,d 个;截短 %,d 条;略去:%s。",
            records,
            kept,
            tokens(),
            learned,
            cut,
            chinese.isEmpty() ? "无" : chinese));
  }

  /**
   * Refuses data of which nothing is left.
   *
   * @throws UserError with the counts
   */
  public void requireSome() {
    if (kept > 0) {
      return;
    }
    throw new UserError(
        UserError.Kind.INPUT,
        new Message(
            "Nothing is left to learn from: " + sentence().english(),
            "没有可供学习的内容:" + sentence().chinese()),
        records == 0
            ? Message.of("Check that the files hold records.", "请检查文件中是否有记录。")
            : Message.of(
                "Check data.length and the records with zaohua data check.",
                "请检查 data.length,并用 zaohua data check 检查记录。"));
  }

  private static String some(Dropped dropped) {
    String first = dropped.first().stream().limit(3).collect(Collectors.joining(", "));
    return dropped.count() > 3 ? first + " .." : first;
  }

  /** The report as {@code data.json} has it. */
  public ObjectNode json() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    ObjectNode files = json.putObject("files");
    formats.forEach((file, format) -> files.put(file.toString(), format.word()));
    json.put("records", records);
    json.put("kept", kept);
    json.put("tokens", tokens());
    json.put("learned_tokens", learned);
    json.put("cut", cut);
    ObjectNode spread = json.putObject("lengths");
    spread.put("shortest", length(0));
    spread.put("median", length(0.5));
    spread.put("p95", length(0.95));
    spread.put("longest", length(1));
    ObjectNode out = json.putObject("dropped");
    dropped()
        .forEach(
            (reason, dropped) -> {
              ObjectNode entry = out.putObject(reason.word()).put("count", dropped.count());
              dropped.first().forEach(entry.putArray("first")::add);
            });
    return json;
  }
}
