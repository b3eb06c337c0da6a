import FoveaGraph

extension Model {
  /// The paths of the head's layers: the last with weights of two axes or more, such as `fc`, and those after it.
  ///
  /// It tells classes apart; everything else is the body. Empty for a network without such weights.
  public var headPaths: [String] {
    func path(of variable: Variable) -> String {
      variable.name.split(separator: ".").dropLast().joined(separator: ".")
    }
    let variables = inference.variables
    let last = variables.last { $0.role == .parameter && $0.shape.rank >= 2 }
    guard let first = last.map(path) else { return [] }
    return variables.map(path).drop { $0 != first }.reduce(into: []) { paths, path in
      if !paths.contains(path) { paths.append(path) }
    }
  }

  /// This network, with some batch normalisations that answer by their running statistics also as it learns.
  ///
  /// - Parameter isHeld: Told the name of a layer's running mean.
  /// - SeeAlso: `Graph.holdingRunningStatistics(where:)`.
  public func holdingRunningStatistics(where isHeld: (String) -> Bool) -> Model {
    Model(
      self, inference: inference, training: training.holdingRunningStatistics(where: isHeld))
  }
}
