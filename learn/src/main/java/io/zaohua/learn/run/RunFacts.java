package io.zaohua.learn.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zaohua.learn.recipe.Recipe;
import io.zaohua.model.Version;
import io.zaohua.tensor.NativeParts;
import java.time.Instant;

/** What a run's folder says of it: recipe.yaml and run.json. */
final class RunFacts {
  private RunFacts() {}

  static void write(
      RunFolder folder, Recipe recipe, Subject subject, int steps, int done, int processes) {
    folder.write("recipe.yaml", recipe.text());
    ObjectNode json = new ObjectMapper().createObjectNode();
    json.put("zaohua", Version.current());
    json.put("java", System.getProperty("java.version", ""));
    json.put("libtorch", NativeParts.version());
    json.put("system", NativeParts.here().platform());
    json.put("seed", recipe.pace().seed());
    json.put("weights", subject.weights());
    json.put("processes", processes);
    json.put("steps", steps);
    json.put("begun_after_step", done);
    json.put("time", Instant.now().toString());
    folder.write("run.json", json.toPrettyString() + "\n");
  }
}
