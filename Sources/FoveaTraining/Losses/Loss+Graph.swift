import FoveaGraph
import FoveaLayers
import FoveaTensors

extension Loss {
  /// The names of the inputs that a loss reads besides `target`.
  enum InputName {
    /// A teacher's logits, shaped as the output.
    static let teacher = "loss/teacher"
    /// What classes weigh, along axis 1.
    static let classWeights = "loss/class-weights"
    /// What the sum of all terms is divided by, where targets settle it.
    static let weight = "loss/weight"
    /// What each term counts for.
    static let termWeights = "loss/term-weights"
    /// Rows of the batch, a name for each place of a triplet or pair.
    static let rows = ["loss/row-0", "loss/row-1", "loss/row-2"]
  }

  /// How the terms become one number.
  enum Reduction {
    /// Their mean, as users see a loss.
    case mean
    /// Their sum, which adds up over parts of a batch.
    case sum
  }

  /// Appends the loss of the model's output, as output `loss`.
  ///
  /// - Parameter heads: Further outputs, of which a share of their own loss is added.
  func append(
    to graph: Graph, heads: [String], reduction: Reduction
  ) throws(GraphError) -> Graph {
    var formula = Formula(
      builder: try GraphBuilder(extending: graph), path: TrainingStep.lossName)
    let output = try graph.output(named: Model.outputName)
    let inputs = try declareInputs(
      output: formula.builder.shape(of: output), reduction, &formula.builder)
    var loss = try value(of: output, inputs, reduction, &formula)
    for head in heads {
      let own = try value(of: try graph.output(named: head), inputs, reduction, &formula)
      loss = try formula.sum(loss, try formula.scaled(own, TrainingStep.auxiliaryShare))
    }
    try formula.builder.output(TrainingStep.lossName, loss)
    return formula.builder.graph
  }

  /// Whether the target of each class has a number of its own, as the output has.
  var takesProbabilities: Bool {
    switch self {
    case .softCrossEntropy, .binaryCrossEntropy, .sigmoidFocal, .softmaxFocal, .dice: true
    // Smoothing, weights and what is ignored are in the probabilities then.
    case .crossEntropy(_, let classWeights, _): classWeights != nil
    default: false
    }
  }

  /// Whether targets settle what the sum of all terms is divided by.
  private var isDividedByWeight: Bool {
    switch self {
    case .crossEntropy(_, let classWeights, _): classWeights != nil
    case .tripletMargin, .contrastive: true
    default: false
    }
  }

  private func declareInputs(
    output: Shape, _ reduction: Reduction, _ builder: inout GraphBuilder
  ) throws(GraphError) -> [String: Value] {
    try check(output: output)
    var inputs: [String: Value] = [:]
    func declare(_ name: String, _ shape: Shape, _ type: ElementType = .float32)
      throws(GraphError)
    {
      inputs[name] = try builder.input(name, shape, type)
    }
    switch self {
    case .tripletMargin:
      for name in InputName.rows { try declare(name, [2], .int32) }
      try declare(InputName.termWeights, [2])
    case .contrastive:
      for name in InputName.rows.prefix(2) { try declare(name, [2], .int32) }
      try declare(TrainingStep.targetName, [2])
    case .crossEntropy(_, nil, _), .distillation:
      try declare(TrainingStep.targetName, output.places, .int32)
    default: try declare(TrainingStep.targetName, output)
    }
    if case .distillation = self { try declare(InputName.teacher, output) }
    if graphClassWeights != nil {
      try declare(
        InputName.classWeights, Shape([output[1]] + output.dimensions.dropFirst(2).map { _ in 1 }))
    }
    if isDividedByWeight, reduction == .mean { try declare(InputName.weight, .scalar) }
    return inputs
  }

  /// Class weights that the graph multiplies by.
  var graphClassWeights: [Float]? {
    switch self {
    case .softCrossEntropy(_, let weights), .binaryCrossEntropy(let weights),
      .softmaxFocal(_, let weights):
      weights
    default: nil
    }
  }

