package io.zaohua.model.jinja;

import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** C's strftime in the C locale, for a time without a zone, as {@code datetime.now()} is. */
final class TimeFormat {
  private TimeFormat() {}

  static String format(String format, ZonedDateTime now) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        out.append(c);
        continue;
      }
      char directive = format.charAt(++i);
      // glibc's flags: - no padding, _ blanks, 0 zeros.
      char flag = ' ';
      if ("-_0".indexOf(directive) >= 0 && i + 1 < format.length()) {
        flag = directive;
        directive = format.charAt(++i);
      }
      String part = part(directive, now);
      out.append(flag == ' ' ? part : padded(part, flag));
    }
    return out.toString();
  }

  private static String padded(String part, char flag) {
    int digits = 0;
    while (digits < part.length() - 1
        && (part.charAt(digits) == '0' || part.charAt(digits) == ' ')) {
      digits++;
    }
    String rest = part.substring(digits);
    return switch (flag) {
      case '-' -> rest;
      case '_' -> " ".repeat(digits) + rest;
      default -> "0".repeat(digits) + rest;
    };
  }

  private static String part(char directive, ZonedDateTime now) {
    int hour12 = now.getHour() % 12 == 0 ? 12 : now.getHour() % 12;
    int monday = now.getDayOfWeek().getValue() - 1;
    int sunday = (monday + 1) % 7;
    int yearDay = now.getDayOfYear() - 1;
    return switch (directive) {
      case 'Y' -> Integer.toString(now.getYear());
      case 'C' -> two(now.getYear() / 100);
      case 'y' -> two(now.getYear() % 100);
      case 'm' -> two(now.getMonthValue());
      case 'd' -> two(now.getDayOfMonth());
      case 'e' -> blank(now.getDayOfMonth());
      case 'H' -> two(now.getHour());
      case 'k' -> blank(now.getHour());
      case 'I' -> two(hour12);
      case 'l' -> blank(hour12);
      case 'M' -> two(now.getMinute());
      case 'S' -> two(now.getSecond());
      case 'f' -> "%06d".formatted(now.get(ChronoField.MICRO_OF_SECOND));
      case 'p' -> now.getHour() < 12 ? "AM" : "PM";
      case 'P' -> now.getHour() < 12 ? "am" : "pm";
      case 'j' -> "%03d".formatted(now.getDayOfYear());
      case 'a' -> now.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.US);
      case 'A' -> now.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.US);
      case 'b', 'h' -> now.getMonth().getDisplayName(TextStyle.SHORT, Locale.US);
      case 'B' -> now.getMonth().getDisplayName(TextStyle.FULL, Locale.US);
      case 'u' -> Integer.toString(monday + 1);
      case 'w' -> Integer.toString(sunday);
      case 'U' -> two((yearDay + 7 - sunday) / 7);
      case 'W' -> two((yearDay + 7 - monday) / 7);
      case 'V' -> two(now.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
      case 'G' -> Integer.toString(now.get(IsoFields.WEEK_BASED_YEAR));
      case 'g' -> two(now.get(IsoFields.WEEK_BASED_YEAR) % 100);
      case 's' -> Long.toString(now.toEpochSecond());
      case 'c' -> format("%a %b %e %H:%M:%S %Y", now);
      case 'D', 'x' -> format("%m/%d/%y", now);
      case 'F' -> format("%Y-%m-%d", now);
      case 'T', 'X' -> format("%H:%M:%S", now);
      case 'R' -> format("%H:%M", now);
      case 'r' -> format("%I:%M:%S %p", now);
      case 'n' -> "\n";
      case 't' -> "\t";
      case 'z', 'Z' -> "";
      case '%' -> "%";
      default -> "%" + directive;
    };
  }

  private static String two(int number) {
    return "%02d".formatted(number);
  }

  private static String blank(int number) {
    return "%2d".formatted(number);
  }
}
