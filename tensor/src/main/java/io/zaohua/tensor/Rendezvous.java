package io.zaohua.tensor;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where the processes of one run meet, as torchrun, Kubernetes' PyTorchJob and others tell it in
 * the environment.
 *
 * @param rank which process this is, from 0; the store lives in process 0
 * @param size how many there are
 * @param localRank which of those on this machine it is, from 0
 * @param localSize how many of them this machine runs, which share its cores
 * @param host of process 0
 * @param port on which its store listens
 * @param attempt what keys in the store of torchrun's agent begin with, which takes the place of
 *     process 0's; empty where there is no agent
 */
public record Rendezvous(
    int rank,
    int size,
    int localRank,
    int localSize,
    String host,
    int port,
    Optional<String> attempt) {

  public Rendezvous {
    if (size < 1 || rank < 0 || rank >= size) {
      throw wrong("RANK", Integer.toString(rank), "from 0 to below WORLD_SIZE " + size);
    }
    if (localSize < 1 || localSize > size || localRank < 0 || localRank >= localSize) {
      throw wrong(
          "LOCAL_RANK",
          Integer.toString(localRank),
          "from 0 to below LOCAL_WORLD_SIZE " + localSize);
    }
    if (host.isBlank()) {
      throw wrong("MASTER_ADDR", host, "a host name or address");
    }
    if (port < 1 || port > 65535) {
      throw wrong("MASTER_PORT", Integer.toString(port), "a port from 1 to 65535");
    }
  }

  /**
   * Reads torchrun's contract: RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT, and, where they are
   * given, LOCAL_RANK and LOCAL_WORLD_SIZE.
   *
   * @return empty where neither RANK nor WORLD_SIZE is set: this process is alone
   * @throws UserError if some are missing or make no sense
   */
  public static Optional<Rendezvous> of(Map<String, String> environment) {
    if (!environment.containsKey("RANK") && !environment.containsKey("WORLD_SIZE")) {
      return Optional.empty();
    }
    List<String> missing = new ArrayList<>();
    for (String name : List.of("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")) {
      if (environment.getOrDefault(name, "").isBlank()) {
        missing.add(name);
      }
    }
    if (!missing.isEmpty()) {
      String found = environment.containsKey("RANK") ? "RANK" : "WORLD_SIZE";
      throw new UserError(
          UserError.Kind.USAGE,
          Message.of(
              "The environment has %s, for one of several processes, and lacks %s.",
              "环境变量中有 %s(多个进程之一),但缺少 %s。", found, String.join(", ", missing)),
          Message.of(
              "Start with torchrun or --processes, or unset RANK and WORLD_SIZE.",
              "请用 torchrun 或 --processes 启动,或取消 RANK 与 WORLD_SIZE。"));
    }
    boolean agent = environment.getOrDefault("TORCHELASTIC_USE_AGENT_STORE", "").equals("True");
    String attempt = environment.getOrDefault("TORCHELASTIC_RESTART_COUNT", "0");
    return Optional.of(
        new Rendezvous(
            number(environment, "RANK", 0),
            number(environment, "WORLD_SIZE", 1),
            number(environment, "LOCAL_RANK", 0),
            number(environment, "LOCAL_WORLD_SIZE", localSize(environment)),
            environment.getOrDefault("MASTER_ADDR", "").strip(),
            number(environment, "MASTER_PORT", 0),
            agent ? Optional.of("/worker/attempt_" + attempt) : Optional.empty()));
  }

  /** Without LOCAL_WORLD_SIZE a machine runs at least as many processes as the local rank tells. */
  private static int localSize(Map<String, String> environment) {
    return number(environment, "LOCAL_RANK", 0) + 1;
  }

  private static int number(Map<String, String> environment, String name, int absent) {
    String value = environment.getOrDefault(name, "").strip();
    if (value.isEmpty()) {
      return absent;
    }
    if (!value.matches("\\d{1,9}")) {
      throw wrong(name, value, "a whole number");
    }
    return Integer.parseInt(value);
  }

  private static UserError wrong(String name, String value, String expected) {
    return new UserError(
        UserError.Kind.USAGE,
        Message.of(
            "The environment's %s is \"%s\", %s was expected.",
            "环境变量 %s 为“%s”,应为 %s。", name, value, expected),
        Message.of(
            "Start with torchrun or --processes, which set it.",
            "请用 torchrun 或 --processes 启动,它们会设置它。"));
  }

  /** Whether all processes are on this machine, and meet by its own address. */
  boolean loopback() {
    boolean own = host.equals("localhost") || host.equals("::1") || host.startsWith("127.");
    return own && localSize == size;
  }
}
