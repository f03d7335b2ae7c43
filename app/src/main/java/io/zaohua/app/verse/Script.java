package io.zaohua.app.verse;

import com.github.houbb.opencc4j.util.ZhConverterUtil;
import java.util.Locale;
import java.util.Set;

/** The two ways of writing Chinese. poet knows the traditional one only. */
public enum Script {
  SIMPLIFIED,
  TRADITIONAL;

  private static final Set<String> TRADITIONAL_REGIONS = Set.of("TW", "HK", "MO");

  /**
   * The script of a text. Where all characters are the same in both, it is the traditional one in a
   * Taiwan, Hong Kong or Macao locale and the simplified one elsewhere.
   */
  public static Script of(String text) {
    if (!ZhConverterUtil.toSimple(text).equals(text)) {
      return TRADITIONAL;
    }
    boolean either = ZhConverterUtil.toTraditional(text).equals(text);
    return either && TRADITIONAL_REGIONS.contains(Locale.getDefault().getCountry())
        ? TRADITIONAL
        : SIMPLIFIED;
  }

  /** A text of this script in traditional characters. */
  public String toTraditional(String text) {
    return this == TRADITIONAL ? text : ZhConverterUtil.toTraditional(text);
  }

  /** A text in traditional characters in this script. */
  public String fromTraditional(String text) {
    return this == TRADITIONAL ? text : ZhConverterUtil.toSimple(text);
  }
}
