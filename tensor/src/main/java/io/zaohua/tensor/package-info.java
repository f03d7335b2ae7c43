/**
 * libtorch behind one wall: tensors, their memory, random numbers and gradients, and only the
 * operations that models need. JavaCPP's types stay inside this package: no public signature shows
 * one, and no other package imports them. {@code learn} may enter; commands that need no gradients
 * must not, since the first {@link io.zaohua.tensor.Scope} loads 360 MB of libtorch. From {@code
 * model} it takes {@code UserError} and {@code Message} only.
 *
 * <p>Start reading at {@link io.zaohua.tensor.Scope}, then {@link io.zaohua.tensor.Tensor}.
 */
@NullMarked
package io.zaohua.tensor;

import org.jspecify.annotations.NullMarked;
