package io.zaohua.model.convert;

import io.zaohua.model.Message;
import java.nio.file.Path;
import java.util.List;

/**
 * What a conversion wrote.
 *
 * @param files all files
 * @param notes what another program will read differently, or what could not be carried over
 */
public record Report(List<Path> files, List<Message> notes) {
  public Report {
    files = List.copyOf(files);
    notes = List.copyOf(notes);
  }
}
