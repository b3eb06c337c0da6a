import FoveaTensors

/// Neighbouring layers whose results have one height and width, and what they cost together.
///
/// Networks halve the map and double the channels from one stage to the next: a convolution's multiply-adds,
/// `H·W·k²·C_in·C_out`, then stay what they are, since a quarter of the positions meets four times the weights, while
/// activations halve.
///
/// - SeeAlso: K. He, J. Sun, *Convolutional Neural Networks at Constrained Time Cost*, arXiv:1412.1710.
public struct CostStage: Hashable, Codable, Sendable {
  /// The height of the results.
  public let height: Int
  /// The width of the results.
  public let width: Int
  /// The most channels of a result.
  public let channels: Int
  /// The first layer's path.
  public let firstLayer: String
  /// How many layers there are.
  public let layerCount: Int
  /// Their parameters.
  public let parameters: Int
  /// Their multiply-adds, for the whole batch.
  public let multiplyAdds: Int
  /// The size of their results, in bytes.
  public let activationBytes: Int
  /// Their share of the network's multiply-adds.
  public let share: Double

  /// The stages with multiply-adds, in the order in which they run.
  public static func stages(of summary: ModelSummary) -> [CostStage] {
    var runs: [[ModelSummary.Layer]] = []
    for layer in summary.layers {
      if let last = runs.last?.last, last.outputShape.grid == layer.outputShape.grid {
        runs[runs.count - 1].append(layer)
      } else {
        runs.append([layer])
      }
    }
    let total = Double(max(summary.totals.multiplyAdds, 1))
    return runs.compactMap { layers in
      let totals = ModelSummary.Totals(layers)
      guard totals.multiplyAdds > 0, let first = layers.first else { return nil }
      let shape = first.outputShape
      return CostStage(
        height: shape.gridHeight, width: shape.gridWidth,
        channels: layers.reduce(0) { max($0, $1.outputShape.rank > 1 ? $1.outputShape[1] : 0) },
        firstLayer: first.path, layerCount: layers.count,
        parameters: totals.parameters + totals.frozenParameters,
        multiplyAdds: totals.multiplyAdds, activationBytes: totals.activationBytes,
        share: Double(totals.multiplyAdds) / total)
    }
  }
}

extension Shape {
  /// Height and width; 1×1 for rows of features.
  fileprivate var grid: [Int] { [gridHeight, gridWidth] }
}
