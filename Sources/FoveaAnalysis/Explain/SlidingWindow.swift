public import FoveaGraph
import FoveaTensors

/// A value along the height, and one along the width.
public struct AxisPair<Value: Hashable & Codable & Sendable>: Hashable, Codable, Sendable {
  /// Along the height.
  public let rows: Value
  /// Along the width.
  public let columns: Value

  /// Gathers both.
  public init(rows: Value, columns: Value) {
    self.rows = rows
    self.columns = columns
  }

  /// The same along both.
  public init(_ both: Value) { self.init(rows: both, columns: both) }
}

/// A map's extents: height, width, channels, as cheat sheets write them.
public struct MapExtents: Hashable, Codable, Sendable {
  /// Pixels from top to bottom.
  public let height: Int
  /// Pixels from left to right.
  public let width: Int
  /// Numbers a pixel.
  public let channels: Int

  /// Gathers the three.
  public init(height: Int, width: Int, channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// As `64×64×32`.
  public var text: String { "\(height)×\(width)×\(channels)" }

  /// The shape of one such image, batch first.
  func shape() throws(ExplainError) -> Shape {
    for extent in [height, width, channels] { try expect("input", extent) }
    return try checkedShape([1, channels, height, width], "input")
  }
}

/// How padding is asked for.
public enum PaddingRule: Hashable, Codable, Sendable {
  /// So many pixels at each side.
  case explicit(AxisPair<Window.Padding>)
  /// As little as takes `⌈extent / stride⌉` positions; an odd pixel goes after the last.
  case same
  /// None.
  case valid
  /// As much as lets each window see a pixel: `d·(k − 1)` at each side.
  case full

  /// Pixels at each of the four sides.
  public static func sides(top: Int, bottom: Int, left: Int, right: Int) -> PaddingRule {
    .explicit(
      AxisPair(
        rows: Window.Padding(before: top, after: bottom),
        columns: Window.Padding(before: left, after: right)))
  }

  /// The same number of pixels at all four sides.
  public static func all(_ pixels: Int) -> PaddingRule {
    .explicit(AxisPair(Window.Padding(pixels)))
  }
}

/// A layer that slides a window over a map.
public struct SlidingWindow: Hashable, Codable, Sendable {
  /// Taps.
  public var kernel: AxisPair<Int>
  /// Pixels from one position to the next.
  public var stride: AxisPair<Int>
  /// Zeros at the edges.
  public var padding: PaddingRule
  /// Pixels from one tap to the next.
  public var dilation: AxisPair<Int>

  /// Describes a window.
  public init(
    kernel: AxisPair<Int>, stride: AxisPair<Int> = AxisPair(1), padding: PaddingRule = .all(0),
    dilation: AxisPair<Int> = AxisPair(1)
  ) {
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
  }

  /// A square one.
  public init(_ kernel: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1) {
    self.init(
      kernel: AxisPair(kernel), stride: AxisPair(stride), padding: .all(padding),
      dilation: AxisPair(dilation))
  }

  /// The windows along both axes of `input`.
  func windows(
    on input: MapExtents, ceilMode: Bool = false
  ) throws(ExplainError) -> AxisPair<Window> {
    var sides: AxisPair<Window.Padding>?
    if case .explicit(let pixels) = padding { sides = pixels }
    return AxisPair(
      rows: try window(
        kernel.rows, stride.rows, dilation.rows, sides?.rows, on: input.height, ceilMode),
      columns: try window(
        kernel.columns, stride.columns, dilation.columns, sides?.columns, on: input.width,
        ceilMode))
  }

  private func window(
    _ kernel: Int, _ stride: Int, _ dilation: Int, _ sides: Window.Padding?, on extent: Int,
    _ ceilMode: Bool
  ) throws(ExplainError) -> Window {
    try expect("input", extent)
    let bare = try checkedWindow(kernel, stride, dilation, sides, ceilMode: ceilMode)
    return try answered { () throws(OperationError) in
      switch padding {
      case .explicit, .valid: bare
      case .same: try bare.paddedToKeep(extent)
      case .full: try bare.paddedInFull()
      }
    }
  }
}

/// A window, or the first of its numbers that is out of range.
func checkedWindow(
  _ kernel: Int, _ stride: Int, _ dilation: Int, _ sides: Window.Padding? = nil,
  ceilMode: Bool = false
) throws(ExplainError) -> Window {
  try expect("kernel", kernel)
  try expect("stride", stride)
  try expect("dilation", dilation)
  let sides = sides ?? Window.Padding(0)
  for pixels in [sides.before, sides.after] {
    try expect("padding", pixels, in: 0...Window.largest)
  }
  return try answered { () throws(OperationError) in
    try Window(
      kernel: kernel, stride: stride, dilation: dilation, padding: sides, ceilMode: ceilMode)
  }
}

/// Throws unless a number is in range.
func expect(
  _ name: String, _ value: Int, in allowed: ClosedRange<Int> = 1...Window.largest
) throws(ExplainError) {
  guard allowed.contains(value) else { throw .outOfRange(name, value: value, allowed: allowed) }
}

/// A shape that is within bounds.
func checkedShape(_ extents: [Int], _ what: String) throws(ExplainError) -> Shape {
  guard let shape = Shape(checking: extents) else { throw .tooLarge(what) }
  return shape
}

/// What an operation answers; its error becomes one of ours.
func answered<Answer>(
  _ body: () throws(OperationError) -> Answer
) throws(ExplainError) -> Answer {
  do throws(OperationError) { return try body() } catch { throw .operation(error) }
}
