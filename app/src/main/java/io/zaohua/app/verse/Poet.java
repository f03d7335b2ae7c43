package io.zaohua.app.verse;

import io.zaohua.engine.sample.SamplingOptions;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import io.zaohua.model.file.NewFile;
import io.zaohua.model.tokenizer.Tokenizer;
import io.zaohua.model.verse.Form;
import io.zaohua.model.verse.VerseRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The embedded model. In the tree it is {@code models/poet/poet.gguf}, read where it lies; of a jar
 * that stands alone it is copied out once.
 */
public final class Poet {
  /** What it is called after {@code -m}. */
  public static final String NAME = "poet";

  private static final String FILE = "poet.gguf";

  private final Tokenizer tokenizer;
  private final Script script;
  private final VerseRequest request;

  private Poet(Tokenizer tokenizer, Script script, VerseRequest request) {
    this.tokenizer = tokenizer;
    this.script = script;
    this.request = request;
  }

  /** Whether a model speaks poet's control tokens. */
  public static boolean is(Tokenizer tokenizer) {
    return tokenizer.id(Form.WUJUE.token()).isPresent();
  }

  /**
   * poet, asked something.
   *
   * @throws UserError if the prompt is nothing it can write about
   */
  public static Poet asked(Tokenizer tokenizer, String prompt) {
    Script script = Script.of(prompt);
    return new Poet(tokenizer, script, request(script.toTraditional(prompt)));
  }

  /** Who types no model's name meets this one first: the way to others is an option. */
  private static VerseRequest request(String prompt) {
    try {
      return VerseRequest.of(prompt);
    } catch (UserError e) {
      throw new UserError(
          e.kind(),
          e.fact(),
          new Message(
              e.remedy().english() + " Other models are named with -m.",
              e.remedy().chinese() + "别的模型用 -m 指定。"),
          e);
    }
  }

  /** The prompt as ids. */
  public int[] ids() {
    return tokenizer.encodeOpenPrompt(request.prompt(), true);
  }

  /** What it wrote, in the script of the prompt. */
  public String answer(String text) {
    return script.fromTraditional(text);
  }

  /** How it draws where nothing else is said: the same prompt and seed, the same poem. */
  public static SamplingOptions sampling() {
    return SamplingOptions.defaults().withTemperature(0.8).withTopP(0.9).withTopK(0).withSeed(1);
  }

  /** Its file. */
  public static Path file() {
    String launcher = System.getProperty("zaohua.launcher", "");
    if (!launcher.isEmpty()) {
      Path root = Path.of(launcher).toAbsolutePath().getParent();
      Path inTree = (root == null ? Path.of("/") : root).resolve("models/poet").resolve(FILE);
      if (Files.isRegularFile(inTree)) {
        return inTree;
      }
    }
    try (InputStream resource = Poet.class.getResourceAsStream(FILE)) {
      if (resource == null) {
        throw new UserError(
            UserError.Kind.NOT_FOUND,
            Message.of("This build of Zaohua carries no poet.", "此造化构建不含 poet。"),
            Message.of("Name a model with -m.", "请用 -m 指定模型。"));
      }
      return copied(resource);
    } catch (IOException e) {
      throw new UserError(
          UserError.Kind.IO,
          Message.of("The embedded model cannot be copied out.", "无法取出内置模型。"),
          Message.of("Name a model with -m.", "请用 -m 指定模型。"),
          e);
    }
  }

  /** A copy beside the caches, by its size and Zaohua's own; written once. */
  private static Path copied(InputStream resource) throws IOException {
    byte[] bytes = resource.readAllBytes();
    Path folder = Path.of(System.getProperty("user.home", "."), ".cache", "zaohua");
    Path file =
        folder.resolve("poet-" + Integer.toHexString(java.util.Arrays.hashCode(bytes)) + ".gguf");
    if (!Files.isRegularFile(file) || Files.size(file) != bytes.length) {
      NewFile.write(file, bytes);
    }
    return file;
  }
}
