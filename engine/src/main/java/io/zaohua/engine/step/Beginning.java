package io.zaohua.engine.step;

import io.zaohua.engine.cache.KvPool;
import io.zaohua.engine.cache.KvSequence;
import io.zaohua.engine.cache.KvShape;
import io.zaohua.engine.cache.Page;
import io.zaohua.model.adapter.Front;
import io.zaohua.model.spec.TransformerSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What every sequence begins with: an adapter's learned positions, or nothing. They are cached once
 * for each length of rotations; sequences share those pages until they write behind them.
 */
final class Beginning {
  private final Optional<Front> front;
  private final TransformerSpec spec;
  private final KvPool pool;
  private final Consumer<Step> run;
  private final Map<Integer, KvSequence> cached = new HashMap<>();

  /**
   * @param run caches the rows of a step
   */
  Beginning(Optional<Front> front, TransformerSpec spec, KvPool pool, Consumer<Step> run) {
    this.front = front;
    this.spec = spec;
    this.pool = pool;
    this.run = run;
  }

  /** Its positions. */
  int length() {
    return front.map(Front::length).orElse(0);
  }

  /** A sequence that holds it. */
  KvSequence open(int ropeLength) {
    if (front.isEmpty()) {
      return pool.open(ropeLength);
    }
    KvSequence known = cached.get(ropeLength);
    if (known == null) {
      known = pool.open(ropeLength);
      switch (front.get()) {
        case Front.Prompt prompt -> read(prompt, known);
        case Front.Prefix prefix -> write(prefix, known);
      }
      known.shareBeginning();
      cached.put(ropeLength, known);
    }
    return known.fork();
  }

  private void read(Front.Prompt prompt, KvSequence into) {
    float[] rows = prompt.values().clone();
    float scale = spec.embedding().scaleBeside();
    if (scale != 1) {
      for (int i = 0; i < rows.length; i++) {
        rows[i] *= scale;
      }
    }
    run.accept(
        new Step()
            .add(
                new Step.Entry(
                    into,
                    new Step.Rows.Embeddings(rows, prompt.length()),
                    List.of(),
                    new Step.Mask.Causal(),
                    Step.Wanted.NONE,
                    Step.Wanted.NONE)));
  }

  /** Keys go into the cache as they are: they were learned as those that attention sees. */
  private void write(Front.Prefix prefix, KvSequence into) {
    into.reserve(prefix.length());
    KvShape shape = pool.shape();
    float[] table = prefix.values();
    int at = 0;
    for (int slot = 0; slot < prefix.length(); slot++) {
      for (int layer = 0; layer < spec.layers().size(); layer++) {
        int number = shape.groupOf().get(layer);
        KvShape.Group group = shape.groups().get(number);
        Page page = into.page(number, slot);
        int keys = group.kvHeads() * group.headSize();
        for (int h = 0; h < group.kvHeads(); h++) {
          int key = at + h * group.headSize();
          int inGroup = shape.indexInGroup().get(layer);
          page.write(inGroup, h, slot % Page.SLOTS, table, key, table, key + keys);
        }
        at += 2 * keys;
      }
    }
    into.advanceUnknown(prefix.length());
  }
}
