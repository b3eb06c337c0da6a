import FoveaGraph
public import FoveaTensors

/// A batch's target as a training step takes it.
public struct PreparedTarget: Sendable {
  /// The inputs of the step's graph, by name.
  public let inputs: [String: Tensor]
  /// What the sum of the batch's terms is divided by; sums and weights of parts of a batch add up.
  public let weight: Double
}

extension Loss {
  /// Checks a batch's target and makes the inputs of it that a training step reads.
  ///
  /// - Parameters:
  ///   - target: As the table of `Loss` has it, or class indices `[N]` where they can stand for it.
  ///   - output: The shape of the model's output for the batch.
  ///   - teacher: A teacher's logits for the batch, for distillation.
  /// - Throws: `TargetError` for a target of another shape, a class that the output does not have, or
  ///   a number that is no target.
  public func prepare(
    _ target: Tensor, output: Shape, teacher: Tensor? = nil
  ) throws(TargetError) -> PreparedTarget {
    do { try check(output: output) } catch { throw .output(loss: name, actual: output) }
    switch self {
    case .tripletMargin, .contrastive: return try prepareRows(target, output: output)
    case .crossEntropy(let smoothing, let weights, let ignored):
      let ignored = ignored ?? Self.ignoreIndex
      let labels = try labels(target, output: output, ignoring: ignored)
      guard let weights else {
        let count = labels.count { $0 != ignored }
        return try prepared([TrainingStep.targetName: target], weight: Double(count))
      }
      let wanted = try Self.probabilities(
        labels, output: output, smoothing: smoothing, weights: weights, ignoring: ignored)
      let weight = labels.reduce(0.0) { $1 == ignored ? $0 : $0 + Double(weights[Int($1)]) }
      return try prepared([TrainingStep.targetName: wanted], weight: weight)
    case .distillation:
      _ = try labels(target, output: output, ignoring: nil)
      guard let teacher else { throw .noTeacher }
      try expect(teacher, .float32, output)
      try Self.check(teacher, allowed: "a finite number") { $0.isFinite }
      return try prepared(
        [TrainingStep.targetName: target, InputName.teacher: teacher],
        weight: Double(output.places.elementCount))
    default: return try prepareNumbers(target, output: output)
    }
  }

  /// A target with a number for each element of the output.
  private func prepareNumbers(
    _ target: Tensor, output: Shape
  ) throws(TargetError) -> PreparedTarget {
    var numbers = target
    if takesProbabilities, target.elementType == .int32 {
      let labels = try labels(target, output: output, ignoring: nil)
      numbers = try Self.probabilities(
        labels, output: output, smoothing: 0, weights: nil, ignoring: nil)
    }
    try expect(numbers, .float32, output)
    switch self {
    case .sigmoidFocal, .softmaxFocal:
      try Self.check(numbers, allowed: "0 or 1") { $0 == 0 || $0 == 1 }
    case _ where takesProbabilities:
      try Self.check(numbers, allowed: "a probability, 0 to 1") { 0...1 ~= $0 }
    default: try Self.check(numbers, allowed: "a finite number") { $0.isFinite }
    }
    var inputs = [TrainingStep.targetName: numbers]
    if let weights = graphClassWeights {
      inputs[InputName.classWeights] = Tensor(
        Shape([output[1]] + output.dimensions.dropFirst(2).map { _ in 1 }), weights)
    }
    let count =
      switch self {
      case .softCrossEntropy, .softmaxFocal: output.places.elementCount
      case .dice: output[0] * output[1]
      default: output.elementCount
      }
    return try prepared(inputs, weight: Double(count))
  }

  /// Triplets or pairs: given, or made of class indices `[N]`.
  private func prepareRows(_ target: Tensor, output: Shape) throws(TargetError) -> PreparedTarget {
    let batch = output[0]
    guard target.elementType == .int32 else {
      throw .elementType(loss: name, expected: .int32, actual: target.elementType)
    }
    let numbers = target.reordered(.rowMajor).elements(of: Int32.self)
    guard target.shape.rank == 2 else {
      guard target.shape == [batch] else {
        throw .shape(loss: name, expected: [batch], actual: target.shape)
      }
      return try prepareRows(ofLabels: numbers)
    }
    guard target.shape[1] == 3 else {
      throw .shape(loss: name, expected: [target.shape[0], 3], actual: target.shape)
    }
    let arePairs = if case .contrastive = self { true } else { false }
    for (place, number) in numbers.enumerated() {
      if arePairs, place % 3 == 2 {
        guard 0...1 ~= number else {
          throw .value(Float(number), place: place, allowed: "1 for alike, 0 for different")
        }
      } else if !(0..<batch ~= Int(number)) {
        throw .row(number, place: place, batch: batch)
      }
    }
    let count = target.shape[0]
    let columns = (0..<3).map { column in (0..<count).map { numbers[3 * $0 + column] } }
    return try prepared(columns, counts: columns[0].map { _ in 1 })
  }

