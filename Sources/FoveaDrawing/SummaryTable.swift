public import FoveaAnalysis

/// A network's summary as text: a row a layer, then totals.
public struct SummaryTable: Hashable, Sendable {
  /// What is shown.
  public let summary: ModelSummary

  /// Shows a summary.
  public init(_ summary: ModelSummary) { self.summary = summary }

  /// The table's lines.
  public var lines: [String] {
    TextTable(
      [
        .init("Layer"), .init("Type"), .init("Output shape"), .init("Parameters", .right),
        .init("Multiply-adds", .right),
      ],
      rows: summary.layers.map { layer in
        [
          layer.path, layer.type, NumberFormat.extents(layer.outputShape.dimensions),
          NumberFormat.grouped(layer.parameters), NumberFormat.grouped(layer.multiplyAdds),
        ]
      },
      footer: [
        [
          "Total", "", "", NumberFormat.grouped(summary.totals.parameters),
          NumberFormat.grouped(summary.totals.multiplyAdds),
        ]
      ]
    ).lines
  }
}
