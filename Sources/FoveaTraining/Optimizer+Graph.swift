public import FoveaGraph
import FoveaTensors

extension Optimizer {
  /// Appends an update of each parameter by its gradient, with the optimiser's state as variables.
  ///
  /// - Parameters:
  ///   - gradients: The gradient of each parameter that is updated.
  ///   - options: Groups, clipping, and what weight decay leaves out.
  ///   - condition: A scalar that leaves everything as it is where it is 0.
  public func appendUpdates(
    of gradients: [(parameter: Variable, gradient: Value)],
    options: UpdateOptions = UpdateOptions(), where condition: Value? = nil,
    to builder: inout GraphBuilder
  ) throws(GraphError) {
    let clipped = try options.clipping?.append(gradients.map(\.gradient), to: &builder)
    var inputs: [String: Value] = [:]
    for (index, (parameter, gradient)) in gradients.enumerated() {
      guard let weight = builder.graph.source(named: parameter.name) else { continue }
      let own = optimizer(for: parameter.shape)
      let group = options.groupIndex(of: parameter.name)
      let input = Self.inputName(isFallback: own != self, group: group)
      let settings =
        if let known = inputs[input] { known } else {
          try builder.input(input, [own.settingCount])
        }
      inputs[input] = settings
      var memory: [(name: String, value: Value)] = []
      for state in own.states {
        let name = "optimizer/\(state)/\(parameter.name)"
        memory.append(
          (name, try builder.variable(name, parameter.shape, role: .optimizerState)))
      }
      let decays = !options.noBiasDecay || parameter.shape.rank > 1
      let decay = group.flatMap { options.groups[$0].weightDecay } ?? (decays ? weightDecay : 0)
      var formula = Formula(builder: builder, path: parameter.name)
      let results = try own.update(
        weight, clipped?[index] ?? gradient, memory.map(\.value), settings,
        weightDecay: Float(decay), adapts: decays, &formula)
      builder = formula.builder
      let written = [(name: parameter.name, value: weight)] + memory
      for (variable, result) in zip(written, results) {
        let new =
          if let condition {
            try builder.apply(Select(), condition, result, variable.value, path: parameter.name)
          } else { result }
        try builder.update(variable.name, with: new)
      }
    }
  }

  /// New weight and memory of a parameter.
  ///
  /// - Parameter adapts: Whether LARS and LAMB set the length of the step.
  private func update(
    _ weight: Value, _ gradient: Value, _ memory: [Value], _ settings: Value, weightDecay: Float,
    adapts: Bool, _ formula: inout Formula
  ) throws(GraphError) -> [Value] {
    let inputs = [weight, gradient] + memory + [settings]
    switch self {
    case .sgd(_, let nesterov, _):
      return try formula.append(SGDUpdate(weightDecay: weightDecay, nesterov: nesterov), inputs)
    case .adam(_, let beta2, let epsilon, _), .adamW(_, let beta2, let epsilon, _):
      let decoupled = if case .adamW = self { true } else { false }
      return try formula.append(
        AdamUpdate(
          beta2: Float(beta2), epsilon: Float(epsilon), weightDecay: weightDecay,
          decoupled: decoupled), inputs)
    case .rmsProp(let alpha, let epsilon, _, let centered, _):
      return try formula.append(
        RMSpropUpdate(
          alpha: Float(alpha), epsilon: Float(epsilon), weightDecay: weightDecay,
          centered: centered), inputs)
    case .lion(_, let beta2, _):
      return try formula.append(
        LionUpdate(beta2: Float(beta2), weightDecay: weightDecay), inputs)
    case .lamb(_, let beta2, let epsilon, _):
      var found = try formula.append(
        AdamDirection(beta2: Float(beta2), epsilon: Float(epsilon), weightDecay: weightDecay),
        inputs)
      if adapts {
        let ratio = try formula.quotient(try formula.norm(weight), try formula.norm(found[0]))
        let trust = try formula.trust(ratio, weight, found[0])
        found[0] = try formula.product(found[0], trust)
      }
      found[0] = try formula.descended(weight, along: found[0], settings)
      return found
    case .lars(_, let nesterov, let trust, _):
      let direction =
        try weightDecay == 0
        ? gradient : formula.sum(gradient, try formula.scaled(weight, weightDecay))
      guard adapts else {
        return try formula.append(
          SGDUpdate(weightDecay: 0, nesterov: nesterov), [weight, direction] + inputs[2...])
      }
      let length = try formula.norm(weight)
      let all = try formula.sum(
        try formula.norm(gradient), try formula.scaled(length, weightDecay))
      let ratio = try formula.quotient(try formula.scaled(length, Float(trust)), all)
      let scaled = try formula.product(
        direction, try formula.trust(ratio, weight, gradient))
      return try formula.append(
        SGDUpdate(weightDecay: 0, nesterov: nesterov), [weight, scaled] + inputs[2...])
    case .muon(_, let nesterov, _, let adjustment, _):
      let momentum = try formula.setting(1, of: settings)
      let velocity = try formula.between(gradient, memory[0], share: momentum)
      let wanted =
        try nesterov ? formula.between(gradient, velocity, share: momentum) : velocity
      let step = try formula.orthogonalised(wanted, adjustment)
      let direction =
        try weightDecay == 0
        ? step : formula.sum(step, try formula.scaled(weight, weightDecay))
      return [try formula.descended(weight, along: direction, settings), velocity]
    }
  }
}

