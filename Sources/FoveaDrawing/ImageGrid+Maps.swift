import Foundation
public import FoveaTensors

extension ImageGrid {
  /// The filters of a convolution: of three input channels one image in colour each, else one image for each filter and
  /// input channel, blue below zero and orange above.
  ///
  /// All have one scale, from minus to plus the largest magnitude, which the note names.
  ///
  /// - Parameters:
  ///   - weights: The filters `[O, I, kH, kW]`.
  ///   - isColor: Whether three input channels are red, green and blue.
  ///   - limit: The most images that are drawn.
  /// - Throws: `DrawingError.setting` for weights of another number of axes.
  public init(
    filters weights: Tensor, isColor: Bool, title: String, limit: Int = 64
  ) throws(DrawingError) {
    guard weights.shape.rank == 4, weights.elementType == .float32 else {
      throw .setting("the axes of the filters", value: weights.shape.rank, allowed: "4")
    }
    let numbers = weights.reordered(.rowMajor).floats
    let (count, channels) = (weights.shape[0], weights.shape[1])
    let (height, width) = (weights.shape[2], weights.shape[3])
    let size = height * width
    let largest = numbers.lazy.filter(\.isFinite).map(\.magnitude).max() ?? 0
    func share(_ index: Int) -> Float {
      largest > 0 && numbers[index].isFinite ? numbers[index] / largest : 0
    }
    let isColor = isColor && channels == 3
    let images = isColor ? count : count * channels
    let cells = (0..<min(images, max(limit, 0))).map { number in
      let first = number * (isColor ? channels : 1) * size
      let samples = (0..<size).flatMap { place -> [UInt8] in
        guard isColor else { return SignedColors.rgb(share(first + place)) }
        return (0..<3).map { UInt8((127.5 + 127.5 * share(first + $0 * size + place)).rounded()) }
      }
      let name =
        isColor || channels == 1 ? "\(number)" : "\(number / channels), \(number % channels)"
      return Cell(PNGImage(width: width, height: height, .rgb, samples), lines: [name])
    }
    let scale = Self.short(Double(largest))
    let colors =
      isColor
      ? "each colour dark at −\(scale), bright at \(scale)"
      : "blue to −\(scale), pale 0, orange to \(scale)"
    let what = isColor || channels == 1 ? "filters" : "planes (filter, input channel)"
    self.init(
      title: title,
      note:
        "\(Self.amount(cells.count, of: images)) \(what) of \(height)×\(width) weights; \(colors)",
      cells: cells)
  }

  /// What a layer makes of an image: a picture for each channel, dark for its least value and light for its largest.
  ///
  /// - Parameters:
  ///   - maps: The output `[1, C, H, W]`.
  ///   - hasOwnScales: Whether each channel has its own least and largest value, instead of those of all.
  ///   - limit: The most channels that are drawn.
  /// - Throws: `DrawingError.setting` for an output of another number of axes.
  public init(
    featureMaps maps: Tensor, title: String, hasOwnScales: Bool = false, limit: Int = 64
  ) throws(DrawingError) {
    guard maps.shape.rank == 4, maps.elementType == .float32 else {
      throw .setting("the axes of the feature maps", value: maps.shape.rank, allowed: "4")
    }
    let numbers = maps.reordered(.rowMajor).floats
    let (channels, height, width) = (maps.shape[1], maps.shape[2], maps.shape[3])
    let size = height * width
    func range(_ part: ArraySlice<Float>) -> (low: Float, high: Float) {
      let finite = part.filter(\.isFinite)
      return (finite.min() ?? 0, finite.max() ?? 0)
    }
    let all = range(numbers[..<(channels * size)])
    let cells = (0..<min(channels, max(limit, 0))).map { channel in
      let part = numbers[(channel * size)..<((channel + 1) * size)]
      let (low, high) = hasOwnScales ? range(part) : all
      let samples = part.flatMap { number in
        HeatColors.rgb(
          number.isFinite && high > low ? Double((number - low) / (high - low)) : 0)
      }
      return Cell(PNGImage(width: width, height: height, .rgb, samples), lines: ["\(channel)"])
    }
    let scale =
      hasOwnScales
      ? "each from its least value, dark, to its largest, light"
      : "dark \(Self.short(Double(all.low))), light "
        + Self.short(Double(all.high))
    self.init(
      title: title,
      note: "\(Self.amount(cells.count, of: channels)) channels of \(height)×\(width); \(scale)",
      cells: cells)
  }

  private static func short(_ number: Double) -> String { String(format: "%.3g", number) }

  private static func amount(_ shown: Int, of all: Int) -> String {
    shown == all ? "\(all)" : "\(shown) of \(NumberFormat.grouped(all))"
  }
}

/// Colours for −1 to 1: blue, a pale grey that is seen on white, orange.
enum SignedColors {
  private static let middle: Float = 236

  static func rgb(_ share: Float) -> [UInt8] {
    let end = (share < 0 ? Paint.blue : Paint.orange).lightRGB
    let amount = min(share.magnitude, 1)
    return end.map { UInt8((middle + (Float($0) - middle) * amount).rounded()) }
  }
}
