package io.zaohua.learn;

import io.zaohua.tensor.Scope;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** After every test of this module no tensor may be open. JUnit finds it as a service. */
public final class LeakCheck implements AfterEachCallback {
  @Override
  public void afterEach(ExtensionContext context) {
    if (Scope.liveTensors() != 0) {
      throw new AssertionError(
          context.getDisplayName() + " left " + Scope.liveTensors() + " tensors open.");
    }
  }
}
