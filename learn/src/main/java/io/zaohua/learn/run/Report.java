package io.zaohua.learn.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A run on one page that needs nothing else: curves, samples, recipe, versions. */
final class Report {
  private static final Map<String, String> CHINESE =
      Map.of(
          "loss", "损失",
          "validation_loss", "留出损失",
          "lr", "学习率",
          "grad_norm", "梯度范数",
          "tokens_per_second", "词元/秒");

  /** Numbers of a line that make no curve of their own. */
  private static final Set<String> OTHER = Set.of("step", "tokens", "time", "validation_loss");

  private static final int SAMPLES = 60;

  private Report() {}

  /** The page of what stands in a run's folder. */
  static String of(Path folder, String recipe, String run) {
    Map<String, List<Chart.Point>> curves = new LinkedHashMap<>();
    for (String file : List.of("metrics.jsonl", "speed.jsonl")) {
      StepLines.read(folder.resolve(file)).forEach(line -> collect(line, curves));
    }
    StringBuilder page = new StringBuilder();
    page.append(
        """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>Training report · 训练报告</title>
        <style>
        body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 88rem; padding: 0 1rem;
               color: #1f2937; background: #fff }
        .curves { display: grid; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); gap: 1rem }
        h2 { font-size: 1rem; margin: 1.2rem 0 .2rem }
        svg { width: 100%; height: auto } svg text { font-size: 11px; fill: currentColor }
        .grid { stroke: currentColor; opacity: .15 } polyline { stroke-width: 1.5 }
        pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #8881; padding: .6rem }
        table { border-collapse: collapse; width: 100% } td, th { text-align: left; vertical-align: top;
               border-top: 1px solid #8884; padding: .3rem .5rem; white-space: pre-wrap }
        @media (prefers-color-scheme: dark) { body { color: #e5e7eb; background: #111827 } }
        </style></head><body>
        <h1>Training report · 训练报告</h1>
        """);
    page.append("<p>").append(escaped(folder.toString())).append("</p>\n<div class=\"curves\">\n");
    curves.forEach(
        (name, points) -> {
          if (!OTHER.contains(name)) {
            page.append("<section><h2>").append(title(name)).append("</h2>\n");
            page.append(Chart.svg(together(name, points, curves))).append("</section>\n");
          }
        });
    page.append("</div>\n");
    samples(page, StepLines.read(folder.resolve("samples.jsonl")));
    page.append("<h2>Recipe · 配方</h2>\n<pre>").append(escaped(recipe)).append("</pre>\n");
    page.append("<h2>Versions · 版本</h2>\n<pre>").append(escaped(run)).append("</pre>\n");
    return page.append("</body></html>\n").toString();
  }

  /** The loss held out is drawn over the loss. */
  private static List<Chart.Curve> together(
      String name, List<Chart.Point> points, Map<String, List<Chart.Point>> curves) {
    List<Chart.Curve> drawn = new ArrayList<>();
    drawn.add(new Chart.Curve(title(name), points));
    if (name.equals("loss")) {
      String held = "validation_loss";
      drawn.add(new Chart.Curve(title(held), curves.getOrDefault(held, List.of())));
    }
    return drawn;
  }

  private static void collect(ObjectNode line, Map<String, List<Chart.Point>> curves) {
    double step = line.path("step").asDouble();
    for (Map.Entry<String, JsonNode> entry : line.properties()) {
      double value = entry.getValue().asDouble(Double.NaN);
      if (entry.getValue().isNumber() && Double.isFinite(value)) {
        curves
            .computeIfAbsent(entry.getKey(), _ -> new ArrayList<>())
            .add(new Chart.Point(step, value));
      }
    }
  }

  private static void samples(StringBuilder page, List<ObjectNode> lines) {
    if (lines.isEmpty()) {
      return;
    }
    page.append("<h2>Samples · 样例</h2>\n<table><tr><th>step · 步</th>");
    page.append("<th>prompt · 提示</th><th>text · 文本</th></tr>\n");
    for (ObjectNode line : lines.subList(Math.max(0, lines.size() - SAMPLES), lines.size())) {
      page.append("<tr><td>").append(line.path("step").asInt()).append("</td>");
      for (String key : List.of("prompt", "text")) {
        page.append("<td>").append(escaped(line.path(key).asText())).append("</td>");
      }
      page.append("</tr>\n");
    }
    page.append("</table>\n");
  }

  private static String title(String name) {
    String english = name.replace('_', ' ');
    String chinese = CHINESE.getOrDefault(name, "");
    return escaped(chinese.isEmpty() ? english : english + " · " + chinese);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
