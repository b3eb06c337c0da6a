public import FoveaAnalysis

/// Networks side by side as text: a row a quantity, a column a network, each but the first with its ratio to the first.
public struct ComparisonTable: Hashable, Sendable {
  /// What is shown.
  public let comparison: NetworkComparison
  /// Whether parameters are also shown in squares of the channels that come in.
  public let showsChannelSquares: Bool

  /// Shows a comparison.
  public init(_ comparison: NetworkComparison, showsChannelSquares: Bool = false) {
    self.comparison = comparison
    self.showsChannelSquares = showsChannelSquares
  }

  private static let counts:
    [(title: String, name: String, number: @Sendable (NetworkFigures) -> Int?)] = [
      ("Parameters", "parameters", { $0.parameters }),
      ("Multiply-adds", "multiply_adds", { $0.multiplyAdds }),
      ("Other operations", "other_operations", { $0.otherOperations }),
      ("Weight bytes", "weight_bytes", { $0.weightBytes }),
      ("Activation bytes", "activation_bytes", { $0.activationBytes }),
      ("Peak inference bytes", "peak_inference_bytes", { $0.peakInferenceBytes }),
      ("Non-linearities", "non_linearities", { $0.nonLinearities }),
      ("Depth", "depth", { $0.depth }),
    ]

  /// The table's lines, and notes below.
  public var lines: [String] {
    let networks = comparison.networks
    guard let first = networks.first else { return [] }
    func row(_ title: String, _ text: (NetworkFigures) -> String) -> [String] {
      [title]
        + networks.enumerated().flatMap {
          $0.offset == 0 ? [text($0.element)] : [text($0.element), ""]
        }
    }
    var rows = Self.counts.map { title, _, number in
      [title]
        + networks.enumerated().flatMap { index, network in
          let text = number(network).map(NumberFormat.grouped) ?? "unknown"
          return index == 0 ? [text] : [text, Self.ratio(number(network), number(first))]
        }
    }
    if showsChannelSquares, let channels = comparison.channels {
      rows.insert(
        row("Parameters / \(channels)²") { network in
          comparison.channelSquares(of: network).map(NumberFormat.general) ?? ""
        }, at: 1)
    }
    rows.append(row("Receptive field") { SummaryColumn.receptiveField.text($0.receptiveField) })
    rows.append(row("Input") { NumberFormat.extents($0.inputShape.dimensions) })
    rows.append(row("Output") { NumberFormat.extents($0.outputShape.dimensions) })
    let columns = networks.enumerated().flatMap { index, network -> [TextTable.Column] in
      index == 0 ? [.init(network.name, .right)] : [.init(network.name, .right), .init("", .left)]
    }
    let notes = comparison.notes.isEmpty ? [] : [""] + comparison.notes
    return TextTable([.init("")] + columns, rows: rows).lines + notes
  }

  /// A row a network, separated by commas, with the columns' names in the first.
  public var commaSeparatedLines: [String] {
    let header =
      ["design"] + Self.counts.map(\.name) + ["receptive_field", "input", "output"]
    let rows = comparison.networks.map { network in
      [network.name] + Self.counts.map { $0.number(network).map(String.init) ?? "" } + [
        SummaryColumn.receptiveField.text(network.receptiveField),
        NumberFormat.extents(network.inputShape.dimensions),
        NumberFormat.extents(network.outputShape.dimensions),
      ]
    }
    return ([header] + rows).map { $0.map(commaSeparatedField).joined(separator: ",") }
  }

  private static func ratio(_ number: Int?, _ first: Int?) -> String {
    guard let number, let first, first > 0 else { return "" }
    let ratio = Double(number) / Double(first)
    // Two decimals would hide small ones.
    return "× "
      + (ratio < 0.1 ? NumberFormat.general(ratio) : NumberFormat.fixed(ratio, decimals: 2))
  }
}
