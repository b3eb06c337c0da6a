public import FoveaTensors

/// Blurs by a binomial filter, then takes every `stride`-th pixel: down-sampling that small shifts hardly change.
///
/// `[N, C, H, W] → [N, C, ⌈H / stride⌉, ⌈W / stride⌉]`. The filter of size n has the weights `(n − 1 over k) / 2ⁿ⁻¹`
/// along each axis; the image is mirrored by `⌊(n − 1) / 2⌋` pixels before and `⌈(n − 1) / 2⌉` after.
///
/// - SeeAlso: R. Zhang, *Making Convolutional Networks Shift-Invariant Again*, arXiv:1904.11486.
public struct BlurPool2d: ResamplingOperation {
  public static let typeName = "BlurPool2d"
  /// Weights of the filter along each axis.
  public let filterSize: Int
  /// Pixels from one position to the next.
  public let stride: Int

  /// The filters that there are.
  public static let filterSizes = 1...7

  /// Makes the operation.
  public init(filterSize: Int, stride: Int) {
    self.filterSize = filterSize
    self.stride = stride
  }

  private var before: Int { (filterSize - 1) / 2 }
  private var after: Int { filterSize / 2 }

  /// Mirrored pixels lie under the part of the window that is inside the image.
  public func spatialReach(inputs: [Shape]) -> SpatialReach {
    let padding = Window.Padding(before: before, after: after)
    guard let window = try? Window(kernel: filterSize, stride: stride, padding: padding) else {
      return .undefined
    }
    return .windows(rows: window, columns: window)
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    let image = inputs[0]
    try expectImages(image)
    guard Self.filterSizes ~= filterSize else {
      throw .setting(name, name: "filter size", value: "\(filterSize)", allowed: "1 to 7")
    }
    guard 1...Window.largest ~= stride else {
      throw .setting(name, name: "stride", value: "\(stride)", allowed: "1 to \(Window.largest)")
    }
    for extent in [image[2], image[3]] {
      try expectExtents(extent, extent)
      guard after < extent else {
        throw .setting(
          name, name: "filter size", value: "\(filterSize)",
          allowed: "a smaller one, since only \(extent - 1) pixels can be mirrored")
      }
    }
    return [[image[0], image[1], positions(on: image[2]), positions(on: image[3])]]
  }

  private func positions(on extent: Int) -> Int { (extent - 1) / stride + 1 }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(
      otherOperations: saturatingProduct(outputs[0].elementCount, filterSize * filterSize))
  }

  public func tables(for input: Shape) -> [(axis: Int, table: ResamplingTable)] {
    // A row of Pascal's triangle.
    var weights = [1.0]
    for _ in 1..<filterSize { weights = zip(weights + [0], [0] + weights).map { ($0 + $1) / 2 } }
    return [2, 3].map { axis in
      let last = input[axis] - 1
      var table = ResamplingTable(inputExtent: input[axis])
      for position in 0..<positions(on: input[axis]) {
        table.appendRow(
          weights.enumerated().map { tap, weight in
            let place = abs(position * stride - before + tap)
            return (index: place > last ? 2 * last - place : place, weight: weight)
          })
      }
      return (axis, table)
    }
  }
}
