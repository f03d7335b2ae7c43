package io.zaohua.model.hub;

/** A secret for the hub; never printed. */
record HubToken(String secret) {
  @Override
  public String toString() {
    return "HubToken[hidden]";
  }
}
