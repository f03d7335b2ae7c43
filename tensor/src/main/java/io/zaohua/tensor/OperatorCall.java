package io.zaohua.tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.TensorType;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Type;

/**
 * One call of an operator that libtorch has and JavaCPP's presets do not name, such as {@code
 * aten::_fused_adamw_}. Arguments are given in the order of its schema
 * (aten/src/ATen/native/native_functions.yaml), all of them: a boxed call knows no defaults.
 */
final class OperatorCall {
  private record Name(String operator, String overload) {}

  /** Found once and kept for good: the dispatcher never forgets an operator. */
  private static final Map<Name, OperatorHandle> KNOWN = new ConcurrentHashMap<>();

  private final Name name;
  private final List<IValue> arguments = new ArrayList<>();
  private final List<Tensor> operands = new ArrayList<>();

  /**
   * @param operator such as {@code aten::_foreach_norm}
   * @param overload such as {@code Scalar}; empty for the plain one
   */
  OperatorCall(String operator, String overload) {
    name = new Name(operator, overload);
  }

  OperatorCall tensors(List<Tensor> tensors) {
    try (Type.TypePtr kind = new Type.TypePtr(TensorType.get());
        GenericList list = new GenericList(kind)) {
      for (Tensor tensor : tensors) {
        tensor.checkUsable(name.operator());
        operands.add(tensor);
        try (IValue value = new IValue(tensor.raw())) {
          list.push_back(value);
        }
      }
      arguments.add(new IValue(list));
    }
    return this;
  }

  OperatorCall number(double value) {
    arguments.add(new IValue(value));
    return this;
  }

  OperatorCall flag(boolean value) {
    arguments.add(new IValue(value));
    return this;
  }

  /** An optional argument that is not given. */
  OperatorCall nothing() {
    arguments.add(new IValue());
    return this;
  }

  /** Calls an operator that changes its arguments and gives nothing back. */
  void run() {
    call(_ -> {});
  }

  /** Calls an operator that gives back a list of tensors; they belong to the scope that is open. */
  List<Tensor> list() {
    Scope scope = Scope.current();
    List<Tensor> results = new ArrayList<>();
    call(
        stack -> {
          try (TensorVector made = stack.get(0).toTensorVector()) {
            for (long i = 0; i < made.size(); i++) {
              results.add(scope.adopt(new org.bytedeco.pytorch.Tensor(made.get(i))));
            }
          }
        });
    return results;
  }

  /** The arguments are taken from the stack, the results left on it. */
  private void call(Consumer<IValueVector> results) {
    Torch.run(
        name.operator(),
        () -> {
          try (IValueVector stack = new IValueVector(arguments.toArray(IValue[]::new))) {
            KNOWN.computeIfAbsent(name, OperatorCall::find).callBoxed(stack);
            results.accept(stack);
          } finally {
            arguments.forEach(IValue::close);
          }
        },
        operands.toArray(Tensor[]::new));
  }

  private static OperatorHandle find(Name name) {
    return Dispatcher.singleton().findSchemaOrThrow(name.operator(), name.overload());
  }
}