  /// Each image with the next one of the batch, going round; as an anchor with the next one of its
  /// class and the next one of another, where it has both.
  private func prepareRows(ofLabels labels: [Int32]) throws(TargetError) -> PreparedTarget {
    let count = labels.count
    func next(after row: Int, where isWanted: (Int) -> Bool) -> Int? {
      (1..<max(count, 1)).lazy.map { (row + $0) % count }.first(where: isWanted)
    }
    var columns: [[Int32]] = [[], [], []]
    var counts: [Float] = []
    for row in labels.indices {
      var others: (Int32, Int32) = (0, 0)
      var counted: Float = 0
      if case .contrastive = self {
        let other = (row + 1) % count
        others = (Int32(other), labels[row] == labels[other] ? 1 : 0)
        counted = 1
      } else if let near = next(after: row, where: { labels[$0] == labels[row] }),
        let far = next(after: row, where: { labels[$0] != labels[row] })
      {
        others = (Int32(near), Int32(far))
        counted = 1
      }
      columns[0].append(Int32(row))
      columns[1].append(others.0)
      columns[2].append(others.1)
      counts.append(counted)
    }
    return try prepared(columns, counts: counts)
  }

  private func prepared(
    _ columns: [[Int32]], counts: [Float]
  ) throws(TargetError) -> PreparedTarget {
    let shape: Shape = [counts.count]
    var inputs: [String: Tensor] = [:]
    if case .contrastive = self {
      for (name, column) in zip(InputName.rows.prefix(2), columns) {
        inputs[name] = Tensor(shape, column)
      }
      inputs[TrainingStep.targetName] = Tensor(shape, columns[2].map(Float.init))
    } else {
      for (name, column) in zip(InputName.rows, columns) { inputs[name] = Tensor(shape, column) }
      inputs[InputName.termWeights] = Tensor(shape, counts)
    }
    return try prepared(inputs, weight: Double(counts.reduce(0, +)))
  }

  private func prepared(
    _ inputs: [String: Tensor], weight: Double
  ) throws(TargetError) -> PreparedTarget {
    guard weight > 0 else { throw .nothingCounts(loss: name) }
    let all = inputs.merging([InputName.weight: Tensor(Float(weight))]) { own, _ in own }
    return PreparedTarget(inputs: all, weight: weight)
  }

  /// The class indices of a target, row by row, each a class or `ignored`.
  private func labels(
    _ target: Tensor, output: Shape, ignoring ignored: Int32?
  ) throws(TargetError) -> [Int32] {
    guard output.rank > 1 else { throw .output(loss: name, actual: output) }
    try expect(target, .int32, output.places)
    let labels = target.reordered(.rowMajor).elements(of: Int32.self)
    let place = labels.firstIndex { $0 != ignored && !(0..<output[1] ~= Int($0)) }
    if let place { throw .classIndex(labels[place], place: place, classes: output[1]) }
    return labels
  }

  private func expect(
    _ tensor: Tensor, _ type: ElementType, _ shape: Shape
  ) throws(TargetError) {
    guard tensor.elementType == type else {
      throw .elementType(loss: name, expected: type, actual: tensor.elementType)
    }
    guard tensor.shape == shape else {
      throw .shape(loss: name, expected: shape, actual: tensor.shape)
    }
  }

  private static func check(
    _ tensor: Tensor, allowed: String, _ isAllowed: (Float) -> Bool
  ) throws(TargetError) {
    let numbers = tensor.reordered(.rowMajor).floats
    guard let place = numbers.firstIndex(where: { !isAllowed($0) }) else { return }
    throw .value(numbers[place], place: place, allowed: allowed)
  }

  /// Class indices as a number for each class: `1 − smoothing` for the own class and a share of
  /// `smoothing` for each, times the weights; nothing for what is ignored.
  private static func probabilities(
    _ labels: [Int32], output: Shape, smoothing: Float, weights: [Float]?, ignoring ignored: Int32?
  ) throws(TargetError) -> Tensor {
    let classes = output[1]
    let pixels = output.dimensions.dropFirst(2).reduce(1, *)
    var result = [Float](repeating: 0, count: output.elementCount)
    for (place, label) in labels.enumerated() where label != ignored {
      let (image, pixel) = place.quotientAndRemainder(dividingBy: pixels)
      for index in 0..<classes {
        // PyTorch weighs the right class's part by its own weight, the smoothed part class by class.
        let own = (index == Int(label) ? 1 - smoothing : 0) + smoothing / Float(classes)
        result[(image * classes + index) * pixels + pixel] = own * (weights?[index] ?? 1)
      }
    }
    return Tensor(output, result)
  }
}