  /// The loss of one output.
  private func value(
    of output: Value, _ inputs: [String: Value], _ reduction: Reduction, _ formula: inout Formula
  ) throws(GraphError) -> Value {
    func input(_ name: String) throws(GraphError) -> Value {
      guard let value = inputs[name] else {
        throw .unknownName(name, kind: "input", known: inputs.keys.sorted())
      }
      return value
    }
    let opReduction: CrossEntropy.Reduction = reduction == .mean ? .mean : .sum
    let target = inputs[TrainingStep.targetName]
    switch self {
    case .crossEntropy(let smoothing, nil, let ignored):
      return try formula.apply(
        CrossEntropy(
          labelSmoothing: smoothing, ignoreIndex: ignored ?? Self.ignoreIndex,
          reduction: opReduction), output, try input(TrainingStep.targetName))
    case .crossEntropy:
      let total = try formula.apply(
        CrossEntropy(target: .probabilities, reduction: .sum), output,
        try input(TrainingStep.targetName))
      return try weighted(total, inputs, &formula)
    case .softCrossEntropy(let smoothing, let weights):
      let operation = CrossEntropy(
        target: .probabilities, labelSmoothing: weights == nil ? smoothing : 0,
        reduction: opReduction)
      var wanted = try input(TrainingStep.targetName)
      if weights != nil {
        let classes = Float(formula.builder.shape(of: output)[1])
        let mixed = try formula.scaled(wanted, 1 - smoothing, shift: smoothing / classes)
        wanted = try formula.product(mixed, try input(InputName.classWeights))
      }
      return try formula.apply(operation, output, wanted)
    case .distillation(let temperature, let share):
      let teacher = try formula.scaled(try input(InputName.teacher), 1 / temperature)
      let student = try formula.scaled(output, 1 / temperature)
      let wanted = try formula.apply(Softmax(axis: 1), teacher)
      let gap = try formula.difference(
        try formula.apply(LogSoftmax(axis: 1), teacher),
        try formula.apply(LogSoftmax(axis: 1), student))
      let divergences = try formula.total(try formula.product(wanted, gap), over: [1])
      let soft = try reduced(divergences, reduction, &formula)
      let hard = try formula.apply(
        CrossEntropy(reduction: opReduction), output, try input(TrainingStep.targetName))
      return try formula.sum(
        try formula.scaled(soft, share * temperature * temperature),
        try formula.scaled(hard, 1 - share))
    case .tripletMargin(let margin, let swap):
      let rows = try rows(of: output, inputs, &formula)
      let near = try formula.distance(rows[0], rows[1])
      var far = try formula.distance(rows[0], rows[2])
      if swap {
        let other = try formula.distance(rows[1], rows[2])
        far = try formula.difference(far, try formula.relu(try formula.difference(far, other)))
      }
      let gap = try formula.scaled(try formula.difference(near, far), 1, shift: margin)
      let terms = try formula.product(
        try formula.relu(gap), try input(InputName.termWeights))
      return try weighted(try formula.total(terms), inputs, &formula)
    case .contrastive(let margin):
      let rows = try rows(of: output, inputs, &formula)
      let squares = try formula.total(
        try formula.square(try formula.difference(rows[0], rows[1])), over: [1])
      let gap = try formula.scaled(try formula.distance(rows[0], rows[1]), -1, shift: margin)
      let apart = try formula.square(try formula.relu(gap))
      let alike = try input(TrainingStep.targetName)
      let terms = try formula.sum(
        try formula.product(alike, squares),
        try formula.product(try formula.scaled(alike, -1, shift: 1), apart))
      return try weighted(
        try formula.scaled(try formula.total(terms), 0.5), inputs, &formula)
    default:
      let terms = try terms(
        of: output, target: target ?? output, weights: inputs[InputName.classWeights], &formula)
      return try reduced(terms, reduction, &formula)
    }
  }