extension GradientClipping {
  /// Appends what comes of gradients, and where it clips by their norm the output `gradients/norm`.
  func append(_ gradients: [Value], to builder: inout GraphBuilder) throws(GraphError) -> [Value] {
    var formula = Formula(builder: builder, path: "gradients/clipped")
    var results: [Value] = []
    switch self {
    case .value(let maximum):
      let bounds = Hardtanh(minimum: -Float(maximum), maximum: Float(maximum))
      for gradient in gradients { results.append(try formula.apply(bounds, gradient)) }
    case .norm(let maximum):
      var squares: Value?
      for gradient in gradients {
        let own = try formula.total(try formula.square(gradient))
        squares = if let squares { try formula.sum(squares, own) } else { own }
      }
      guard let squares else { return gradients }
      let length = try formula.root(squares)
      try formula.builder.output(TrainingStep.normName, length)
      // PyTorch's form: 1e-6 keeps it finite for gradients of 0.
      let norm = try formula.scaled(length, 1, shift: 1e-6)
      let largest = try formula.apply(Constant(Float(maximum), shape: .scalar))
      let factor = try formula.apply(
        Hardtanh(minimum: 0, maximum: 1), try formula.quotient(largest, norm))
      for gradient in gradients { results.append(try formula.product(gradient, factor)) }
    }
    builder = formula.builder
    return results
  }
}

extension Formula {
  mutating func append(_ operation: some Operation, _ inputs: [Value]) throws(GraphError) -> [Value]
  {
    try builder.append(operation, inputs, path: path)
  }

  /// The Euclidean length of all elements.
  fileprivate mutating func norm(_ value: Value) throws(GraphError) -> Value {
    try root(try total(try square(value)))
  }

  /// `ratio`, or 1 where either of the others is all 0.
  fileprivate mutating func trust(
    _ ratio: Value, _ weight: Value, _ direction: Value
  ) throws(GraphError) -> Value {
    let one = try apply(Constant(1, shape: .scalar))
    let ofDirection = try apply(Select(), try norm(direction), ratio, one)
    return try apply(Select(), try norm(weight), ofDirection, one)
  }

  /// One of the settings, of shape `[1]`.
  fileprivate mutating func setting(
    _ index: Int, of settings: Value
  ) throws(GraphError) -> Value {
    try apply(Slice(axis: 0, start: index, end: index + 1), settings)
  }

  /// The weight less the rate times the direction.
  fileprivate mutating func descended(
    _ weight: Value, along direction: Value, _ settings: Value
  ) throws(GraphError) -> Value {
    let move = try product(direction, try setting(0, of: settings))
    return try difference(weight, move)
  }

  /// What lies a share of the way from start to end.
  fileprivate mutating func between(
    _ start: Value, _ end: Value, share: Value
  ) throws(GraphError) -> Value {
    try sum(start, try product(try difference(end, start), share))
  }

  /// The matrix with the same singular vectors whose singular values are near 1, times the adjustment.
  ///
  /// By five steps of Newton and Schulz with Jordan's coefficients; filters are rows.
  fileprivate mutating func orthogonalised(
    _ value: Value, _ adjustment: Optimizer.MuonAdjustment
  ) throws(GraphError) -> Value {
    let shape = builder.shape(of: value)
    let matrix = shape.rank == 2 ? value : try apply(Flatten(startAxis: 1), value)
    let (rows, columns) = (shape[0], builder.shape(of: matrix)[1])
    let length = try apply(
      Hardtanh(minimum: 1e-7, maximum: .greatestFiniteMagnitude), try norm(matrix))
    var result = try quotient(matrix, length)
    // The smaller of the two products of the matrix with itself.
    let isTall = rows > columns
    for _ in 0..<5 {
      let gram = try apply(
        MatMul(transposeLeft: isTall, transposeRight: !isTall), result, result)
      let change = try sum(
        try scaled(gram, -4.7750), try scaled(try apply(MatMul(), gram, gram), 2.0315))
      let turned =
        try isTall ? apply(MatMul(), result, change) : apply(MatMul(), change, result)
      result = try sum(try scaled(result, 3.4445), turned)
    }
    let factor = adjustment.factor(rows: rows, columns: columns)
    let step = try scaled(result, Float(factor))
    return shape.rank == 2 ? step : try apply(Reshape(), step, value)
  }
}
