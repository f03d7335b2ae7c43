package io.zaohua.app.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A tree with nothing in it but the launcher, fake JDKs (a java that says where it lives and with
 * what it was called) and a fake Maven (one that leaves jars, slowly).
 */
record Tree(Path root, Path world) {

  /**
   * The machine's usual folders, moved under {@code world}, so that the real JDK is out of sight.
   */
  static Tree in(Path temporary) throws IOException {
    Path root = temporary.resolve("a tree with spaces");
    Path world = temporary.resolve("world");
    for (String module : List.of("model", "engine", "tensor", "learn", "app")) {
      Path sources = Files.createDirectories(root.resolve(module).resolve("src/main/java"));
      Files.writeString(sources.resolve("A.java"), "class A {}");
      Files.writeString(root.resolve(module).resolve("pom.xml"), "<project/>");
    }
    Files.writeString(root.resolve("pom.xml"), "<project/>");
    Files.createDirectories(root.resolve(".mvn"));
    Files.createDirectories(root.resolve("models/poet"));
    Files.writeString(root.resolve("models/poet/poet.gguf"), "weights");
    Files.createDirectories(world.resolve("tools"));
    String launcher = Files.readString(Path.of(System.getProperty("zaohua.root"), "zaohua"));
    for (String usual : List.of("/usr/lib/", "/usr/local/", "/usr/java/", "/opt/", "/Library/")) {
      launcher = launcher.replace(" " + usual, " " + world + usual);
    }
    launcher = launcher.replace("/usr/libexec/", world + "/usr/libexec/");
    executable(root.resolve("zaohua"), launcher);
    return new Tree(root, world);
  }

  /** A folder that looks like a JDK of the given version. */
  Path jdk(String folder, String version) throws IOException {
    Path home = world.resolve(folder);
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(
        home.resolve("release"),
        "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\""
            + version
            + "\"\n"
            + "MODULES=\"java.base jdk.incubator.vector\"\n");
    executable(
        home.resolve("bin/java"),
        "#!/bin/sh\necho \"java of " + home + "\"\n" + "for a in \"$@\"; do echo \"[$a]\"; done\n");
    executable(home.resolve("bin/javac"), "#!/bin/sh\n");
    return home;
  }

  /**
   * A Maven that takes {@code seconds}, counts its calls in the file {@code calls}, leaves jars.
   */
  void maven(double seconds) throws IOException {
    executable(
        world.resolve("tools/mvn"),
        """
        #!/bin/sh
        echo call >> '%s'
        sleep %s
        for m in model engine tensor learn app; do mkdir -p $m/target; echo jar > $m/target/zaohua-$m-1.jar; done
        mkdir -p app/target/lib; echo jar > app/target/lib/lib.jar
        """
            .formatted(calls(), seconds));
  }

  void brokenMaven() throws IOException {
    executable(
        world.resolve("tools/mvn"), "#!/bin/sh\necho '[ERROR] A.java:[1,1] nonsense'\nexit 1\n");
  }

  /** As if built: newer than every source. */
  Tree built() throws IOException {
    Path run = Files.createDirectories(root.resolve(".zaohua/run-1"));
    Files.writeString(run.resolve("app.jar"), "jar");
    Path current = Files.writeString(root.resolve(".zaohua/current"), "run-1\n");
    Files.setLastModifiedTime(current, FileTime.from(Instant.now().plusSeconds(5)));
    return this;
  }

  Path calls() {
    return world.resolve("calls");
  }

  static void executable(Path file, String text) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Starts the launcher; the environment holds a PATH of basic tools and nothing of ours. */
  Process start(Path launcher, Path directory, Map<String, String> environment, String... arguments)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder();
    builder.command().add(launcher.toString());
    builder.command().addAll(List.of(arguments));
    builder.directory(directory.toFile());
    builder.environment().clear();
    builder.environment().put("PATH", world.resolve("tools") + ":" + basicTools());
    builder.environment().putAll(environment);
    return builder.start();
  }

  Result run(Map<String, String> environment, String... arguments) throws Exception {
    return finish(start(root.resolve("zaohua"), root, environment, arguments));
  }

  static Result finish(Process process) throws Exception {
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("the launcher did not end");
    }
    return new Result(process.exitValue(), out, err);
  }

  /** A folder with the tools the launcher uses and without java, javac and mvn. */
  String basicTools() throws IOException {
    Path folder = world.resolve("basic");
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder);
      for (String tool :
          List.of(
              "bash",
              "sh",
              "find",
              "readlink",
              "dirname",
              "mkdir",
              "rm",
              "mv",
              "cp",
              "cat",
              "grep",
              "head",
              "sleep",
              "env")) {
        for (String place : List.of("/bin", "/usr/bin")) {
          Path real = Path.of(place, tool);
          if (Files.exists(real) && !Files.exists(folder.resolve(tool))) {
            Files.createSymbolicLink(folder.resolve(tool), real);
          }
        }
      }
    }
    return folder.toString();
  }

  /** How it ended. */
  record Result(int code, String out, String err) {}
}
