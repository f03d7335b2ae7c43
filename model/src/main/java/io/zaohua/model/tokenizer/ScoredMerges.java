package io.zaohua.model.tokenizer;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * SentencePiece's BPE has scores of pieces, tokenizer.json has merges: every cut of a piece into
 * two others is a merge, those of likelier pieces first.
 */
final class ScoredMerges {
  private ScoredMerges() {}

  /**
   * One merge.
   *
   * @param score of what it makes
   */
  private record Merge(int left, int right, int both, float score) {}

  static ArrayNode of(TokenizerMetadata metadata) {
    List<String> tokens = metadata.tokens();
    Map<String, Integer> ids = HashMap.newHashMap(tokens.size());
    for (int id = 0; id < tokens.size(); id++) {
      if (metadata.type(id) == TokenizerMetadata.NORMAL) {
        ids.put(tokens.get(id), id);
      }
    }
    var merges = new ArrayList<Merge>();
    for (var entry : ids.entrySet()) {
      String piece = entry.getKey();
      float score = metadata.scores().get(entry.getValue());
      for (int cut = 1; cut < piece.length(); cut++) {
        Integer left = ids.get(piece.substring(0, cut));
        Integer right = left == null ? null : ids.get(piece.substring(cut));
        if (left != null && right != null) {
          merges.add(new Merge(left, right, entry.getValue(), score));
        }
      }
    }
    merges.sort(
        Comparator.comparingDouble((Merge m) -> -m.score)
            .thenComparingInt(Merge::both)
            .thenComparingInt(Merge::left));
    var json = JsonNodeFactory.instance.arrayNode(merges.size());
    merges.forEach(m -> json.addArray().add(tokens.get(m.left)).add(tokens.get(m.right)));
    return json;
  }
}
