public import FoveaAnalysis

/// A network as boxes from the top to the bottom, in as many columns as make the picture about as wide as high.
///
/// A box has a layer or several, what they do, and the shape of their result; a band is around those of one path.
/// Results that skip boxes run beside them.
public struct NetworkDiagram: Hashable, Sendable {
  /// What makes boxes strong in colour, and stands in them.
  public enum Quantity: String, Hashable, Codable, Sendable, CaseIterable {
    /// Multiply-adds.
    case macs
    /// The receptive field.
    case receptiveField = "receptive-field"
    /// Trained parameters.
    case parameters
  }

  /// The network's name.
  public let title: String
  /// What is drawn.
  public let outline: NetworkOutline
  /// What colours mean.
  public let quantity: Quantity

  /// The most boxes of a diagram.
  public static let largestBlockCount = 1000
  /// The most connections between them.
  public static let largestEdgeCount = 5000

  /// Draws an outline.
  ///
  /// - Throws: `DrawingError.tooMany` beyond `largestBlockCount` or `largestEdgeCount`.
  public init(
    _ outline: NetworkOutline, title: String, quantity: Quantity = .macs
  ) throws(DrawingError) {
    for (what, count, limit) in [
      ("blocks", outline.blocks.count, Self.largestBlockCount),
      ("connections", outline.edges.count, Self.largestEdgeCount),
    ] where count > limit {
      throw .tooMany(
        what, count: count, limit: limit,
        remedy: "tell fewer parts of the layers' paths apart (--depth)")
    }
    self.title = title
    self.outline = outline
    self.quantity = quantity
  }
}

extension NetworkDiagram.Quantity {
  var title: String {
    switch self {
    case .macs: "multiply-adds"
    case .receptiveField: "receptive field"
    case .parameters: "parameters"
    }
  }

  /// How much of it a block has.
  func amount(_ block: NetworkOutline.Block) -> Double {
    switch self {
    case .macs: return Double(block.totals.multiplyAdds)
    case .parameters:
      return Double(block.totals.parameters) + Double(block.totals.frozenParameters)
    case .receptiveField:
      guard let size = block.last.receptiveField.size else { return 0 }
      return Double(size.height + size.width) / 2
    }
  }

  /// What stands in a box; nothing for a block without any.
  func text(_ block: NetworkOutline.Block) -> String {
    switch self {
    case .macs, .parameters:
      let amount = amount(block)
      return amount == 0 ? "" : NumberFormat.short(amount)
    case .receptiveField: return SummaryColumn.receptiveField.text(block.last.receptiveField)
    }
  }
}

extension NetworkOutline.Block {
  var last: ModelSummary.Layer { layers[layers.count - 1] }

  /// What its layers do, the ones that cost something at least.
  var operations: String {
    let isFolded = layers.dropFirst().allSatisfy { $0.window == nil && $0.multiplyAdds == 0 }
    if isFolded, layers.count <= 4 {
      let first = layers[0]
      let window = first.window.map { " " + SummaryColumn.window.words($0) } ?? ""
      return ([first.type + window] + layers.dropFirst().map(\.type)).joined(separator: " + ")
    }
    var counts: [(type: String, count: Int)] = []
    for layer in layers where layer.window != nil || layer.multiplyAdds > 0 {
      if let known = counts.firstIndex(where: { $0.type == layer.type }) {
        counts[known].count += 1
      } else {
        counts.append((layer.type, 1))
      }
    }
    let parts = counts.map { $0.count == 1 ? $0.type : "\($0.count) \($0.type)" }
    return parts.isEmpty
      ? counted(layers.count, "layer")
      : "\(counted(layers.count, "layer")): \(parts.joined(separator: ", "))"
  }
}

extension NetworkOutline.Join {
  var title: String {
    switch self {
    case .sum: "added (residual)"
    case .concatenation: "concatenated"
    case .product: "multiplied (gate)"
    case .other: "joined"
    }
  }

  var paint: Paint {
    switch self {
    case .sum: .orange
    case .concatenation: .green
    case .product: .purple
    case .other: .olive
    }
  }
}
