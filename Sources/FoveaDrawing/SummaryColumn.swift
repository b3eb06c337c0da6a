public import FoveaAnalysis

/// A column of a network's summary.
public enum SummaryColumn: String, Hashable, Codable, Sendable, CaseIterable {
  /// What the layer does.
  case type
  /// The result's shape, batch first.
  case output
  /// Kernel, and what is unusual of stride, padding, dilation and groups, together.
  case window
  /// Taps along both axes.
  case kernel
  /// Pixels between positions.
  case stride
  /// Zeros around the image.
  case padding
  /// Pixels between taps.
  case dilation
  /// Groups of channels.
  case groups
  /// Parameters that a training changes.
  case parameters
  /// Parameters that a training leaves alone.
  case frozen
  /// Numbers that the network keeps up itself.
  case buffers
  /// Multiply-adds.
  case macs
  /// Operations outside sums of products.
  case other
  /// The result's bytes.
  case bytes
  /// Pixels of the image that an element sees.
  case receptiveField = "receptive-field"
  /// Pixels from what one element sees to what the next one sees.
  case jump
  /// The centre of what the first element sees.
  case start
  /// Whether paths are centred on the same pixels.
  case alignment
  /// Pixels at the edges that no window reaches.
  case unused

  /// What is shown where nothing else is asked for.
  public static let standard: [SummaryColumn] = [
    .type, .output, .window, .parameters, .macs, .receptiveField, .jump,
  ]

  var title: String {
    switch self {
    case .type: "Type"
    case .output: "Output shape"
    case .window: "Window"
    case .kernel: "Kernel"
    case .stride: "Stride"
    case .padding: "Padding"
    case .dilation: "Dilation"
    case .groups: "Groups"
    case .parameters: "Parameters"
    case .frozen: "Frozen"
    case .buffers: "Buffers"
    case .macs: "Multiply-adds"
    case .other: "Other operations"
    case .bytes: "Bytes"
    case .receptiveField: "Field"
    case .jump: "Jump"
    case .start: "Start"
    case .alignment: "Paths"
    case .unused: "Unused pixels"
    }
  }

  var alignment: TextTable.Alignment {
    switch self {
    case .type, .output, .window, .alignment: .left
    default: .right
    }
  }

  /// The cell of a layer, or of several that are shown as one.
  ///
  /// - Parameter isPlain: Whether it is for a machine: no marks, no separators in numbers.
  func cell(_ group: ModelSummary.Group, isPlain: Bool = false) -> String {
    let layer = group.last
    let isOne = group.layers.count == 1
    let window = isOne ? layer.window : nil
    let field = layer.receptiveField
    switch self {
    case .type: return isOne ? layer.type : counted(group.layers.count, "layer")
    case .output: return NumberFormat.extents(layer.outputShape.dimensions)
    case .window: return window.map(words) ?? ""
    case .kernel: return window.map { NumberFormat.extents($0.kernel) } ?? ""
    case .stride:
      return window.map { ($0.isTransposed ? "1/" : "") + NumberFormat.extents($0.stride) } ?? ""
    case .padding: return window.map { sides($0.padding) } ?? ""
    case .dilation: return window.map { NumberFormat.extents($0.dilation) } ?? ""
    case .groups: return window?.groups.map(String.init) ?? ""
    case .parameters, .frozen, .buffers, .macs, .other, .bytes:
      let number = number(group.totals) ?? 0
      return isPlain ? String(number) : NumberFormat.grouped(number)
    case .receptiveField: return text(field) + (isPlain ? "" : mark(field.status))
    case .jump, .start: return text(field)
    case .alignment:
      switch layer.alignment {
      case .aligned: return "aligned"
      case .misaligned(let path): return "part at \(path)"
      }
    case .unused:
      guard isOne, let unused = layer.unusedPixels, unused != [0, 0] else { return "" }
      return "\(unused[0]) bottom, \(unused[1]) right"
    }
  }

  /// What the column says of a receptive field; empty for columns of something else.
  public func text(_ field: ReceptiveField) -> String {
    guard let size = field.size else { return field.status.word }
    switch self {
    case .receptiveField: return NumberFormat.extents([size.height, size.width])
    case .jump: return axes(field) { $0.jump } ?? ""
    case .start: return axes(field) { $0.start } ?? ""
    default: return ""
    }
  }

  /// The count that the column shows; `nil` for columns of something else.
  func number(_ totals: ModelSummary.Totals) -> Int? {
    switch self {
    case .parameters: totals.parameters
    case .frozen: totals.frozenParameters
    case .buffers: totals.buffers
    case .macs: totals.multiplyAdds
    case .other: totals.otherOperations
    case .bytes: totals.activationBytes
    default: nil
    }
  }

  /// Kernel, then what differs from stride 1, padding 0, dilation 1 and one group: `3×3 s2 p1`.
  func words(_ window: LayerWindow) -> String {
    func part(_ letter: String, _ extents: [Int], unless usual: Int) -> [String] {
      let text = Set(extents).count == 1 ? "\(extents[0])" : NumberFormat.extents(extents)
      return extents.allSatisfy { $0 == usual } ? [] : [letter + text]
    }
    let parts =
      [NumberFormat.extents(window.kernel)]
      + part(window.isTransposed ? "s1/" : "s", window.stride, unless: 1)
      + (window.padding.allSatisfy { $0 == 0 } ? [] : ["p" + sides(window.padding)])
      + part("d", window.dilation, unless: 1) + part("g", [window.groups ?? 1], unless: 1)
    return parts.joined(separator: " ")
  }

  private func mark(_ status: ReceptiveField.Status) -> String {
    switch status {
    case .complete, .unknown: ""
    case .partial: " ~"
    case .global: " *"
    }
  }

  private func axes(_ field: ReceptiveField, _ number: (AxisField) -> Double) -> String? {
    guard let rows = field.rows, let columns = field.columns else { return nil }
    let texts = [number(rows), number(columns)].map(NumberFormat.general)
    return texts[0] == texts[1] ? texts[0] : texts.joined(separator: "×")
  }

  /// One number where all sides are alike, else top, bottom, left and right.
  private func sides(_ padding: [Int]) -> String {
    Set(padding).count == 1
      ? "\(padding[0])" : padding.map(String.init).joined(separator: ",")
  }
}
