package io.zaohua.learn.data;

import io.zaohua.tensor.Functional;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** A prompt and an answer, as token ids; which of them are the answer's. */
public final class Answer {
  private final long[] ids;
  private final boolean[] learned;

  /** The answer's tokens are those marked. */
  public Answer(long[] ids, boolean[] learned) {
    if (ids.length != learned.length) {
      throw new IllegalArgumentException(
          ids.length + " ids, and " + learned.length + " marks for them.");
    }
    this.ids = ids.clone();
    this.learned = learned.clone();
  }

  /** All that follows the prompt is the answer's. */
  public static Answer after(int[] prompt, int[] answer) {
    long[] ids =
        IntStream.concat(Arrays.stream(prompt), Arrays.stream(answer)).asLongStream().toArray();
    boolean[] learned = new boolean[ids.length];
    Arrays.fill(learned, prompt.length, ids.length, true);
    return new Answer(ids, learned);
  }

  /** Tokens of prompt and answer. */
  public int length() {
    return ids.length;
  }

  /** This prompt with another one's answer. */
  Answer with(Answer other) {
    int prompt = first(learned);
    int from = first(other.learned);
    long[] joined = Arrays.copyOf(ids, prompt + other.ids.length - from);
    boolean[] marks = new boolean[joined.length];
    for (int i = from; i < other.ids.length; i++) {
      joined[prompt + i - from] = other.ids[i];
      marks[prompt + i - from] = other.learned[i];
    }
    return new Answer(joined, marks);
  }

  private static int first(boolean[] learned) {
    int i = 0;
    while (i < learned.length && !learned[i]) {
      i++;
    }
    return i;
  }

  /** Two lists of equal size side by side: the chosen answers, then the rejected ones. */
  public static Batch pairs(List<Answer> chosen, List<Answer> rejected) {
    var all = new java.util.ArrayList<>(chosen);
    all.addAll(rejected);
    var roles = new java.util.ArrayList<Batch.Role>();
    chosen.forEach(_ -> roles.add(Batch.Role.CHOSEN));
    rejected.forEach(_ -> roles.add(Batch.Role.REJECTED));
    return batch(all, roles);
  }

  /**
   * Judged answers, then each prompt with the answer before it (the first with the last one's),
   * from which KTO estimates how far the model has moved; as in TRL's trainer.
   *
   * @param liked which of them were judged good
   */
  public static Batch judged(List<Answer> answers, List<Boolean> liked) {
    var all = new java.util.ArrayList<>(answers);
    var roles = new java.util.ArrayList<Batch.Role>();
    liked.forEach(good -> roles.add(good ? Batch.Role.LIKED : Batch.Role.DISLIKED));
    for (int i = 0; i < answers.size(); i++) {
      all.add(answers.get(i).with(answers.get(Math.floorMod(i - 1, answers.size()))));
      roles.add(Batch.Role.MISMATCHED);
    }
    return batch(all, roles);
  }

  /** Answers by themselves. */
  public static Batch drawn(List<Answer> answers) {
    return batch(answers, List.of());
  }

  private static Batch batch(List<Answer> answers, List<Batch.Role> roles) {
    int length = answers.stream().mapToInt(Answer::length).max().orElse(1);
    int rows = answers.size();
    long[] ids = new long[rows * length];
    long[] targets = new long[rows * length];
    Arrays.fill(targets, Functional.IGNORED);
    for (int row = 0; row < rows; row++) {
      Answer answer = answers.get(row);
      System.arraycopy(answer.ids, 0, ids, row * length, answer.ids.length);
      for (int i = 1; i < answer.ids.length; i++) {
        if (answer.learned[i]) {
          targets[row * length + i - 1] = answer.ids[i];
        }
      }
    }
    List<Integer> lengths = answers.stream().map(Answer::length).toList();
    return new Batch(rows, length, ids, targets, Optional.empty(), roles, lengths);
  }
}
