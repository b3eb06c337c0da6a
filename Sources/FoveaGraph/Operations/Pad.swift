public import FoveaTensors

/// Puts elements before and after the last axes, or takes some away.
///
/// `[…, L] → […, before + L + after]` for each axis.
public struct Pad: ResamplingOperation {
  /// Elements at the ends of an axis; a negative number takes away as many.
  public struct Amount: Hashable, Codable, Sendable {
    /// Elements before the first.
    public let before: Int
    /// Elements after the last.
    public let after: Int

    /// Pads each end by its own amount.
    public init(before: Int, after: Int) {
      self.before = before
      self.after = after
    }
  }

  /// What the new elements are.
  public enum Mode: Hashable, Codable, Sendable {
    /// One number.
    case constant(Float)
    /// The image mirrored at its outermost elements, which are not repeated.
    case reflect
    /// The outermost element.
    case replicate
    /// What remains of the image, repeated.
    case circular
  }

  public static let typeName = "Pad"
  /// The amounts for the last axes, in the axes' order: rows before columns.
  public let amounts: [Amount]
  /// What the new elements are.
  public let mode: Mode

  /// Makes the operation.
  public init(_ amounts: [Amount], mode: Mode) {
    self.amounts = amounts
    self.mode = mode
  }

  public var emptyValue: Float { if case .constant(let value) = mode { value } else { 0 } }

  /// Where zeros are added the grid stays and moves; mirrored pixels no window describes.
  public func spatialReach(inputs: [Shape]) -> SpatialReach {
    guard case .constant = mode, 3...4 ~= inputs[0].rank else { return .undefined }
    let amounts = Array(repeating: Amount(before: 0, after: 0), count: 4) + amounts
    return .offset(
      rows: inputs[0].rank == 4 ? -amounts[amounts.count - 2].before : 0,
      columns: -amounts[amounts.count - 1].before)
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    let input = inputs[0]
    guard amounts.count <= input.rank else {
      throw .setting(
        name, name: "amounts", value: "\(amounts.count)",
        allowed: "at most \(input.rank), one an axis")
    }
    guard emptyValue.isFinite else {
      throw .setting(name, name: "value", value: "\(emptyValue)", allowed: "a finite number")
    }
    var dimensions = input.dimensions
    for (axis, amount) in zip(input.rank - amounts.count..<input.rank, amounts) {
      try expectExtents(input[axis], input[axis])
      try expectFit(amount, input[axis])
      dimensions[axis] += amount.before + amount.after
      try expectExtents(input[axis], dimensions[axis])
    }
    guard let output = Shape(checking: dimensions) else { throw .tooLarge(name) }
    return [output]
  }

  private func expectFit(_ amount: Amount, _ extent: Int) throws(OperationError) {
    let largest =
      switch mode {
      case .reflect: extent - 1
      case .circular: extent
      case .constant, .replicate: ResamplingTable.largestExtent
      }
    // In this order: a number of a file may be any, and those in the range can be added.
    guard -extent...largest ~= amount.before, -extent...largest ~= amount.after,
      max(0, -amount.before) + max(0, -amount.after) < extent
    else {
      throw .setting(
        name, name: "amount", value: "\(amount.before)+\(amount.after) on \(extent) elements",
        allowed: "at most \(largest) at an end, and leave at least one element")
    }
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost { Cost() }

  public func tables(for input: Shape) -> [(axis: Int, table: ResamplingTable)] {
    zip(input.rank - amounts.count..<input.rank, amounts).map { axis, amount in
      var table = ResamplingTable(inputExtent: input[axis])
      for place in -amount.before..<input[axis] + amount.after {
        let source = source(of: place, amount, input[axis])
        table.appendRow(source.map { [(index: $0, weight: 1)] } ?? [])
      }
      return (axis, table)
    }
  }

  /// The element that stands at `place`, counted from the input's first; `nil` for the constant.
  private func source(of place: Int, _ amount: Amount, _ extent: Int) -> Int? {
    if mode == .circular {
      let first = max(0, -amount.before)
      let count = extent - first - max(0, -amount.after)
      let turned = (place - first) % count
      return first + (turned < 0 ? turned + count : turned)
    }
    if 0..<extent ~= place { return place }
    switch mode {
    case .constant: return nil
    case .reflect: return place < 0 ? -place : 2 * (extent - 1) - place
    case .replicate, .circular: return place < 0 ? 0 : extent - 1
    }
  }

  public var withoutOffset: Pad {
    if case .constant = mode { Pad(amounts, mode: .constant(0)) } else { self }
  }
}
