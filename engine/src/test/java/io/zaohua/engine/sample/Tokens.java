package io.zaohua.engine.sample;

/** A history written out in a test. */
record Tokens(int... ids) implements TokenHistory {
  @Override
  public int length() {
    return ids.length;
  }

  @Override
  public int promptLength() {
    return 0;
  }

  @Override
  public int get(int index) {
    return ids[index];
  }
}
