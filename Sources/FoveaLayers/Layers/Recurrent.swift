public import FoveaGraph

/// The settings that LSTM and GRU share, as PyTorch names them.
public struct RecurrentSettings: Hashable, Sendable {
  /// Numbers in a state.
  public let hiddenSize: Int
  /// Layers, each of which reads the states of the one before.
  public let layers: Int
  /// Whether gates add numbers of their own.
  public let bias: Bool
  /// Whether the input is `[N, T, features]`, and not `[T, N, features]`.
  public let batchFirst: Bool
  /// Whether a second pass reads each layer's input backwards.
  public let bidirectional: Bool
}

/// A long short-term memory: `[N, T, features] → [N, T, directions · hiddenSize]`.
///
/// `i, f, o = σ(…)`, `g = tanh(…)`, each of `W x + b + U h + c`; `memory ← f · memory + i · g`, `h ← o · tanh(memory)`.
/// Parameters are PyTorch's: `weight_ih_l0` `[4 · hiddenSize, features]`, `weight_hh_l0` `[4 · hiddenSize, hiddenSize]`,
/// `bias_ih_l0` and `bias_hh_l0` `[4 · hiddenSize]`, with gates in the order i, f, g, o; `_l1` and so on for further
/// layers, `_reverse` for the second direction. The steps are written out in the graph, so the number of steps is
/// settled when the model is built. The first states are zero.
///
/// - SeeAlso: S. Hochreiter and J. Schmidhuber, *Long Short-Term Memory*, doi:10.1162/neco.1997.9.8.1735.
public struct LSTM: Layer {
  /// What it shares with a GRU.
  public let settings: RecurrentSettings

  /// Makes a layer; unlike PyTorch's, its input has the batch first unless told otherwise.
  public init(
    _ hiddenSize: Int, layers: Int = 1, bias: Bool = true, batchFirst: Bool = true,
    bidirectional: Bool = false
  ) {
    settings = RecurrentSettings(
      hiddenSize: hiddenSize, layers: layers, bias: bias, batchFirst: batchFirst,
      bidirectional: bidirectional)
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try run(input).sequence
  }

  /// The sequence and the last states, with the parameters under `name`.
  public func states(_ input: SymbolicTensor, named name: String) throws(GraphError)
    -> RecurrentResult
  {
    try input.tracer.scoped(.name(name)) { () throws(GraphError) in try run(input) }
  }

  private func run(_ input: SymbolicTensor) throws(GraphError) -> RecurrentResult {
    try settings.unrolled("LSTM", input, gates: 4) { (gates, weights, state) throws(GraphError) in
      var sums = gates
      if let state {
        sums = try sums + weights.recurrent(state.hidden)
      } else if let bias = weights.hiddenBias {
        sums = try sums + bias
      }
      let next = try lstmStep(sums, size: settings.hiddenSize, cell: state?.cell)
      return RecurrentState(hidden: next.hidden, cell: next.cell)
    }
  }
}

/// A layer of gated recurrent units: `[N, T, features] → [N, T, directions · hiddenSize]`.
///
/// `r, z = σ(W x + b + U h + c)`, `n = tanh(W x + b + r · (U h + c))`, `h ← (1 − z) · n + z · h`. Parameters are named as
/// those of `LSTM`, with three gates in the order r, z, n.
///
/// - SeeAlso: K. Cho et al., arXiv:1406.1078; the place of `r` is PyTorch's.
public struct GRU: Layer {
  /// What it shares with an LSTM.
  public let settings: RecurrentSettings

  /// Makes a layer; unlike PyTorch's, its input has the batch first unless told otherwise.
  public init(
    _ hiddenSize: Int, layers: Int = 1, bias: Bool = true, batchFirst: Bool = true,
    bidirectional: Bool = false
  ) {
    settings = RecurrentSettings(
      hiddenSize: hiddenSize, layers: layers, bias: bias, batchFirst: batchFirst,
      bidirectional: bidirectional)
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try run(input).sequence
  }

  /// The sequence and the last states, with the parameters under `name`.
  public func states(_ input: SymbolicTensor, named name: String) throws(GraphError)
    -> RecurrentResult
  {
    try input.tracer.scoped(.name(name)) { () throws(GraphError) in try run(input) }
  }

