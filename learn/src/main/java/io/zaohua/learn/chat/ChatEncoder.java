package io.zaohua.learn.chat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.chat.ChatTemplate;
import io.zaohua.model.jinja.Rendering;
import io.zaohua.model.jinja.Rendering.Span;
import io.zaohua.model.tokenizer.Tokenizer;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Conversations as ids and what of them is learned, by the model's own chat template. Where the
 * template marks what the assistant says ({@code generation}), that is learned; else the text that
 * each of its messages adds after the prompt that asks for it. Ids are those that {@code zaohua
 * chat} and transformers' {@code apply_chat_template} give.
 */
public final class ChatEncoder {
  /** What templates that print a date see: the same at every start, so that a run can go on. */
  public static final Clock DATE =
      Clock.fixed(Instant.parse("2026-01-01T12:00:00Z"), ZoneOffset.UTC);

  private final Tokenizer tokenizer;
  private final Optional<ChatTemplate> template;
  private final Map<String, String> specialTokens = new HashMap<>();

  private ChatEncoder(Tokenizer tokenizer, Optional<ChatTemplate> template) {
    this.tokenizer = tokenizer;
    this.template = template;
    name("bos_token", tokenizer.bos());
    name("eos_token", tokenizer.eos());
    name("pad_token", tokenizer.pad());
  }

  /**
   * The encoder of a model.
   *
   * @param template the source of its chat template, if it has one
   * @throws UserError if the template is none, with its line
   */
  public static ChatEncoder of(Tokenizer tokenizer, Optional<String> template) {
    return new ChatEncoder(tokenizer, template.map(ChatTemplate::of));
  }

  private void name(String name, OptionalInt id) {
    id.ifPresent(i -> specialTokens.put(name, tokenizer.piece(i)));
  }

  public Tokenizer tokenizer() {
    return tokenizer;
  }

  public boolean hasTemplate() {
    return template.isPresent();
  }

  /**
   * A whole conversation.
   *
   * @throws UserError if the template refuses it or does not write its turns one after another
   */
  public Example encode(Conversation conversation, TrainOn what) {
    return encode(conversation, what, 0);
  }

  /** A prompt and its answer, which alone is learned. */
  public Example encode(Answer answer) {
    return switch (answer) {
      case Answer.InChat chat ->
          encode(chat.all(), TrainOn.ASSISTANT, chat.prompt().messages().size());
      case Answer.InText(var prompt, var text) -> {
        int[] before = prompt.isEmpty() ? tokenizer.encodeOpenPrompt("", false) : open(prompt);
        int[] after = ended(tokenizer.encode(text, false));
        int[] ids = Arrays.copyOf(before, before.length + after.length);
        System.arraycopy(after, 0, ids, before.length, after.length);
        BitSet learned = new BitSet();
        learned.set(before.length, ids.length);
        yield new Example(ids, learned);
      }
    };
  }

  /** Plain text, all of it learned, with the end token. */
  public Example encode(String text) {
    return Example.whole(ended(open(text)));
  }

  /** The ids that ask the assistant to go on. */
  public int[] prompt(Conversation conversation) {
    return tokenizer.encodeOpenPrompt(rendering(conversation, true).text(), true);
  }

  private int[] open(String text) {
    return tokenizer.encodeOpenPrompt(text, false);
  }

  private int[] ended(int[] ids) {
    OptionalInt end = tokenizer.eos();
    if (end.isEmpty()) {
      return ids;
    }
    int[] ended = Arrays.copyOf(ids, ids.length + 1);
    ended[ids.length] = end.getAsInt();
    return ended;
  }

  /** Turns before message {@code first} are not learned. */
  private Example encode(Conversation conversation, TrainOn what, int first) {
    Rendering whole = rendering(conversation, false);
    TokenPlaces places = new TokenPlaces(tokenizer, whole.text());
    if (what == TrainOn.ALL) {
      return Example.whole(places.ids());
    }
    List<Integer> turns = conversation.turns();
    TreeSet<Integer> wanted = new TreeSet<>();
    turns.stream().filter(t -> t >= first && conversation.counts(t)).forEach(wanted::add);
    if (what == TrainOn.LAST && !wanted.isEmpty()) {
      wanted.retainAll(List.of(wanted.last()));
    }
    if (!wanted.isEmpty() && whole.answers().size() == turns.size()) {
      return new Example(places.ids(), places.covering(marked(whole.answers(), turns, wanted)));
    }
    BitSet learned = new BitSet();
    for (int turn : wanted) {
      learned.or(upToEnd(places, added(conversation, whole.text(), turn)));
    }
    return new Example(places.ids(), learned);
  }

  private static List<Span> marked(List<Span> spans, List<Integer> turns, Set<Integer> wanted) {
    return IntStream.range(0, spans.size())
        .filter(i -> wanted.contains(turns.get(i)))
        .mapToObj(spans::get)
        .toList();
  }

  /** What a turn adds to the prompt that asks for it. */
  private Span added(Conversation conversation, String whole, int turn) {
    String before = rendering(conversation.upTo(turn), true).text();
    String after =
        turn + 1 == conversation.messages().size()
            ? whole
            : rendering(conversation.upTo(turn + 1), false).text();
    if (!after.startsWith(before) || !whole.startsWith(after)) {
      throw new UserError(
          UserError.Kind.INPUT,
          Message.of(
              "The chat template does not keep what it wrote around message %d once more follows.",
              "后面还有消息时,对话模板没有保留第 %d 条消息前后已写的内容。", turn + 1),
          Message.of(
              "Use train_on: last or all, or a template with generation marks.",
              "请用 train_on: last 或 all,或使用带 generation 标记的模板。"));
    }
    return new Span(before.length(), after.length());
  }

  /** The span's tokens up to the one that ends the turn; space after that is the template's. */
  private BitSet upToEnd(TokenPlaces places, Span span) {
    BitSet tokens = places.covering(List.of(span));
    int[] ids = places.ids();
    int last = tokens.length();
    while (last > 0 && tokens.get(last - 1) && !isEnd(ids[last - 1])) {
      if (!tokenizer.decode(new int[] {ids[last - 1]}).isBlank()) {
        return tokens;
      }
      last--;
    }
    if (last > 0 && tokens.get(last - 1)) {
      tokens.clear(last, tokens.length());
    }
    return tokens;
  }

  private boolean isEnd(int id) {
    return tokenizer.special(id) || tokenizer.ends().contains(id);
  }

  private Rendering rendering(Conversation conversation, boolean asking) {
    ObjectNode context = JsonNodeFactory.instance.objectNode();
    specialTokens.forEach(context::put);
    context.putArray("messages").addAll(conversation.messages());
    context.putNull("documents");
    context.putNull("tools");
    if (!conversation.tools().isEmpty()) {
      context.putArray("tools").addAll(conversation.tools());
    }
    context.put("add_generation_prompt", asking);
    return template
        .orElseThrow(
            () ->
                new UserError(
                    UserError.Kind.UNSUPPORTED,
                    Message.of("The model has no chat template.", "该模型没有对话模板。"),
                    Message.of(
                        "Put chat_template.jinja beside it, or train on plain text.",
                        "请把 chat_template.jinja 放在模型旁边,或用纯文本训练。")))
        .rendering(context, DATE);
  }
}
