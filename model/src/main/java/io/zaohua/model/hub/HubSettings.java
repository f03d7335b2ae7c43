package io.zaohua.model.hub;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where models come from and where they are kept. The variables are those of huggingface_hub (its
 * constants.py): HF_ENDPOINT, HF_TOKEN, HF_TOKEN_PATH, HF_HOME, HF_HUB_CACHE, HF_HUB_OFFLINE,
 * XDG_CACHE_HOME; and MODELSCOPE_ENDPOINT.
 *
 * @param endpoint the Hugging Face hub or a mirror of it
 * @param modelScope the ModelScope hub
 * @param token sent to {@code endpoint} only
 * @param hubCache the cache shared with Python
 * @param ownCache for what comes from elsewhere: {@code modelscope/}, {@code wheels/}
 * @param offline never touch the network
 * @param pip the command that runs pip; empty where there is none
 */
public record HubSettings(
    URI endpoint,
    URI modelScope,
    Optional<HubToken> token,
    Path hubCache,
    Path ownCache,
    boolean offline,
    List<String> pip,
    Patience patience,
    DiskSpace space) {
  private static final String ENDPOINT = "https://huggingface.co";
  private static final String MODELSCOPE_ENDPOINT = "https://modelscope.cn";
  static final int LAST_PORT = 65_535;
  private static final Set<String> TRUE_VALUES = Set.of("1", "ON", "YES", "TRUE");

  public HubSettings {
    pip = List.copyOf(pip);
  }

  /** The settings of this process's environment. */
  public static HubSettings fromEnvironment() {
    return of(System.getenv(), Path.of(System.getProperty("user.home")));
  }

  /** The settings that {@code environment} asks for, for a user whose home is {@code home}. */
  public static HubSettings of(Map<String, String> environment, Path home) {
    var variables = new Variables(environment, home);
    Path caches = variables.path("XDG_CACHE_HOME").orElse(home.resolve(".cache"));
    Path hfHome = variables.path("HF_HOME").orElse(caches.resolve("huggingface"));
    return new HubSettings(
        variables.endpoint("HF_ENDPOINT", ENDPOINT),
        variables.endpoint("MODELSCOPE_ENDPOINT", MODELSCOPE_ENDPOINT),
        variables.token(hfHome),
        variables
            .path("HF_HUB_CACHE")
            .or(() -> variables.path("HUGGINGFACE_HUB_CACHE"))
            .orElse(hfHome.resolve("hub")),
        caches.resolve("zaohua"),
        variables
            .text("HF_HUB_OFFLINE")
            .or(() -> variables.text("TRANSFORMERS_OFFLINE"))
            .filter(value -> TRUE_VALUES.contains(value.toUpperCase(Locale.ROOT)))
            .isPresent(),
        variables.pip(),
        Patience.DEFAULT,
        DiskSpace.REAL);
  }

  URI endpoint(Site site) {
    return switch (site) {
      case HUGGING_FACE -> endpoint;
      case MODELSCOPE -> modelScope;
    };
  }

  private record Variables(Map<String, String> environment, Path home) {
    Optional<String> text(String name) {
      return Optional.ofNullable(environment.get(name))
          .map(String::strip)
          .filter(t -> !t.isEmpty());
    }

    Optional<Path> path(String name) {
      return text(name)
          .map(
              value ->
                  value.equals("~") || value.startsWith("~/")
                      ? home.resolve(value.substring(Math.min(2, value.length())))
                      : Path.of(value))
          .map(Path::toAbsolutePath);
    }

    URI endpoint(String name, String fallback) {
      String value = text(name).orElse(fallback).replaceAll("/+$", "");
      try {
        URI uri = URI.create(value);
        String scheme = uri.getScheme() == null ? "" : uri.getScheme();
        boolean port = uri.getPort() <= LAST_PORT;
        if (port && uri.getHost() != null && (scheme.equals("https") || scheme.equals("http"))) {
          return uri;
        }
      } catch (IllegalArgumentException _) {
        // told below
      }
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of(
              "%s is \"%s\", which is not an http or https address.",
              "%s 的值 “%s” 不是 http 或 https 地址。", name, value),
          Message.of("Set it to the hub's address or unset it.", "请改为 hub 的地址,或取消设置。"));
    }

    Optional<HubToken> token(Path hfHome) {
      return text("HF_TOKEN")
          .or(() -> text("HUGGING_FACE_HUB_TOKEN"))
          .or(() -> tokenFile(path("HF_TOKEN_PATH").orElse(hfHome.resolve("token"))))
          .map(HubToken::new);
    }

    private static Optional<String> tokenFile(Path file) {
      try {
        return Files.isRegularFile(file)
            ? Optional.of(Files.readString(file).strip()).filter(t -> !t.isEmpty())
            : Optional.empty();
      } catch (IOException _) {
        return Optional.empty();
      }
    }

    List<String> pip() {
      for (String program : List.of("pip3", "pip")) {
        Optional<Path> found = onPath(program);
        if (found.isPresent()) {
          return List.of(found.get().toString());
        }
      }
      return List.of();
    }

    private Optional<Path> onPath(String program) {
      for (String folder : text("PATH").orElse("").split(File.pathSeparator, -1)) {
        for (String suffix : List.of("", ".exe")) {
          Path candidate = Path.of(folder.isEmpty() ? "." : folder, program + suffix);
          if (!folder.isEmpty() && Files.isExecutable(candidate) && !Files.isDirectory(candidate)) {
            return Optional.of(candidate);
          }
        }
      }
      return Optional.empty();
    }
  }
}