  private func run(_ input: SymbolicTensor) throws(GraphError) -> RecurrentResult {
    try settings.unrolled("GRU", input, gates: 3) { (gates, weights, state) throws(GraphError) in
      let recurrent = try state.map { state throws(GraphError) in
        try weights.recurrent(state.hidden)
      }
      let next = try gruStep(
        gates, recurrent: recurrent ?? weights.hiddenBias, size: settings.hiddenSize,
        hidden: state?.hidden)
      return RecurrentState(hidden: next, cell: nil)
    }
  }
}

/// What goes from one step to the next.
struct RecurrentState {
  let hidden: SymbolicTensor
  let cell: SymbolicTensor?
}

/// The parameters of one layer in one direction.
struct RecurrentWeights {
  let input: [SymbolicTensor]
  let hidden: SymbolicTensor
  let hiddenBias: SymbolicTensor?

  /// Declares `weight_ih`, `weight_hh` and the biases, with a suffix.
  init(
    _ tracer: Tracer, suffix: String, features: Int, hiddenSize: Int, gates: Int, bias: Bool
  ) throws(GraphError) {
    let initializer = Initializer.pytorchBias(fanIn: hiddenSize)
    func declare(_ name: String, _ extents: [Int]) throws(GraphError) -> SymbolicTensor {
      try tracer.parameter(name + suffix, extents, initializer)
    }
    let rows = gates * hiddenSize
    let weight = try declare("weight_ih", [rows, features])
    hidden = try declare("weight_hh", [rows, hiddenSize])
    input = bias ? [weight, try declare("bias_ih", [rows])] : [weight]
    hiddenBias = bias ? try declare("bias_hh", [rows]) : nil
  }

  /// What inputs add to the gates.
  func gates(_ inputs: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try inputs.tracer.append(FoveaGraph.Linear(), [inputs] + input)[0]
  }

  /// What a state adds to the gates.
  func recurrent(_ state: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let bias = hiddenBias.map { [$0] } ?? []
    return try state.tracer.append(FoveaGraph.Linear(), [state, hidden] + bias)[0]
  }
}

extension RecurrentSettings {
  /// A step: from what the input adds to the gates and the state before, `nil` at first, to the next state.
  typealias Step = (SymbolicTensor, RecurrentWeights, RecurrentState?) throws(GraphError) ->
    RecurrentState

  /// All layers in all directions, step by step.
  func unrolled(
    _ name: String, _ input: SymbolicTensor, gates: Int, _ step: Step
  ) throws(GraphError) -> RecurrentResult {
    let tracer = input.tracer
    guard input.shape.rank == 3 else {
      throw .operation(path: tracer.path, .rank(name, expected: 3, actual: input.shape))
    }
    let axis = batchFirst ? 1 : 0
    let steps = input.shape[axis]
    guard hiddenSize > 0, 1...64 ~= layers else {
      throw .operation(
        path: tracer.path,
        .setting(
          name, name: "hidden size and layers", value: "\(hiddenSize), \(layers)",
          allowed: "1 or more, and 1 to 64"))
    }
    guard 1...Self.mostSteps ~= steps else {
      throw .operation(
        path: tracer.path,
        .setting(name, name: "steps", value: "\(steps)", allowed: "1 to \(Self.mostSteps)"))
    }
    var sequence = input
    var last: [RecurrentState] = []
    for layer in 0..<layers {
      var directions: [SymbolicTensor] = []
      for isReverse in bidirectional ? [false, true] : [false] {
        let weights = try RecurrentWeights(
          tracer, suffix: "_l\(layer)" + (isReverse ? "_reverse" : ""),
          features: sequence.shape[2], hiddenSize: hiddenSize, gates: gates, bias: bias)
        let sums = try weights.gates(sequence)
        var states: [RecurrentState] = []
        for index in 0..<steps {
          let sum = try sums.step(isReverse ? steps - 1 - index : index, alongAxis: axis)
          states.append(try step(sum, weights, states.last))
        }
        last.append(states[steps - 1])
        let inOrder = isReverse ? states.reversed() : states
        directions.append(try stack(inOrder.map(\.hidden), axis: axis))
      }
      sequence = directions.count == 1 ? directions[0] : try concatenate(directions, axis: 2)
    }
    let cells = last.compactMap(\.cell)
    return RecurrentResult(
      sequence: sequence, hidden: try stack(last.map(\.hidden), axis: 0),
      cell: cells.isEmpty ? nil : try stack(cells, axis: 0))
  }

