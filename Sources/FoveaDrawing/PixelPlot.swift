/// Something over an image's pixels: the image itself, shaded pixels, outlines and places, between axes that count
/// pixels.
///
/// Pixel `i` covers `i − ½ ..< i + ½` of its axis; the first pixel's centre is 0.
public struct PixelPlot: Hashable, Sendable {
  /// Pixels with a colour each, over what was laid down before.
  public struct Layer: Hashable, Sendable {
    /// The colours.
    public var image: PNGImage
    /// Where its first row is.
    public var row: Int
    /// Where its first column is.
    public var column: Int

    /// Places an image's first pixel.
    public init(_ image: PNGImage, row: Int, column: Int) {
      self.image = image
      self.row = row
      self.column = column
    }
  }

  /// How an outline is drawn.
  public enum LineStyle: String, Hashable, Codable, Sendable {
    /// A blue line.
    case solid
    /// An orange line of dashes.
    case dashed
    /// A grey line.
    case frame
  }

  /// A rectangle, or the ellipse in it.
  public struct Outline: Hashable, Sendable {
    /// What the legend calls it.
    public var name: String
    /// Where it begins along the height, in pixels.
    public var top: Double
    /// Where it begins along the width.
    public var left: Double
    /// Where it ends along the height.
    public var bottom: Double
    /// Where it ends along the width.
    public var right: Double
    /// Whether the ellipse in the rectangle is meant.
    public var isEllipse: Bool
    /// How it is drawn.
    public var style: LineStyle

    /// Describes an outline.
    public init(
      _ name: String, top: Double, left: Double, bottom: Double, right: Double,
      isEllipse: Bool = false, style: LineStyle
    ) {
      self.name = name
      self.top = top
      self.left = left
      self.bottom = bottom
      self.right = right
      self.isEllipse = isEllipse
      self.style = style
    }
  }

  /// A place that is marked with a cross.
  public struct Mark: Hashable, Sendable {
    /// What the legend calls it.
    public var name: String
    /// Along the height, in pixels.
    public var row: Double
    /// Along the width.
    public var column: Double

    /// Describes a place.
    public init(_ name: String, row: Double, column: Double) {
      self.name = name
      self.row = row
      self.column = column
    }
  }

  /// What stands above it.
  public var title: String
  /// Under the title, a line each.
  public var notes: [String] = []
  /// The rows that are shown.
  public var rows: ClosedRange<Int>
  /// The columns that are shown.
  public var columns: ClosedRange<Int>
  /// What is laid over each other, from the bottom.
  public var layers: [Layer] = []
  /// Lines over all layers; what lies outside the plot is not shown.
  public var outlines: [Outline] = []
  /// Places over all layers.
  public var marks: [Mark] = []
  /// What the colours of `HeatColors` stand for, where a layer has them; the darkest is 0.
  public var colorMeaning: String?

  /// The most pixels along an axis.
  public static let largestExtent = 4096

  /// Shows some rows and columns of an image.
  ///
  /// - Throws: `DrawingError.tooMany` beyond `largestExtent`.
  public init(
    title: String, rows: ClosedRange<Int>, columns: ClosedRange<Int>
  ) throws(DrawingError) {
    for (what, pixels) in [("rows", rows), ("columns", columns)]
    where pixels.count > Self.largestExtent {
      throw .tooMany(
        what, count: pixels.count, limit: Self.largestExtent, remedy: "take a smaller image")
    }
    self.title = title
    self.rows = rows
    self.columns = columns
  }

  /// Whole pixels for an axis to name.
  static func ticks(_ pixels: ClosedRange<Int>, limit: Int) -> [Int] {
    let scale = AxisScale(
      [Double(pixels.lowerBound), Double(pixels.upperBound)], .linear, widened: false,
      tickLimit: limit)
    return scale.ticks.filter { $0 == $0.rounded() }.map { Int($0) }.filter { pixels ~= $0 }
  }
}

/// Colours for amounts, from dark to light, evenly to the eye: matplotlib's viridis.
enum HeatColors {
  private static let anchors: [[Double]] = [
    [0x44, 0x01, 0x54], [0x48, 0x28, 0x78], [0x3e, 0x49, 0x89], [0x31, 0x68, 0x8e],
    [0x26, 0x82, 0x8e], [0x1f, 0x9e, 0x89], [0x35, 0xb7, 0x79], [0x6e, 0xce, 0x58],
    [0xb5, 0xde, 0x2b], [0xfd, 0xe7, 0x25],
  ]

  /// The colour of an amount of 0 to 1.
  static func rgb(_ amount: Double) -> [UInt8] {
    let place = min(max(amount, 0), 1) * Double(anchors.count - 1)
    let index = min(Int(place), anchors.count - 2)
    return zip(anchors[index], anchors[index + 1]).map { low, high in
      UInt8((low + (high - low) * (place - Double(index))).rounded())
    }
  }

  /// All colours, the lightest at the top.
  static var bar: PNGImage {
    PNGImage(width: 1, height: 256, .rgb, (0..<256).flatMap { rgb(Double(255 - $0) / 255) })
  }
}
