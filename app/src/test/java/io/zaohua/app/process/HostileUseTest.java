package io.zaohua.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clumsy and hostile use of the real commands: one sentence, the right code, nothing lost. */
@Tag("slow")
final class HostileUseTest {
  @TempDir Path temporary;
  private Shell shell;

  @BeforeEach
  void folderWithSpacesAndChinese() throws Exception {
    shell = new Shell(Files.createDirectories(temporary.resolve("a 天 b")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "$Z generate -m $M -n 2 - <&- | 1 | no token to start from",
        "$Z generate -m $M -n 2 x >&- | 1 | Standard output is closed",
        "$Z generate -m $M -n 2 x >/dev/full | 1 | No space left",
        "printf 'a\\377b' > t; $Z generate -m $M -n 2 - <t | 1 | byte 1",
        "mkfifo p; $Z generate -m ./p x | 1 | pipe or a device",
        "$Z generate -m $M --ctx 2 'one two three four' | 1 | context holds 2",
        "$Z generate -m $M --ctx 2000000000 x | 1 | Java heap",
        "$Z generate -m $M --top-p 7 x | 2 | between 0 and 1",
        "$Z generate -m $M -n 1.5 x | 2 | a whole number",
        "$Z generate -m $M -t 0 x | 2 | from 1 to 1024",
        "$Z perplexity -m $M -f /dev/null | 1 | 0 tokens",
        "$Z perplexity -m $M -f . | 1 | is a folder",
        "$Z logits -m $M --ids 1,49152 -o x.npy | 1 | no token 49152",
        "(ulimit -f 100; $Z logits -m $M --ids 1,2,3 -o x.npy) | 1 | x.npy cannot be written",
        "(ulimit -f 20000; $Z convert $M folder) | 1 | cannot be written",
        "mkfifo p; $Z quantize $M p Q8_0 --allow-requantize | 1 | pipe or a device",
        "touch f; HF_HOME=$PWD/f XDG_CACHE_HOME=$PWD/f HF_ENDPOINT=http://127.0.0.1:9 $Z pull $M"
            + " | 1 | cannot be written"
      })
  void itSaysWhatIsWrong(String line, int code, String sentence) throws Exception {
    Shell.Result result = shell.run(line);

    assertThat(result.code()).as(result.toString()).isEqualTo(code);
    assertThat(result.out()).isEmpty();
    assertThat(result.err()).contains(sentence).doesNotContain("\tat ");
    try (var left = Files.walk(shell.folder())) {
      assertThat(left.map(p -> p.getFileName().toString()))
          .noneMatch(name -> name.endsWith(".npy") || name.endsWith(".part"));
    }
  }

  @Test
  void noCommandWritesOverItsSource() throws Exception {
    Shell.Result result =
        shell.run(
            "cp \"$($Z pull $M)\" m.gguf; ln -s m.gguf l.gguf; sum=$(cksum <m.gguf);"
                + " $Z convert m.gguf l.gguf --type f16; echo $?;"
                + " $Z quantize l.gguf m.gguf Q8_0 --allow-requantize; echo $?;"
                + " $Z convert m.gguf m.gguf --join; echo $?;"
                + " $Z logits -m m.gguf --ids 1 -o m.gguf; echo $?;"
                + " [ \"$sum\" = \"$(cksum <m.gguf)\" ]");

    assertThat(result.code()).as(result.toString()).isZero();
    assertThat(result.out().split("\n")).containsExactly("2", "2", "2", "2");
  }

  @Test
  void aReaderWhoLeavesIsNoFailure() throws Exception {
    Shell.Result result =
        shell.run(
            "$Z generate -m $M -n 50 --ignore-eos 'The capital of France is' | head -c 1 >/dev/null;"
                + " echo ${PIPESTATUS[0]}");

    assertThat(result.out()).isEqualTo("0\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "$Z generate -m $M -n 4000 --ignore-eos x",
        "$Z perplexity -m $M -f text --ctx 64",
        "$Z logits -m $M --ids $ids -o x.npy --chunk 1",
        "$Z convert $M out.gguf --type f32",
        "$Z quantize $M out.gguf Q6_K --allow-requantize",
        "env HF_HOME=\"$PWD/c\" XDG_CACHE_HOME=\"$PWD/c\" HF_ENDPOINT=http://10.255.255.1 $Z pull $M"
      })
  void ctrlCEndsItAndLeavesNothingBehind(String line) throws Exception {
    Process process =
        shell.start(
            "for i in {1..30000}; do echo word $i; done >text; ids=$(seq -s, 1 4000); exec "
                + line);
    process.getOutputStream().close();
    atWork(shell.folder());
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();

    Shell.Result result = shell.finish(process);

    assertThat(result.code()).as(result.toString()).isEqualTo(130);
    try (var left = Files.walk(shell.folder())) {
      assertThat(left.map(p -> p.getFileName().toString()))
          .noneMatch(n -> n.endsWith(".npy") || n.endsWith(".gguf") || n.endsWith(".part"));
    }
  }

  /** Until a file is being written, which some machines end within a second, or for a while. */
  private static void atWork(Path folder) throws Exception {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1500);
    while (System.nanoTime() < end) {
      try (var files = Files.list(folder)) {
        if (files.anyMatch(p -> p.toString().endsWith(".part"))) {
          return;
        }
      }
      Thread.sleep(5);
    }
  }

  @Test
  void aFileTruncatedWhileItIsReadIsNoticed() throws Exception {
    Process process =
        shell.start(
            "cp \"$($Z pull $M)\" m.gguf; $Z quantize m.gguf q.gguf Q6_K --allow-requantize &"
                + " sleep 1; truncate -s 20000000 m.gguf; wait $!");
    process.getOutputStream().close();

    Shell.Result result = shell.finish(process);

    assertThat(result.code()).as(result.toString()).isEqualTo(1);
    assertThat(result.err()).contains("m.gguf");
    assertThat(shell.folder().resolve("q.gguf")).doesNotExist();
  }
}
