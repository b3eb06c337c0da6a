public import FoveaTensors

/// Interpolates the last axes to other extents.
///
/// `[…, L] → […, L']` for each axis. Holds the rules of PyTorch's `interpolate` and of ONNX's `Resize`; coordinates
/// count from the first element's centre, with L / L' (or one over the scale) input elements to a step.
///
/// | rule | PyTorch | ONNX |
/// | --- | --- | --- |
/// | `nearest` | `.nearest(.floor)`, `.asymmetric` | `asymmetric`, `floor` |
/// | `nearest-exact` | `.nearest(.roundPreferCeil)`, `.halfPixel` | `half_pixel`, `round_prefer_ceil` |
/// | `bilinear` | `.linear`, `.halfPixel` or `.alignCorners` | `linear`, alike |
/// | `bicubic` | `.cubic(-0.75)`, with antialias `.cubic(-0.5)` | `cubic`, `cubic_coeff_a` |
///
/// - SeeAlso: R. Keys, *Cubic Convolution Interpolation for Digital Image Processing*, doi:10.1109/TASSP.1981.1163711.
public struct Resize: ResamplingOperation {
  /// What the last axes become.
  public enum Target: Hashable, Codable, Sendable {
    /// An extent for each axis.
    case sizes([Int])
    /// A factor for each axis; the extent is `⌊L · factor⌋`.
    case scales([Double])
  }

  /// Which of two neighbours a coordinate between them means.
  public enum Rounding: String, Hashable, Codable, Sendable, CaseIterable {
    /// The one before.
    case floor
    /// The one after.
    case ceil
    /// The nearest; the one before where both are as near.
    case roundPreferFloor
    /// The nearest; the one after where both are as near.
    case roundPreferCeil
  }

  /// How elements between those of the input are made.
  public enum Interpolation: Hashable, Codable, Sendable {
    /// One element.
    case nearest(Rounding)
    /// The two neighbours along each axis, by distance.
    case linear
    /// Four neighbours, by the cubic polynomials of a coefficient.
    case cubic(_ coefficient: Double)
  }

  /// Where element `i` of the result lies in the input, with s input elements to a step.
  public enum Coordinates: String, Hashable, Codable, Sendable, CaseIterable {
    /// `(i + 1/2) · s − 1/2`.
    case halfPixel
    /// `halfPixel`, and 0 for a single element.
    case pytorchHalfPixel
    /// `i · (L − 1) / (L' − 1)`: first and last elements stay where they are.
    case alignCorners
    /// `i · s`.
    case asymmetric
  }

  public static let typeName = "Resize"
  /// What the last axes become.
  public let target: Target
  /// How elements are made.
  public let interpolation: Interpolation
  /// Where they lie.
  public let coordinates: Coordinates
  /// Whether an axis that shrinks is averaged over as many elements as one of the result stands for.
  public let antialias: Bool
  /// Whether elements outside the image count for nothing, rather than like the outermost one (cubic, antialias).
  ///
  /// PyTorch leaves them out with antialias, and takes the outermost one without.
  public let excludesOutside: Bool

  /// Makes the operation.
  ///
  /// - Parameter antialias: For linear and cubic interpolation, with half pixels or aligned corners.
  public init(
    to target: Target, interpolation: Interpolation, coordinates: Coordinates = .halfPixel,
    antialias: Bool = false, excludesOutside: Bool = false
  ) {
    self.target = target
    self.interpolation = interpolation
    self.coordinates = coordinates
    self.antialias = antialias
    self.excludesOutside = excludesOutside
  }

  private var axisCount: Int {
    switch target {
    case .sizes(let sizes): sizes.count
    case .scales(let scales): scales.count
    }
  }

  /// The axes that are resized, with what happens along each; `nil` where a result passes the largest integer.
  func axes(of input: Shape) -> [(axis: Int, resized: ResizedAxis?)] {
    let first = input.rank - axisCount
    return (0..<axisCount).map { place in
      let extent = input[first + place]
      let resized: ResizedAxis?
      switch target {
      case .sizes(let sizes):
        resized = ResizedAxis(self, from: extent, to: sizes[place], scale: nil)
      case .scales(let scales):
        let wanted = (Double(extent) * scales[place]).rounded(.down)
        resized = Int(exactly: wanted).map {
          ResizedAxis(self, from: extent, to: $0, scale: scales[place])
        }
      }
      return (first + place, resized)
    }
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    guard axisCount <= inputs[0].rank else {
      throw .setting(
        name, name: "target", value: "of \(axisCount) axes", allowed: "at most \(inputs[0].rank)")
    }
    try expectSettings()
    var dimensions = inputs[0].dimensions
    for (axis, resized) in axes(of: inputs[0]) {
      guard let resized else { throw .tooLarge(name) }
      try expectExtents(resized.input, resized.output)
      dimensions[axis] = resized.output
    }
    guard let output = Shape(checking: dimensions) else { throw .tooLarge(name) }
    return [output]
  }

  private func expectSettings() throws(OperationError) {
    if case .scales(let scales) = target, !scales.allSatisfy({ $0.isFinite && $0 > 0 }) {
      throw .setting(name, name: "scales", value: "\(scales)", allowed: "finite numbers above 0")
    }
    if case .cubic(let coefficient) = interpolation, !coefficient.isFinite {
      throw .setting(
        name, name: "cubic coefficient", value: "\(coefficient)", allowed: "a finite number")
    }
    if antialias {
      if case .nearest = interpolation {
        throw .setting(
          name, name: "antialias", value: "nearest", allowed: "linear or cubic with it")
      }
      guard coordinates == .halfPixel || coordinates == .alignCorners else {
        throw .setting(
          name, name: "antialias", value: coordinates.rawValue,
          allowed: "halfPixel or alignCorners with it")
      }
    }
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    let taps = axes(of: inputs[0]).map { $0.resized?.termCount ?? 0 }
    return Cost(otherOperations: taps.reduce(outputs[0].elementCount, saturatingProduct))
  }

  public func tables(for input: Shape) -> [(axis: Int, table: ResamplingTable)] {
    axes(of: input).compactMap { axis, resized in resized.map { (axis, $0.table()) } }
  }

  /// Whole factors have a window; what lies between is no grid.
  public func spatialReach(inputs: [Shape]) -> SpatialReach {
    guard inputs[0].rank == 4, axisCount <= 2 else { return .undefined }
    let resized = axes(of: inputs[0]).map(\.resized)
    if resized.allSatisfy({ $0?.isUnchanged == true }) { return .pointwise }
    let windows =
      (Array(repeating: try? Window(kernel: 1), count: 2) + resized.map { $0?.enlargingWindow })
      .suffix(2).compactMap(\.self)
    guard windows.count == 2 else { return .undefined }
    return .transposedWindows(rows: windows[0], columns: windows[1])
  }
}
