package io.zaohua.model.safetensors;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.zaohua.model.file.FileBytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which shard holds which tensor ({@code model.safetensors.index.json}).
 *
 * @param path of the index itself
 * @param shards file name in the index's folder by tensor name
 */
record SafetensorsIndex(Path path, Map<String, String> shards) {
  static final String WEIGHT_MAP = "weight_map";

  SafetensorsIndex {
    shards = Collections.unmodifiableMap(new LinkedHashMap<>(shards));
  }

  static SafetensorsIndex read(Path path) {
    try (var file = FileBytes.open(path)) {
      if (file.size() > SafetensorsHeader.MAX_BYTES) {
        throw file.invalid("an index of %d bytes was not expected", "索引不应有 %d 字节", file.size());
      }
      byte[] json = new byte[(int) file.size()];
      file.read(0, MemorySegment.ofArray(json));
      return new SafetensorsIndex(path, parse(file, json));
    }
  }

  private static Map<String, String> parse(FileBytes file, byte[] json) {
    var utf8 = StandardCharsets.UTF_8.newDecoder(); // throws on malformed input
    try (var in =
        SafetensorsHeader.JSON.createParser(
            new InputStreamReader(new ByteArrayInputStream(json), utf8))) {
      expect(file, in.nextToken() == JsonToken.START_OBJECT);
      var shards = new LinkedHashMap<String, String>();
      while (in.nextToken() == JsonToken.FIELD_NAME) {
        boolean weights = in.currentName().equals(WEIGHT_MAP);
        in.nextToken();
        if (weights) {
          expect(file, shards.isEmpty() && in.currentToken() == JsonToken.START_OBJECT);
          readShards(file, in, shards);
        } else {
          in.skipChildren();
        }
      }
      expect(file, in.currentToken() == JsonToken.END_OBJECT && !shards.isEmpty());
      return shards;
    } catch (IOException _) {
      throw file.invalid("the index is no valid JSON in UTF-8", "索引不是有效的 UTF-8 JSON");
    }
  }

  private static void readShards(FileBytes file, JsonParser in, Map<String, String> shards)
      throws IOException {
    while (in.nextToken() == JsonToken.FIELD_NAME) {
      String tensor = in.currentName();
      expect(file, in.nextToken() == JsonToken.VALUE_STRING);
      String shard = in.getText();
      // A name that leaves the folder would read any file of the machine.
      if (shard.contains("/") || shard.contains("\\") || !shard.endsWith(".safetensors")) {
        throw file.invalid(
            "it names the shard %s, a .safetensors file in the same folder was expected",
            "它给出的分片 %s 应为同一文件夹中的 .safetensors 文件", FileBytes.shown(shard));
      }
      if (shards.put(tensor, shard) != null) {
        throw file.invalid("the name %s stands twice", "名称 %s 重复", FileBytes.shown(tensor));
      }
      if (shards.size() > 4 * SafetensorsHeader.MAX_TENSORS) {
        throw file.invalid(
            "it has more than %d tensors", "张量超过 %d 个", 4 * SafetensorsHeader.MAX_TENSORS);
      }
    }
    expect(file, in.currentToken() == JsonToken.END_OBJECT);
  }

  private static void expect(FileBytes file, boolean holds) {
    if (!holds) {
      throw file.invalid(
          "this is no index: an object weight_map from tensor names to files was expected",
          "这不是索引:应有从张量名到文件名的对象 weight_map");
    }
  }

  /** An index as a file. */
  static byte[] json(Map<String, String> shards, long totalBytes) {
    var bytes = new ByteArrayOutputStream();
    try (var json = SafetensorsHeader.JSON.createGenerator(bytes).useDefaultPrettyPrinter()) {
      json.writeStartObject();
      json.writeObjectFieldStart("metadata");
      json.writeNumberField("total_size", totalBytes);
      json.writeEndObject();
      json.writeObjectFieldStart(WEIGHT_MAP);
      for (var entry : shards.entrySet()) {
        json.writeStringField(entry.getKey(), entry.getValue());
      }
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** The shards, each once, in order of name. */
  List<Path> paths() {
    return shards.values().stream().distinct().sorted().map(path::resolveSibling).toList();
  }

  void requireAll(Set<String> found) {
    for (var entry : shards.entrySet()) {
      if (!found.contains(entry.getKey())) {
        try (var file = FileBytes.open(path.resolveSibling(entry.getValue()))) {
          throw file.invalid(
              "the tensor %s, which the index places here, is missing",
              "缺少索引指明在此的张量 %s", FileBytes.shown(entry.getKey()));
        }
      }
    }
  }
}