  /// The most steps that are written out.
  static let mostSteps = 1024
}

/// One step of an LSTM, for networks that go from step to step by themselves.
///
/// Parameters are `weight_ih`, `weight_hh`, `bias_ih` and `bias_hh`, as those of `LSTM`.
public struct LSTMCell: Sendable {
  /// Numbers in a state.
  public let hiddenSize: Int
  /// Whether gates add numbers of their own.
  public let bias: Bool
  /// The path of the parameters, from the root; each call shares them.
  public let path: String

  /// Makes a cell; all its calls in a network share the parameters at `path`.
  public init(_ hiddenSize: Int, bias: Bool = true, path: String) {
    self.hiddenSize = hiddenSize
    self.bias = bias
    self.path = path
  }

  /// The next state: of `[N, features]` and the state before, or of zeros where there is none.
  public func callAsFunction(
    _ input: SymbolicTensor, state: (hidden: SymbolicTensor, cell: SymbolicTensor)? = nil
  ) throws(GraphError) -> (hidden: SymbolicTensor, cell: SymbolicTensor) {
    try input.tracer.scoped(.shared(path)) { () throws(GraphError) in
      let weights = try input.cellWeights("LSTMCell", hiddenSize: hiddenSize, gates: 4, bias: bias)
      var gates = try weights.gates(input)
      if let state {
        gates = try gates + weights.recurrent(state.hidden)
      } else if let bias = weights.hiddenBias {
        gates = try gates + bias
      }
      return try lstmStep(gates, size: hiddenSize, cell: state?.cell)
    }
  }
}

/// One step of a GRU, for networks that go from step to step by themselves.
///
/// Parameters are `weight_ih`, `weight_hh`, `bias_ih` and `bias_hh`, as those of `GRU`.
public struct GRUCell: Sendable {
  /// Numbers in a state.
  public let hiddenSize: Int
  /// Whether gates add numbers of their own.
  public let bias: Bool
  /// The path of the parameters, from the root; each call shares them.
  public let path: String

  /// Makes a cell; all its calls in a network share the parameters at `path`.
  public init(_ hiddenSize: Int, bias: Bool = true, path: String) {
    self.hiddenSize = hiddenSize
    self.bias = bias
    self.path = path
  }

  /// The next state: of `[N, features]` and the state before, or of zeros where there is none.
  public func callAsFunction(
    _ input: SymbolicTensor, hidden: SymbolicTensor? = nil
  ) throws(GraphError) -> SymbolicTensor {
    try input.tracer.scoped(.shared(path)) { () throws(GraphError) in
      let weights = try input.cellWeights("GRUCell", hiddenSize: hiddenSize, gates: 3, bias: bias)
      let gates = try weights.gates(input)
      let recurrent = try hidden.map { hidden throws(GraphError) in try weights.recurrent(hidden) }
      return try gruStep(
        gates, recurrent: recurrent ?? weights.hiddenBias, size: hiddenSize, hidden: hidden)
    }
  }
}

extension SymbolicTensor {
  /// The parameters of a cell that reads rows such as these.
  fileprivate func cellWeights(
    _ name: String, hiddenSize: Int, gates: Int, bias: Bool
  ) throws(GraphError) -> RecurrentWeights {
    guard shape.rank == 2 else {
      throw .operation(path: tracer.path, .rank(name, expected: 2, actual: shape))
    }
    guard hiddenSize > 0 else {
      throw .operation(
        path: tracer.path,
        .setting(name, name: "hidden size", value: "\(hiddenSize)", allowed: "1 or more"))
    }
    return try RecurrentWeights(
      tracer, suffix: "", features: shape[1], hiddenSize: hiddenSize, gates: gates, bias: bias)
  }
}
