public import FoveaTensors

/// Slides `outChannels` filters over a batch of signals (cross-correlation, which CNNs call convolution).
///
/// | tensor | shape |
/// | --- | --- |
/// | input | `[N, inChannels, L]` |
/// | weight | `[outChannels, inChannels / groups, window.kernel]` |
/// | bias | `[outChannels]`, a third input where there is one |
/// | output | `[N, outChannels, window.positions(on: L)]` |
public struct Conv1d: Operation {
  public static let typeName = "Conv1d"
  /// The window along the signal.
  public let window: Window
  /// Channels are cut into this many groups, each convolved by itself.
  public let groups: Int

  /// Makes a convolution; channels follow from the weight.
  public init(window: Window, groups: Int = 1) {
    self.window = window
    self.groups = groups
  }

  public func spatialReach(inputs: [Shape]) -> SpatialReach {
    .windows(rows: .pixel, columns: window)
  }

  /// The same convolution of an image of one row.
  public var ofImages: Conv2d { Conv2d(rows: .pixel, columns: window, groups: groups) }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try convolvedShapes(inputs, [window], groups: groups)
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    convolutionCost(inputs, outputs)
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    try builder.appendGradients(of: node, by: ofImages)
  }
}

/// Adds a scaled filter to the result for each element of a signal: the gradient of a convolution, as a layer.
///
/// | tensor | shape |
/// | --- | --- |
/// | input | `[N, inChannels, L]` |
/// | weight | `[inChannels, outChannels / groups, window.kernel]` |
/// | bias | `[outChannels]`, a third input where there is one |
/// | output | `[N, outChannels, (L − 1) · stride − padding + reach + outputPadding]` |
public struct ConvTranspose1d: Operation {
  public static let typeName = "ConvTranspose1d"
  /// The window that slides over the result.
  public let window: Window
  /// Elements that the result has more at its end.
  public let outputPadding: Int
  /// Channels are cut into this many groups, each treated by itself.
  public let groups: Int

  /// Makes a transposed convolution; channels follow from the weight.
  public init(window: Window, outputPadding: Int = 0, groups: Int = 1) {
    self.window = window
    self.outputPadding = outputPadding
    self.groups = groups
  }

  public func spatialReach(inputs: [Shape]) -> SpatialReach {
    .transposedWindows(rows: .pixel, columns: window)
  }

  /// The same transposed convolution of an image of one row.
  public var ofImages: ConvTranspose2d {
    ConvTranspose2d(
      rows: .pixel, columns: window, outputPadding: [0, outputPadding], groups: groups)
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(2...3, inputs)
    let (signal, weight) = (inputs[0], inputs[1])
    guard signal.rank == 3 else { throw .rank(name, expected: 3, actual: signal) }
    guard signal.elementCount > 0 else { throw .empty(name, actual: signal) }
    guard weight.rank == 3 else { throw .rank("\(name) weight", expected: 3, actual: weight) }
    let channels = saturatingProduct(weight[1], groups)
    guard groups > 0, signal[1] % groups == 0 else {
      throw .groups(groups, inChannels: signal[1], outChannels: channels)
    }
    guard weight[0] == signal[1] else {
      throw .channels(name, expected: weight[0], actual: signal)
    }
    try expectTaps(weight, [window])
    let most = max(window.stride, window.dilation) - 1
    guard 0...most ~= outputPadding else {
      throw .setting(
        name, name: "output padding", value: "\(outputPadding)",
        allowed: "0 to \(most), less than stride or dilation")
    }
    let length = window.transposedExtent(of: signal[2], outputPadding: outputPadding)
    guard length > 0 else {
      throw .setting(
        name, name: "padding", value: "\(window.padding.before)",
        allowed: "less, so that an element of the result is left")
    }
    guard let output = Shape(checking: [signal[0], channels, length]) else {
      throw .tooLarge(name)
    }
    if inputs.count == 3, inputs[2] != [channels] {
      throw .shape(name, input: "bias", expected: [channels], actual: inputs[2])
    }
    return [output]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(
      multiplyAdds: inputs[1].dimensions.dropFirst().reduce(
        inputs[0].elementCount, saturatingProduct),
      otherOperations: inputs.count == 3 ? outputs[0].elementCount : 0)
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    try builder.appendGradients(of: node, by: ofImages)
  }
}

extension GraphBuilder {
  /// Differentiates a convolution of signals as one of images of a single row.
  fileprivate mutating func appendGradients(
    of node: DifferentiatedNode, by convolution: some Operation
  ) throws(GraphError) -> [Value?] {
    let addRow = Unsqueeze(axes: [2])
    var inputs = node.inputs
    inputs[0] = try apply(addRow, inputs[0], path: node.path)
    inputs[1] = try apply(addRow, inputs[1], path: node.path)
    let ofImages = DifferentiatedNode(
      inputs: inputs, outputs: node.outputs,
      outputGradients: [try apply(addRow, try node.gradient(), path: node.path)],
      wanted: node.wanted, path: node.path)
    var found = try convolution.appendGradients(of: ofImages, to: &self)
    for index in 0..<2 {
      if let gradient = found[index] {
        found[index] = try apply(Reshape(), gradient, node.inputs[index], path: node.path)
      }
    }
    return found
  }
}
