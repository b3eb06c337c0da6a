public import FoveaTensors

/// Adds a scaled filter to the result for each pixel: the gradient of a convolution, as a layer.
///
/// It brings back the shape that a convolution of the same settings takes, not the values.
///
/// | tensor | shape |
/// | --- | --- |
/// | input | `[N, inChannels, H, W]` |
/// | weight | `[inChannels, outChannels / groups, rows.kernel, columns.kernel]` |
/// | bias | `[outChannels]`, a third input where there is one |
/// | output | `[N, outChannels, H', W']` |
///
/// `H' = (H − 1) · stride − padding + reach + outputPadding`, and `W'` alike.
///
/// - SeeAlso: V. Dumoulin and F. Visin, arXiv:1603.07285, chapter 4.
public struct ConvTranspose2d: Operation {
  public static let typeName = "ConvTranspose2d"
  /// The window that slides over the height of the result.
  public let rows: Window
  /// The window that slides over the width of the result.
  public let columns: Window
  /// Rows and columns that the result has more at the bottom and at the right, of the many shapes that a convolution
  /// maps to the input's.
  public let outputPadding: [Int]
  /// Channels are cut into this many groups, each treated by itself.
  public let groups: Int

  /// Makes a transposed convolution; channels follow from the weight.
  public init(rows: Window, columns: Window, outputPadding: [Int] = [0, 0], groups: Int = 1) {
    self.rows = rows
    self.columns = columns
    self.outputPadding = outputPadding
    self.groups = groups
  }

  public func spatialReach(inputs: [Shape]) -> SpatialReach {
    .transposedWindows(rows: rows, columns: columns)
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(2...3, inputs)
    let (image, weight) = (inputs[0], inputs[1])
    try expectImages(image)
    guard weight.rank == 4 else { throw .rank("\(name) weight", expected: 4, actual: weight) }
    let channels = saturatingProduct(weight[1], groups)
    guard groups > 0, image[1] % groups == 0 else {
      throw .groups(groups, inChannels: image[1], outChannels: channels)
    }
    guard weight[0] == image[1] else {
      throw .channels(name, expected: weight[0], actual: image)
    }
    let expected: Shape = [image[1], weight[1], rows.kernel, columns.kernel]
    guard weight == expected, weight.elementCount > 0 else {
      throw .shape(name, input: "weight", expected: expected, actual: weight)
    }
    try checkOutputPadding()
    let extents = zip([rows, columns], zip([image[2], image[3]], outputPadding)).map {
      $0.transposedExtent(of: $1.0, outputPadding: $1.1)
    }
    guard extents.allSatisfy({ $0 > 0 }) else {
      throw .setting(
        name, name: "padding", value: "\(rows.padding.before)×\(columns.padding.before)",
        allowed: "less, so that a pixel of the result is left")
    }
    guard let output = Shape(checking: [image[0], channels] + extents) else {
      throw .tooLarge(name)
    }
    if inputs.count == 3, inputs[2] != [channels] {
      throw .shape(name, input: "bias", expected: [channels], actual: inputs[2])
    }
    return [output]
  }

  private func checkOutputPadding() throws(OperationError) {
    let allowed = [rows, columns].map { max($0.stride, $0.dilation) - 1 }
    guard outputPadding.count == 2,
      zip(outputPadding, allowed).allSatisfy({ 0...$1 ~= $0 })
    else {
      throw .setting(
        name, name: "output padding", value: "\(outputPadding)",
        allowed:
          "0 to \(allowed[0]) rows and 0 to \(allowed[1]) columns, less than stride or dilation")
    }
  }

  /// The convolution whose image is the result without the rows and columns that no filter reaches.
  var convolution: Conv2d {
    get throws(OperationError) {
      Conv2d(
        rows: try rows.withLessPadding(outputPadding[0]),
        columns: try columns.withLessPadding(outputPadding[1]), groups: groups)
    }
  }

  /// Rows and columns at the bottom and at the right that no filter reaches.
  private var unreached: [Int] {
    zip([rows, columns], outputPadding).map { max(0, $1 - $0.padding.after) }
  }

  /// Multiply-adds for each pixel of the input; a bias is an addition of its own.
  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    let perPixel = [inputs[1][1], rows.kernel, columns.kernel]
    return Cost(
      multiplyAdds: perPixel.reduce(inputs[0].elementCount, saturatingProduct),
      otherOperations: inputs.count == 3 ? outputs[0].elementCount : 0)
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let gradient = try node.gradient()
    let (image, weight) = (node.inputs[0], node.inputs[1])
    var result = [Value?](repeating: nil, count: node.inputs.count)
    let own: Conv2d
    do {
      own = try convolution
    } catch {
      throw .operation(path: node.path, error)
    }
    var reached = gradient
    for (axis, rest) in zip([2, 3], unreached) where rest > 0 {
      let extent = builder.shape(of: reached)[axis]
      reached = try builder.apply(
        Slice(axis: axis, start: 0, end: extent - rest), reached, path: node.path)
    }
    if node.wanted[0] { result[0] = try builder.apply(own, reached, weight, path: node.path) }
    if node.wanted[1] {
      result[1] = try builder.apply(
        Conv2dWeightGradient(convolution: own), reached, image, weight, path: node.path)
    }
    if node.inputs.count == 3, node.wanted[2] {
      result[2] = try builder.apply(
        Reduce(.sum, axes: [0, 2, 3], keepDimensions: false), gradient, path: node.path)
    }
    return result
  }
}

extension Window {
  /// The extent on which a transposed convolution of this window puts `extent` positions; below 1 where its padding
  /// leaves none.
  func transposedExtent(of extent: Int, outputPadding: Int) -> Int {
    let (span, overflow) = (extent - 1).multipliedReportingOverflow(by: stride)
    guard !overflow, span < Shape.largestElementCount else { return Shape.largestElementCount + 1 }
    return span - padding.before - padding.after + reach + outputPadding
  }

  /// This window with less padding behind, at least 0.
  fileprivate func withLessPadding(_ pixels: Int) throws(OperationError) -> Window {
    try Window(
      kernel: kernel, stride: stride, dilation: dilation,
      padding: Padding(before: padding.before, after: max(0, padding.after - pixels)))
  }
}
