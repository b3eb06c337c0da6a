/// How often a network is right, against how sure it is, and for how many images.
///
/// A network whose probabilities are true has its bars on the diagonal; the gap between a bar and the mean
/// probability of its images is drawn in another colour.
public struct ReliabilityDiagram: Hashable, Codable, Picture {
  /// Images whose probability lies in one range.
  public struct Bin: Hashable, Codable, Sendable {
    /// The range of probabilities.
    public let range: ClosedRange<Double>
    /// How many images there are.
    public let images: Int
    /// Their mean probability.
    public let confidence: Double
    /// The share of them that the network is right about.
    public let accuracy: Double

    /// Describes a range.
    public init(_ range: ClosedRange<Double>, images: Int, confidence: Double, accuracy: Double) {
      self.range = range
      self.images = images
      self.confidence = confidence
      self.accuracy = accuracy
    }
  }

  /// What stands above it.
  public let title: String
  /// Under the title, such as the calibration error.
  public let note: String
  /// The ranges, from the least probability.
  public let bins: [Bin]

  /// Makes a diagram.
  public init(title: String, note: String, bins: [Bin]) {
    self.title = title
    self.note = note
    self.bins = bins
  }

  private static let side = 440.0

  /// The diagram as an SVG document.
  public func svg() -> String { content.svg }

  /// The diagram as pixels, two for each of the SVG document's, on a light background.
  public func png() -> PNGImage { content.png }

  private var content: PictureContent {
    let images = AxisScale(
      [0] + bins.map { Double($0.images) }, .linear, widened: true, tickLimit: 4)
    let left =
      40 + (images.ticks.map { SVGElement.width(of: images.label(of: $0)) }.max() ?? 0)
    let accuracy = Frame(x: left, y: 92, width: Self.side, height: Self.side)
    let counts = Frame(x: left, y: accuracy.bottom + 24, width: Self.side, height: 110)
    let width =
      left + 24
      + max(
        Self.side, SVGElement.width(of: title, size: SVGElement.titleSize),
        SVGElement.width(of: note))
    let share = AxisScale([0, 1], .linear, widened: false, tickLimit: 5)

    var content = [
      SVGElement.text(
        title, x: left, y: 27, size: SVGElement.titleSize, paint: .ink, weight: "600"),
      .text(note, x: left, y: 46),
    ]
    content += legend(x: left, y: 70)
    content += axis(share, "Accuracy (share of images)", accuracy)
    content += axis(images, "Images (count)", counts)
    for bin in bins where bin.images > 0 { content += bars(bin, accuracy, counts, images) }
    content.append(diagonal((accuracy.x, accuracy.bottom), (accuracy.right, accuracy.y)))
    for tick in share.ticks {
      content.append(
        .text(
          share.label(of: tick), x: left + share.position(of: tick) * Self.side,
          y: counts.bottom + 18, anchor: "middle"))
    }
    content.append(
      .text(
        "Confidence (probability of the predicted class, share of 1)", x: left + Self.side / 2,
        y: counts.bottom + 40, anchor: "middle"))
    return PictureContent(
      title: title, width: width, height: counts.bottom + 54, elements: content)
  }

  private func bars(
    _ bin: Bin, _ accuracy: Frame, _ counts: Frame, _ images: AxisScale
  ) -> [SVGElement] {
    let x = accuracy.x + bin.range.lowerBound * Self.side + 1
    let width = max((bin.range.upperBound - bin.range.lowerBound) * Self.side - 2, 1)
    func bar(from start: Double, to end: Double, in frame: Frame) -> Frame {
      Frame(
        x: x, y: frame.bottom - end * frame.height, width: width,
        height: (end - start) * frame.height)
    }
    let height = accuracy.bottom - bin.accuracy * accuracy.height
    let ends = (min(bin.accuracy, bin.confidence), max(bin.accuracy, bin.confidence))
    return [
      .rectangle(bar(from: 0, to: ends.0, in: accuracy), fill: .blue, fillOpacity: 0.8),
      .rectangle(
        bar(from: ends.0, to: ends.1, in: accuracy), fill: .orange, fillOpacity: 0.45,
        stroke: .orange),
      .line((x, height), (x + width, height), paint: .blue, width: 3),
      .rectangle(
        bar(from: 0, to: images.position(of: Double(bin.images)), in: counts), fill: .blue,
        fillOpacity: 0.8),
    ]
  }

  private func axis(_ scale: AxisScale, _ title: String, _ frame: Frame) -> [SVGElement] {
    var elements: [SVGElement] = []
    for tick in scale.ticks {
      let y = frame.bottom - scale.position(of: tick) * frame.height
      elements.append(.line((frame.x, y), (frame.right, y), paint: .grid))
      elements.append(.text(scale.label(of: tick), x: frame.x - 8, y: y + 4, anchor: "end"))
    }
    elements.append(.line((frame.x, frame.bottom), (frame.right, frame.bottom), paint: .rule))
    elements.append(.verticalText(title, x: 22, y: frame.middle))
    return elements
  }

  private func diagonal(_ start: (Double, Double), _ end: (Double, Double)) -> SVGElement {
    var line = SVGElement.line(start, end, paint: .quiet, width: 1.5)
    line.set("stroke-dasharray", "5 4")
    return line
  }

  private func legend(x: Double, y: Double) -> [SVGElement] {
    let swatch = { (x: Double) in Frame(x: x, y: y - 6, width: 14, height: 12) }
    return [
      .rectangle(swatch(x), fill: .blue, fillOpacity: 0.8),
      .text("accuracy", x: x + 20, y: y + 4),
      .rectangle(swatch(x + 96), fill: .orange, fillOpacity: 0.45, stroke: .orange),
      .text("gap to the mean confidence", x: x + 116, y: y + 4),
      diagonal((x + 306, y), (x + 330, y)),
      .text("perfectly calibrated", x: x + 336, y: y + 4),
    ]
  }
}