  /// The terms of the losses that are their mean.
  private func terms(
    of output: Value, target: Value, weights: Value?, _ formula: inout Formula
  ) throws(GraphError) -> Value {
    switch self {
    case .binaryCrossEntropy:
      // Two softplus instead of one and a difference, which would lose the digits of small terms.
      var own = try formula.product(
        target, try formula.softplus(try formula.apply(Unary(.negate), output)))
      if let weights { own = try formula.product(own, weights) }
      let other = try formula.product(
        try formula.scaled(target, -1, shift: 1), try formula.softplus(output))
      return try formula.sum(own, other)
    case .sigmoidFocal(let gamma, let alpha):
      // With s = −x where the target is 1 and x where it is 0, the wrong answer has probability σ(s).
      let wrong = try formula.product(try formula.scaled(target, -2, shift: 1), output)
      let wrongness = try formula.softplus(try formula.apply(Unary(.negate), wrong))
      let focus = try formula.exponential(wrongness, power: -gamma)
      let terms = try formula.product(focus, try formula.softplus(wrong))
      guard let alpha else { return terms }
      return try formula.product(
        terms, try formula.scaled(target, 2 * alpha - 1, shift: 1 - alpha))
    case .softmaxFocal(let gamma, _):
      // The probability of all other classes as their sum: 1 less the own one would lose its digits.
      let others = try formula.total(
        try formula.product(
          try formula.apply(Softmax(axis: 1), output),
          try formula.scaled(target, -1, shift: 1)), over: [1])
      let focus = try formula.exponential(
        try formula.apply(Unary(.log), try formula.scaled(others, 1, shift: Self.smallest)),
        power: gamma)
      let wanted = weights == nil ? target : try formula.product(target, weights ?? target)
      let own = try formula.total(
        try formula.product(wanted, try formula.apply(LogSoftmax(axis: 1), output)), over: [1])
      return try formula.product(focus, try formula.apply(Unary(.negate), own))
    case .dice(let activation, let smooth):
      let probabilities =
        try activation == .softmax
        ? formula.apply(Softmax(axis: 1), output) : formula.apply(Sigmoid(), output)
      let axes = Array(2..<formula.builder.shape(of: output).rank)
      let common = try formula.total(try formula.product(probabilities, target), over: axes)
      let all = try formula.total(
        try formula.sum(try formula.square(probabilities), try formula.square(target)), over: axes)
      let overlap = try formula.quotient(
        try formula.scaled(common, 2, shift: smooth), try formula.scaled(all, 1, shift: smooth))
      return try formula.scaled(overlap, -1, shift: 1)
    case .meanSquaredError: return try formula.square(try formula.difference(output, target))
    case .huber(let delta): return try huber(output, target, delta, &formula)
    case .smoothL1(let beta) where beta > 0:
      return try formula.scaled(try huber(output, target, beta, &formula), 1 / beta)
    default: return try formula.magnitude(try formula.difference(output, target))
    }
  }

  private func huber(
    _ output: Value, _ target: Value, _ delta: Float, _ formula: inout Formula
  ) throws(GraphError) -> Value {
    let size = try formula.magnitude(try formula.difference(output, target))
    let beyond = try formula.relu(try formula.scaled(size, 1, shift: -delta))
    let within = try formula.difference(size, beyond)
    return try formula.sum(
      try formula.scaled(try formula.square(within), 0.5), try formula.scaled(beyond, delta))
  }

  private func reduced(
    _ terms: Value, _ reduction: Reduction, _ formula: inout Formula
  ) throws(GraphError) -> Value {
    try reduction == .mean ? formula.mean(terms) : formula.total(terms)
  }

  /// The total over the input `loss/weight`, which a sum does not have.
  private func weighted(
    _ total: Value, _ inputs: [String: Value], _ formula: inout Formula
  ) throws(GraphError) -> Value {
    guard let weight = inputs[InputName.weight] else { return total }
    return try formula.quotient(total, weight)
  }

  /// The rows of the output that the inputs name.
  private func rows(
    of output: Value, _ inputs: [String: Value], _ formula: inout Formula
  ) throws(GraphError) -> [Value] {
    var result: [Value] = []
    for name in InputName.rows {
      guard let indices = inputs[name] else { continue }
      result.append(try formula.apply(Embedding(), output, indices))
    }
    return result
  }

  /// PyTorch's class index that counts for nothing.
  static let ignoreIndex: Int32 = -100
  /// Keeps a logarithm finite where a probability vanishes.
  private static let smallest: Float = 1e-30
}

extension Formula {
  /// The Euclidean distance between rows, as PyTorch's `pairwise_distance`: 1e-6 is added to each
  /// difference, so that the root has a slope everywhere.
  fileprivate mutating func distance(_ left: Value, _ right: Value) throws(GraphError) -> Value {
    let gap = try scaled(try difference(left, right), 1, shift: 1e-6)
    return try root(try total(try square(gap), over: [1]))
  }
}

extension Shape {
  /// The shape without its classes: one target for each image, or for each pixel.
  var places: Shape { Shape(Array(dimensions.prefix(1)) + dimensions.dropFirst(2)) }
}
