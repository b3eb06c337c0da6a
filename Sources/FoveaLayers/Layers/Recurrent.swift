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

  /// Makes a layer.
  ///
  /// Unlike PyTorch's, its input has the batch first unless told otherwise: the first axis of what a `Model` is given is
  /// the batch, and with `batchFirst: false` its examples would be taken for steps.
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
      let next = try lstmStep(
        try gates + weights.recurrent(state.hidden), size: settings.hiddenSize, cell: state.cell)
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

  /// Makes a layer.
  ///
  /// Unlike PyTorch's, its input has the batch first unless told otherwise: the first axis of what a `Model` is given is
  /// the batch, and with `batchFirst: false` its examples would be taken for steps.
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
    let result = try settings.unrolled("GRU", input, gates: 3) {
      (gates, weights, state) throws(GraphError) in
      let next = try gruStep(
        gates, recurrent: try weights.recurrent(state.hidden), size: settings.hiddenSize,
        hidden: state.hidden)
      return RecurrentState(hidden: next, cell: next)
    }
    return RecurrentResult(sequence: result.sequence, hidden: result.hidden, cell: nil)
  }
}

/// What goes from one step to the next; a GRU has its state for a memory.
struct RecurrentState {
  let hidden: SymbolicTensor
  let cell: SymbolicTensor

  init(hidden: SymbolicTensor, cell: SymbolicTensor) {
    self.hidden = hidden
    self.cell = cell
  }

  /// The state before a step: zeros before the first, for as many examples as the gates are for.
  init(_ previous: RecurrentState?, zerosFor gates: SymbolicTensor, size: Int) throws(GraphError) {
    if let previous {
      self = previous
    } else {
      let zeros = try gates.tracer.append(Scale(0, shift: 0), [try gates.part(0, of: size)])[0]
      self.init(hidden: zeros, cell: zeros)
    }
  }
}

/// The parameters of one layer in one direction.
struct RecurrentWeights {
  let input: [SymbolicTensor]
  let hidden: [SymbolicTensor]

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
    let recurrent = try declare("weight_hh", [rows, hiddenSize])
    input = bias ? [weight, try declare("bias_ih", [rows])] : [weight]
    hidden = bias ? [recurrent, try declare("bias_hh", [rows])] : [recurrent]
  }

  /// What inputs add to the gates.
  func gates(_ inputs: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try inputs.tracer.append(FoveaGraph.Linear(), [inputs] + input)[0]
  }

  /// What a state adds to the gates.
  func recurrent(_ state: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try state.tracer.append(FoveaGraph.Linear(), [state] + hidden)[0]
  }
}

extension RecurrentSettings {
  /// A step: from what the input adds to the gates and the state before to the next state.
  typealias Step = (SymbolicTensor, RecurrentWeights, RecurrentState) throws(GraphError) ->
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
    guard Self.sizes ~= hiddenSize, 1...64 ~= layers else {
      throw .operation(
        path: tracer.path,
        .setting(
          name, name: "hidden size and layers", value: "\(hiddenSize), \(layers)",
          allowed: "1 to \(Self.sizes.upperBound), and 1 to 64"))
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
          let before = try RecurrentState(states.last, zerosFor: sum, size: hiddenSize)
          states.append(try step(sum, weights, before))
        }
        last.append(states[steps - 1])
        let inOrder = isReverse ? states.reversed() : states
        directions.append(try stack(inOrder.map(\.hidden), axis: axis))
      }
      sequence = directions.count == 1 ? directions[0] : try concatenate(directions, axis: 2)
    }
    return RecurrentResult(
      sequence: sequence, hidden: try stack(last.map(\.hidden), axis: 0),
      cell: try stack(last.map(\.cell), axis: 0))
  }

  /// The numbers that a state may have.
  static let sizes = 1...1 << 20

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
      let gates = try weights.gates(input)
      let before = try RecurrentState(
        state.map { RecurrentState(hidden: $0.hidden, cell: $0.cell) }, zerosFor: gates,
        size: hiddenSize)
      return try lstmStep(
        try gates + weights.recurrent(before.hidden), size: hiddenSize, cell: before.cell)
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
      let before = try RecurrentState(
        hidden.map { RecurrentState(hidden: $0, cell: $0) }, zerosFor: gates, size: hiddenSize
      ).hidden
      return try gruStep(
        gates, recurrent: try weights.recurrent(before), size: hiddenSize, hidden: before)
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
    guard RecurrentSettings.sizes ~= hiddenSize else {
      throw .operation(
        path: tracer.path,
        .setting(
          name, name: "hidden size", value: "\(hiddenSize)",
          allowed: "1 to \(RecurrentSettings.sizes.upperBound)"))
    }
    return try RecurrentWeights(
      tracer, suffix: "", features: shape[1], hiddenSize: hiddenSize, gates: gates, bias: bias)
  }
}
