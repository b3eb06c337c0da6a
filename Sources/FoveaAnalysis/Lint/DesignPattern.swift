import FoveaGraph

/// What all rules about design patterns have in common: the paper, and that they give hints alone.
///
/// - SeeAlso: L. Smith, N. Topin, *Deep Convolutional Neural Network Design Patterns*, arXiv:1611.00847.
protocol DesignPattern: LintRule {
  /// Its number in the paper.
  var number: Int { get }
  /// What the paper calls it.
  var title: String { get }
  /// What goes against it.
  var deviation: String { get }
  /// A number that somebody measured; empty without.
  var evidence: String { get }
}

extension DesignPattern {
  var identifier: String { "design-pattern-\(number)" }
  var severity: LintSeverity { .note }
  var finds: String { "\(title): \(deviation)" }
  var evidence: String { "" }
  var source: String {
    "L. Smith, N. Topin, Deep Convolutional Neural Network Design Patterns, arXiv:1611.00847, "
      + "pattern \(number), \(title)" + (evidence.isEmpty ? "" : "; \(evidence)")
  }
}

/// Neighbouring layers of about one resolution.
struct PyramidStage {
  /// The first layer's path.
  let layer: String
  let height: Int
  let width: Int
  /// The most channels that a layer makes.
  var channels: Int
}

/// A sum of a value and what was learnt on top of it.
struct ResidualSum {
  /// The layer that adds.
  let sum: LintLayer
  /// The last layer of what was learnt.
  let branch: LintLayer
  /// The layers with weights on the longest way through the branch.
  let depth: Int
}

extension LintContext {
  /// The steps in which the map becomes smaller, each to half its pixels or less; without the layer that answers.
  var pyramid: [PyramidStage] {
    let answering = products.last?.index
    var stages: [PyramidStage] = []
    for layer in trunk where layer.index != answering {
      guard let channels = layer.product?.outChannels else { continue }
      let shape = layer.summary.outputShape
      if let last = stages.last, layer.pixels > last.height * last.width / 2 {
        stages[stages.count - 1].channels = max(last.channels, channels)
      } else {
        stages.append(
          PyramidStage(
            layer: layer.path, height: shape.gridHeight, width: shape.gridWidth, channels: channels)
        )
      }
    }
    return stages
  }

  /// Sums with a shortcut that nothing lies on, whose branch keeps the resolution.
  var residuals: [ResidualSum] {
    layers.compactMap { layer in
      guard let operation = layer.node.operation as? Binary, operation.function == .add,
        layer.node.inputs.count == 2
      else { return nil }
      let values = layer.node.inputs.sorted { $0.node < $1.node }
      guard values[0].node < values[1].node, let branch = self.layer(making: values[1]),
        let depth = depth(of: branch, from: values[0].node, pixels: layer.pixels)
      else { return nil }
      return ResidualSum(sum: layer, branch: branch, depth: depth)
    }
  }

  /// The most nodes of a branch that are looked at, so that no file costs much time.
  private static let longestBranch = 1000

  /// The layers with weights on the longest way to a layer from a node; `nil` where there is no way, or a smaller map
  /// on it that is no gate's.
  private func depth(of branch: LintLayer, from start: Int, pixels: Int) -> Int? {
    guard branch.index - start <= Self.longestBranch else { return nil }
    // From the start on, since nodes read only nodes before them.
    var depths = [start: 0]
    for index in start + 1...branch.index {
      guard let layer = layer(making: Value(node: index)),
        let before = layer.node.inputs.compactMap({ depths[$0.node] }).max()
      else { continue }
      guard layer.pixels >= pixels || layer.pixels == 1 else { return nil }
      depths[index] = before + (layer.product == nil ? 0 : 1)
    }
    return depths[branch.index]
  }
}
