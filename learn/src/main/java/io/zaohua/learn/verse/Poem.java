package io.zaohua.learn.verse;

import io.zaohua.model.verse.Form;
import io.zaohua.model.verse.Verse;
import java.util.List;

/**
 * A cleaned poem in traditional script.
 *
 * @param title empty where it has none that is worth learning
 * @param text rows with punctuation
 */
record Poem(String title, Form form, String text) {

  List<String> lines() {
    return Verse.lines(text);
  }

  /** The characters alone: what two printings of one poem have in common. */
  String characters() {
    return String.join("", lines());
  }

  String document() {
    return Verse.document(title, form, text);
  }

  Poem untitled() {
    return new Poem("", form, text);
  }
}
