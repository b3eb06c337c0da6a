import FoveaGraph

/// What a chain of windows sees, row by row.
public struct ReceptiveFieldQuestion: Hashable, Codable, Sendable {
  /// One layer, along one axis.
  public struct Layer: Hashable, Codable, Sendable {
    /// Taps.
    public let kernel: Int
    /// Pixels from one position to the next.
    public let stride: Int
    /// Zeros at each end.
    public let padding: Int
    /// Pixels from one tap to the next.
    public let dilation: Int

    /// Describes a layer.
    public init(kernel: Int, stride: Int, padding: Int = 0, dilation: Int = 1) {
      self.kernel = kernel
      self.stride = stride
      self.padding = padding
      self.dilation = dilation
    }
  }

  /// The layers, from the image on.
  public var layers: [Layer]
  /// The image's extent along the axis; the numbers of positions are not told where left out.
  public var input: Int?

  /// Asks about a chain of layers.
  public init(layers: [Layer], input: Int? = nil) {
    self.layers = layers
    self.input = input
  }

  /// The most layers of a chain.
  public static let mostLayers = 10_000
  /// The widest receptive field whose used pixels are counted.
  private static let widestCounted = 4096

  /// Works it out: for each layer the number of positions `n`, the jump `j`, the receptive field `r`, the start (centre
  /// of what the first result sees), and how many of the `r` pixels are used.
  ///
  /// Results: `size`, `jump`, `start`, and `positions` where the image's extent is known.
  ///
  /// - Throws: `ExplainError` for numbers out of range, and where a window does not fit.
  public func working() throws(ExplainError) -> Working {
    guard 1...Self.mostLayers ~= layers.count else {
      throw .outOfRange("layers", value: layers.count, allowed: 1...Self.mostLayers)
    }
    if let input { try expect("input", input) }
    var working = Working("Receptive field of \(layers.count) layer\(layers.count == 1 ? "" : "s")")
    var (field, extent, used) = (AxisField.identity, input, [0] as Set?)
    var table = Working.Table(
      columns: ["layer", "k,s,p,d", "n", "j", "r", "r = r + d·(k − 1)·j", "start", "used"],
      rows: [row("input", "", extent, field, "", used)])
    for (index, layer) in layers.enumerated() {
      let window = try Self.window(layer, number: index + 1)
      if let positions = extent {
        guard let next = window.positions(on: positions) else {
          throw .chainEnds(
            layer: index + 1, reach: window.reach, extent: positions + 2 * layer.padding)
        }
        extent = next
      }
      let before = field
      field = before.through(window)
      guard field.last - field.first < 0x1p53, field.jump < 0x1p53 else {
        throw .tooLarge("receptive field")
      }
      used = used.flatMap { Self.widened($0, window, by: before, size: field.size) }
      table.rows.append(
        row(
          "\(index + 1)", "\(layer.kernel),\(layer.stride),\(layer.padding),\(layer.dilation)",
          extent, field,
          "\(before.size) + \(layer.dilation)·\(layer.kernel - 1)·\(Int(before.jump))", used))
    }
    working.table = table
    working.results = [
      "size": .count(field.size), "jump": .count(Int(field.jump)), "start": .place(field.start),
    ]
    if let extent { working.results["positions"] = .count(extent) }
    working.notes = notes(field, used: used)
    working.sources = ["A. Araujo, W. Norris, J. Sim, Distill 2019, doi:10.23915/distill.00021"]
    return working
  }

  private static func window(_ layer: Layer, number: Int) throws(ExplainError) -> Window {
    do throws(OperationError) {
      return try Window(
        kernel: layer.kernel, stride: layer.stride, dilation: layer.dilation,
        padding: Window.Padding(layer.padding))
    } catch {
      throw .layer(number, layer)
    }
  }

  private func row(
    _ name: String, _ numbers: String, _ extent: Int?, _ field: AxisField, _ working: String,
    _ used: Set<Int>?
  ) -> [Working.Cell] {
    [
      .text(name), .text(numbers), extent.map { .count($0) } ?? "–", .count(Int(field.jump)),
      .count(field.size), .text(working), .place(field.start),
      used.map { .count($0.count) } ?? "–",
    ]
  }

  /// The pixels, counted from the first, that a result depends on; `nil` where there are too many.
  private static func widened(
    _ used: Set<Int>, _ window: Window, by field: AxisField, size: Int
  ) -> Set<Int>? {
    guard size <= widestCounted else { return nil }
    let step = window.dilation * Int(field.jump)
    return Set((0..<window.kernel).flatMap { tap in used.map { $0 + tap * step } })
  }

  private func notes(_ field: AxisField, used: Set<Int>?) -> [String] {
    var notes = [
      "One result sees \(grouped(field.size)) pixels along the axis, the next one \(grouped(Int(field.jump))) further on; "
        + "the first is centred on pixel \(decimal(field.start)). Padding moves the start and leaves the size as it is."
    ]
    if let used, used.count < field.size {
      notes.append(
        "Only \(grouped(used.count)) of the \(grouped(field.size)) pixels are used, the rest lie between taps; in both "
          + "axes alike, \(grouped(used.count * used.count)) of \(grouped(field.size * field.size))."
      )
    }
    if let input, field.size > input {
      notes.append(
        "That is more than the image's \(grouped(input)): every result near the middle sees all of it, and padding."
      )
    }
    if input == nil { notes.append("With --input H the number of positions n is told too.") }
    return notes
  }
}
