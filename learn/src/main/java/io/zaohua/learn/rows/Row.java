package io.zaohua.learn.rows;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.model.Message;
import io.zaohua.model.UserError;
import java.nio.file.Path;

/**
 * A record of a data file.
 *
 * @param place where it stands
 * @param value its keys and values
 */
public record Row(Place place, ObjectNode value) {

  /**
   * A place in a data file.
   *
   * @param line from 1: a line of a text file, a row of a Parquet file
   */
  public record Place(Path file, long line) {

    /** What is wrong there, with the place said first. */
    public UserError wrong(UserError error) {
      Message fact = error.fact();
      return new UserError(
          error.kind(),
          new Message(
              "%s, line %d: %s".formatted(file, line, fact.english()),
              "%s 第 %d 行:%s".formatted(file, line, fact.chinese())),
          error.remedy(),
          error);
    }

    /** A record that cannot be read. */
    public UserError broken(Message fact) {
      return wrong(
          new UserError(
              UserError.Kind.INPUT,
              fact,
              Message.of(
                  "Mend the line, or leave such lines out with data.broken: skip.",
                  "请修正该行,或用 data.broken: skip 略去这样的行。")));
    }

    @Override
    public String toString() {
      return file.getFileName() + ":" + line;
    }
  }
}
