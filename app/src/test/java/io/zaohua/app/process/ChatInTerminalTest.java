package io.zaohua.app.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A conversation in a real terminal, which script(1) of util-linux provides. */
@Tag("slow")
final class ChatInTerminalTest {
  private static final String CTRL_C = "\u0003";
  private static final String CTRL_D = "\u0004";

  /** Bracketed paste goes on when a line is waited for. */
  private static final String READY = "\u001b[?2004h";

  @TempDir Path folder;

  @Test
  void itAnswersListsCommandsStopsAndLeaves() throws Exception {
    Shell shell = new Shell(folder);
    Process process =
        shell.start(
            "XDG_DATA_HOME=$PWD TERM=xterm exec script -qec \"stty cols 80 rows 24; exec $Z chat -m $M --temp 0 -n 300\" /dev/null");
    try (OutputStream keys = process.getOutputStream()) {
      int at = shell.await(READY, 0);
      type(keys, "What is the capital of France?\r");
      at = shell.await(READY, shell.await("tokens/s", at));
      type(keys, "/help\r");
      at = shell.await("/regen", at);
      at = shell.await(READY, shell.await("Alt-Enter", at));
      type(keys, "Write a very long story about a whale.\r");
      at = shell.await("\n", at);
      Thread.sleep(500);
      type(keys, CTRL_C);
      at = shell.await(READY, shell.await("stopped", at));
      type(keys, "Say hello.\r");
      at = shell.await("tokens/s", at);
      shell.await(READY, at);
      type(keys, CTRL_D);
      assertThat(shell.finish(process).code()).isZero();
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static void type(OutputStream keys, String text) throws Exception {
    keys.write(text.getBytes(StandardCharsets.UTF_8));
    keys.flush();
  }
}
