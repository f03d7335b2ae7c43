package io.zaohua.tensor;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.BroadcastOptions;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch_gloo;

/**
 * The processes of one run, and what they do together: libtorch's c10d over Gloo, between tensors
 * on the CPU. All processes call the same operations in the same order. One whose peer is gone, or
 * silent for longer than the timeout, throws {@link Lost}.
 */
public final class ProcessGroup implements AutoCloseable {
  private static final Duration MEETING = Duration.ofMinutes(5);

  private final Rendezvous place;
  private final List<Store> stores;
  private final ProcessGroupGloo gloo;

  private ProcessGroup(Rendezvous place, List<Store> stores, ProcessGroupGloo gloo) {
    this.place = place;
    this.stores = stores;
    this.gloo = gloo;
  }

  /** A process of the group has gone, or does not answer. */
  public static final class Lost extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Lost(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** An operation under way; its tensors hold the result after {@link #await}. */
  public static final class Pending {
    private final String operation;
    private final ProcessGroup group;
    private final Work work;

    private Pending(String operation, ProcessGroup group, Work work) {
      this.operation = operation;
      this.group = group;
      this.work = work;
    }

    /** Waits until it is done; to be called once. */
    public void await() {
      try (work) {
        group.guarded(operation, work::_wait);
      }
    }
  }

  /**
   * Meets the others, and gives each process its share of the machine's cores.
   *
   * @param timeout the longest silence of another process, in the middle of an operation
   * @throws UserError if they do not meet
   */
  public static ProcessGroup join(Rendezvous place, Duration timeout) {
    Torch.load();
    Loader.load(torch_gloo.class);
    torch.set_num_threads(Threads.count(place.localSize()));
    Store base = meet(place);
    List<Store> stores =
        place.attempt().map(a -> List.of(new PrefixStore(a, base), base)).orElse(List.of(base));
    try (QuietOutput _ = new QuietOutput();
        Milliseconds limit = new Milliseconds(timeout.toMillis());
        var options = options(place, limit)) {
      var gloo = new ProcessGroupGloo(stores.getFirst(), place.rank(), place.size(), options);
      return new ProcessGroup(place, stores, gloo);
    } catch (RuntimeException e) {
      throw apart(place, e);
    }
  }

  private static Store meet(Rendezvous place) {
    try (TCPStoreOptions options = new TCPStoreOptions();
        Milliseconds limit = new Milliseconds(MEETING.toMillis())) {
      options.port((short) place.port());
      options.isServer(place.rank() == 0 && place.attempt().isEmpty());
      options.waitWorkers(false);
      options.timeout(limit);
      return new TCPStore(place.host(), options);
    } catch (RuntimeException e) {
      throw apart(place, e);
    }
  }

  private static ProcessGroupGloo.Options options(Rendezvous place, Milliseconds timeout) {
    ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create_default(timeout);
    if (place.loopback() && System.getenv("GLOO_SOCKET_IFNAME") == null) {
      // The machine's own name may lead nowhere; all processes are here anyway.
      options.devices(new GlooDeviceVector(ProcessGroupGloo.createDeviceForHostname("127.0.0.1")));
    }
    return options;
  }

  private static UserError apart(Rendezvous place, RuntimeException e) {
    return new UserError(
        UserError.Kind.IO,
        Message.of(
            "Process %d of %d did not meet the others at %s:%d: %s.",
            "第 %d 个进程(共 %d 个)未能在 %s:%d 与其他进程会合:%s。",
            place.rank(),
            place.size(),
            place.host(),
            place.port(),
            fact(e)),
        Message.of(
            "Check MASTER_ADDR and MASTER_PORT, and that all processes were started.",
            "请检查 MASTER_ADDR 与 MASTER_PORT,以及所有进程是否都已启动。"),
        e);
  }

  /** Which process this is, from 0. */
  public int rank() {
    return place.rank();
  }

  /** How many processes there are. */
  public int size() {
    return place.size();
  }

  /** Starts to add up a tensor [..] over all processes, in place, to the same bits in each. */
  public Pending allReduce(Tensor tensor) {
    return start("all-reduce", tensor, vector -> gloo.allreduce(vector));
  }

  /** Starts to give every process the tensor [..] of process {@code root}, in place. */
  public Pending broadcast(Tensor tensor, int root) {
    Check.that(root >= 0 && root < size(), "broadcast: there is no process %d.", root);
    try (BroadcastOptions options = new BroadcastOptions()) {
      options.rootRank(root);
      return start("broadcast", tensor, vector -> gloo.broadcast(vector, options));
    }
  }

  /** Starts to send a tensor [..]; {@code tag} tells it from others under way. */
  public Pending send(Tensor tensor, int to, int tag) {
    return start("send", tensor, vector -> gloo.send(vector, to, tag));
  }

  /** Starts to fill a tensor [..] with what process {@code from} sends under {@code tag}. */
  public Pending receive(Tensor tensor, int from, int tag) {
    return start("receive", tensor, vector -> gloo.recv(vector, from, tag));
  }

  /** Waits until all processes are here. */
  public void barrier() {
    new Pending("barrier", this, guarded("barrier", () -> gloo.barrier())).await();
  }

  private interface Operation {
    Work on(TensorVector tensors);
  }

  private Pending start(String name, Tensor tensor, Operation operation) {
    tensor.checkUsable(name);
    Check.that(
        tensor.device().equals(Device.CPU) && tensor.raw().is_contiguous(),
        "%s: %s must lie on the CPU in row order.",
        name,
        tensor.describe());
    try (TensorVector vector = new TensorVector()) {
      vector.push_back(tensor.raw());
      return new Pending(name, this, guarded(name, () -> operation.on(vector)));
    }
  }

  private <T> T guarded(String operation, Supplier<T> work) {
    Torch.GATE.enter();
    try {
      return work.get();
    } catch (RuntimeException e) {
      throw new Lost(
          String.format(
              "process %d of %d lost another one in %s (%s)",
              place.rank(), place.size(), operation, fact(e)),
          e);
    } finally {
      Torch.GATE.leave();
    }
  }

  /** The first line of what libtorch says, without the place in its source. */
  private static String fact(RuntimeException e) {
    return Torch.firstLine(String.valueOf(e.getMessage()))
        .replaceFirst("^\\[[^\\]]*\\] *", "")
        .replaceFirst("\\. *$", "");
  }

  @Override
  public void close() {
    gloo.close();
    stores.forEach(Store::close);
  }
}
