package io.zaohua.learn.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Curves over steps as one SVG picture. */
final class Chart {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 240;
  private static final int LEFT = 64;
  private static final int RIGHT = 12;
  private static final int TOP = 12;
  private static final int BOTTOM = 28;
  private static final int POINTS = 500;
  private static final List<String> COLOURS = List.of("#2563eb", "#dc2626", "#059669");

  private Chart() {}

  /** A value at a step. */
  record Point(double step, double value) {}

  /** A named curve. */
  record Curve(String name, List<Point> points) {
    Curve {
      points = List.copyOf(points);
    }
  }

  /** The picture; curves without points are left out, and without any of them it is empty. */
  static String svg(List<Curve> curves) {
    List<Curve> drawn =
        curves.stream()
            .filter(c -> !c.points().isEmpty())
            .map(c -> new Curve(c.name(), thinned(c.points())))
            .toList();
    if (drawn.isEmpty()) {
      return "";
    }
    List<Point> all = drawn.stream().flatMap(c -> c.points().stream()).toList();
    var x = Scale.of(all.stream().mapToDouble(Point::step).toArray(), LEFT, WIDTH - RIGHT);
    var y = Scale.of(all.stream().mapToDouble(Point::value).toArray(), HEIGHT - BOTTOM, TOP);
    StringBuilder svg = new StringBuilder();
    svg.append(format("<svg viewBox=\"0 0 %d %d\" role=\"img\">\n", WIDTH, HEIGHT));
    for (int i = 0; i <= 4; i++) {
      double value = y.low() + (y.high() - y.low()) * i / 4;
      double at = y.place(value);
      svg.append(format("<line class=\"grid\" x1=\"%d\" x2=\"%d\"", LEFT, WIDTH - RIGHT));
      svg.append(format(" y1=\"%.1f\" y2=\"%.1f\"/>", at, at));
      svg.append(format("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">", LEFT - 6, at + 4));
      svg.append(format("%.4g</text>\n", value));
    }
    for (double step : new double[] {x.low(), x.high()}) {
      String anchor = step == x.low() ? "start" : "end";
      svg.append(format("<text x=\"%.1f\" y=\"%d\"", x.place(step), HEIGHT - 8));
      svg.append(format(" text-anchor=\"%s\">%.0f</text>\n", anchor, step));
    }
    for (int i = 0; i < drawn.size(); i++) {
      String colour = COLOURS.get(i % COLOURS.size());
      svg.append(format("<polyline fill=\"none\" stroke=\"%s\" points=\"", colour));
      for (Point p : drawn.get(i).points()) {
        svg.append(format("%.1f,%.1f ", x.place(p.step()), y.place(p.value())));
      }
      svg.append("\"/>\n");
      if (drawn.size() > 1) {
        svg.append(format("<text x=\"%d\" y=\"%d\" ", WIDTH - RIGHT - 4, TOP + 14 * (i + 1)));
        svg.append(format("text-anchor=\"end\" style=\"fill:%s\">", colour));
        svg.append(drawn.get(i).name()).append("</text>\n");
      }
    }
    return svg.append("</svg>\n").toString();
  }

  /** Means of as many neighbours as leave few enough points. */
  private static List<Point> thinned(List<Point> points) {
    int each = Math.ceilDiv(points.size(), POINTS);
    List<Point> kept = new ArrayList<>();
    for (int from = 0; from < points.size(); from += each) {
      List<Point> some = points.subList(from, Math.min(points.size(), from + each));
      kept.add(
          new Point(
              some.stream().mapToDouble(Point::step).average().orElse(0),
              some.stream().mapToDouble(Point::value).average().orElse(0)));
    }
    return kept;
  }

  /** Values to places in the picture. */
  private record Scale(double low, double high, double from, double to) {

    static Scale of(double[] values, double from, double to) {
      double low = Double.POSITIVE_INFINITY;
      double high = Double.NEGATIVE_INFINITY;
      for (double value : values) {
        low = Math.min(low, value);
        high = Math.max(high, value);
      }
      return low == high
          ? new Scale(low - 0.5, high + 0.5, from, to)
          : new Scale(low, high, from, to);
    }

    double place(double value) {
      return from + (to - from) * (value - low) / (high - low);
    }
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
