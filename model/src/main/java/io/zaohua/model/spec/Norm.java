package io.zaohua.model.spec;

/**
 * A normalisation.
 *
 * @param kind RMS (Zhang and Sennrich 2019), LAYER (Ba et al. 2016), or NONE
 * @param eps added to the mean square or the variance
 * @param bias whether a bias is added (LAYER)
 */
public record Norm(Kind kind, float eps, boolean bias) {
  public Norm {
    Check.that(eps >= 0 && eps < Float.POSITIVE_INFINITY, "epsilon of a norm", eps);
  }

  /** No norm at this place. */
  public static final Norm NONE = new Norm(Kind.NONE, 0, false);

  public enum Kind {
    NONE,
    RMS,
    LAYER
  }

  public static Norm rms(float eps) {
    return new Norm(Kind.RMS, eps, false);
  }

  public static Norm layer(float eps) {
    return new Norm(Kind.LAYER, eps, true);
  }

  public boolean present() {
    return kind != Kind.NONE;
  }
}
