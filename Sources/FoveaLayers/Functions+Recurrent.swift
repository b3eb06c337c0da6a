import FoveaGraph

/// What a recurrent layer makes of a sequence.
public struct RecurrentResult {
  /// The last layer's state after each step: `[N, T, directions · hiddenSize]`, or `[T, N, …]` where the time comes first.
  public let sequence: SymbolicTensor
  /// Each layer's state after its last step, forwards then backwards: `[layers · directions, N, hiddenSize]`.
  public let hidden: SymbolicTensor
  /// The same of the cell's memory; `nil` for a GRU.
  public let cell: SymbolicTensor?
}

/// A step of a long short-term memory: from the gates' sums to the next state.
///
/// Gates lie in PyTorch's order: input, forget, candidate, output.
func lstmStep(_ gates: SymbolicTensor, size: Int, cell: SymbolicTensor)
  throws(GraphError) -> (hidden: SymbolicTensor, cell: SymbolicTensor)
{
  let input = try sigmoid(try gates.part(0, of: size))
  let candidate = try tanh(try gates.part(2, of: size))
  let output = try sigmoid(try gates.part(3, of: size))
  let next = try sigmoid(try gates.part(1, of: size)) * cell + input * candidate
  return (try output * tanh(next), next)
}

/// A step of a gated recurrent unit: from what the input and the state add to the gates to the next state.
///
/// Gates lie in PyTorch's order: reset, update, candidate.
func gruStep(
  _ gates: SymbolicTensor, recurrent: SymbolicTensor, size: Int, hidden: SymbolicTensor
) throws(GraphError) -> SymbolicTensor {
  func sum(_ index: Int) throws(GraphError) -> SymbolicTensor {
    try gates.part(index, of: size) + recurrent.part(index, of: size)
  }
  let update = try sigmoid(try sum(1))
  let candidate = try tanh(
    try gates.part(2, of: size) + sigmoid(try sum(0)) * recurrent.part(2, of: size))
  // (1 − z) · n + z · h
  return try candidate + update * (hidden - candidate)
}

extension SymbolicTensor {
  /// Part `index` of the last axis, cut into parts of `size`.
  func part(_ index: Int, of size: Int) throws(GraphError) -> SymbolicTensor {
    try tracer.append(
      Slice(axis: -1, start: index * size, end: (index + 1) * size), [self])[0]
  }

  /// What lies at `step` along the time, which is axis 0 or 1 of three.
  func step(_ step: Int, alongAxis axis: Int) throws(GraphError) -> SymbolicTensor {
    let kept = try tracer.append(Slice(axis: axis, start: step, end: step + 1), [self])[0]
    return try tracer.append(FoveaGraph.Flatten(startAxis: 0, endAxis: 1), [kept])[0]
  }
}

/// Tensors of one shape, put one after another along a new axis.
func stack(_ parts: [SymbolicTensor], axis: Int) throws(GraphError) -> SymbolicTensor {
  var unsqueezed: [SymbolicTensor] = []
  for part in parts {
    unsqueezed.append(try part.tracer.append(Unsqueeze(axes: [axis]), [part])[0])
  }
  return try concatenate(unsqueezed, axis: axis)
}
