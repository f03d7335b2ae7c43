package io.zaohua.engine.kernel;

import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.lang.foreign.MemorySegment;

/** From stored rows to one group in kernel layout. */
interface Packer {
  /** Dwords of a group. */
  int ints();

  /** One thread's packer, with its buffers. */
  Work work();

  /** Packs group after group. */
  @FunctionalInterface
  interface Work {
    /**
     * The group's image, valid until the next call.
     *
     * @param stored rows one after another from byte {@code at} on
     * @param count rows, at most {@link Lanes#GROUP}; the image's other rows are zero
     */
    int[] pack(MemorySegment stored, long at, int count);
  }

  static UserError notFinite() {
    return new UserError(
        UserError.Kind.INPUT,
        Message.of("The weights contain NaN or infinity.", "权重中含有 NaN 或无穷大。"),
        Message.of(
            "The file is damaged or was badly converted: fetch or convert it again.",
            "文件已损坏或转换有误:请重新下载或转换。"));
  }
}
