public import FoveaTensors

/// Slides `outChannels` filters over a batch of volumes, such as videos or scans (cross-correlation).
///
/// | tensor | shape |
/// | --- | --- |
/// | input | `[N, inChannels, D, H, W]` |
/// | weight | `[outChannels, inChannels / groups, depth.kernel, rows.kernel, columns.kernel]` |
/// | bias | `[outChannels]`, a third input where there is one |
/// | output | `[N, outChannels, depth.positions(on: D), rows.positions(on: H), columns.positions(on: W)]` |
///
/// - SeeAlso: D. Tran et al., *Learning Spatiotemporal Features with 3D Convolutional Networks*,
///   arXiv:1412.0767.
public struct Conv3d: Operation {
  public static let typeName = "Conv3d"
  /// The window along the depth.
  public let depth: Window
  /// The window along the height.
  public let rows: Window
  /// The window along the width.
  public let columns: Window
  /// Channels are cut into this many groups, each convolved by itself.
  public let groups: Int

  /// Makes a convolution; channels follow from the weight.
  public init(depth: Window, rows: Window, columns: Window, groups: Int = 1) {
    self.depth = depth
    self.rows = rows
    self.columns = columns
    self.groups = groups
  }

  /// What an element sees along height and width; along the depth it sees `depth`.
  public func spatialReach(inputs: [Shape]) -> SpatialReach {
    .windows(rows: rows, columns: columns)
  }

  /// The windows along depth, height and width.
  public var windows: [Window] { [depth, rows, columns] }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try convolvedShapes(inputs, windows, groups: groups)
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    convolutionCost(inputs, outputs)
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let gradient = try node.gradient()
    let (volume, weight) = (node.inputs[0], node.inputs[1])
    var result = [Value?](repeating: nil, count: node.inputs.count)
    if node.wanted[0] {
      result[0] = try builder.apply(
        Conv3dInputGradient(convolution: self), gradient, weight, volume, path: node.path)
    }
    if node.wanted[1] {
      result[1] = try builder.apply(
        Conv3dWeightGradient(convolution: self), volume, gradient, weight, path: node.path)
    }
    if node.inputs.count == 3, node.wanted[2] {
      result[2] = try builder.apply(
        Reduce(.sum, axes: [0, 2, 3, 4], keepDimensions: false), gradient, path: node.path)
    }
    return result
  }
}

/// The gradient of a convolution with respect to its volumes.
///
/// Inputs: output gradient, weight, and the volumes for their shape. Result: the volumes' shape.
public struct Conv3dInputGradient: Operation {
  public static let typeName = "Conv3dInputGradient"
  /// The convolution that is differentiated.
  public let convolution: Conv3d

  /// Differentiates `convolution`.
  public init(convolution: Conv3d) { self.convolution = convolution }

  public func spatialReach(inputs: [Shape]) -> SpatialReach {
    .transposedWindows(rows: convolution.rows, columns: convolution.columns)
  }
  public func readsElements(ofInput index: Int) -> Bool { index != 2 }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(3...3, inputs)
    try expectGradient(
      inputs[0], of: convolution.outputShapes(for: [inputs[2], inputs[1]])[0])
    return [inputs[2]]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    convolution.cost(inputs: [inputs[2], inputs[1]], outputs: [inputs[0]])
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let upstream = try node.gradient()
    let (gradient, weight) = (node.inputs[0], node.inputs[1])
    return [
      node.wanted[0] ? try builder.apply(convolution, upstream, weight, path: node.path) : nil,
      node.wanted[1]
        ? try builder.apply(
          Conv3dWeightGradient(convolution: convolution), upstream, gradient, weight,
          path: node.path) : nil,
      nil,
    ]
  }
}

/// The gradient of a convolution of volumes with respect to its weight.
///
/// Inputs: volumes, output gradient, and the weight for its shape. Result: the weight's shape.
public struct Conv3dWeightGradient: Operation {
  public static let typeName = "Conv3dWeightGradient"
  /// The convolution that is differentiated.
  public let convolution: Conv3d

  /// Differentiates `convolution`.
  public init(convolution: Conv3d) { self.convolution = convolution }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }
  public func readsElements(ofInput index: Int) -> Bool { index != 2 }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(3...3, inputs)
    try expectGradient(
      inputs[1], of: convolution.outputShapes(for: [inputs[0], inputs[2]])[0])
    return [inputs[2]]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    convolution.cost(inputs: [inputs[0], inputs[2]], outputs: [inputs[1]])
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let upstream = try node.gradient()
    let (volume, gradient) = (node.inputs[0], node.inputs[1])
    return [
      node.wanted[0]
        ? try builder.apply(
          Conv3dInputGradient(convolution: convolution), gradient, upstream, volume,
          path: node.path) : nil,
      node.wanted[1] ? try builder.apply(convolution, volume, upstream, path: node.path) : nil,
      nil,
    ]
  }
}

extension Operation {
  /// The result's shape of a convolution over as many axes as it has windows, after every check of its inputs.
  func convolvedShapes(
    _ inputs: [Shape], _ windows: [Window], groups: Int
  ) throws(OperationError) -> [Shape] {
    try expectInputs(2...3, inputs)
    let (input, weight) = (inputs[0], inputs[1])
    let rank = windows.count + 2
    guard input.rank == rank else { throw .rank(name, expected: rank, actual: input) }
    guard input.elementCount > 0 else { throw .empty(name, actual: input) }
    guard weight.rank == rank else { throw .rank("\(name) weight", expected: rank, actual: weight) }
    guard groups > 0, input[1] % groups == 0, weight[0] % groups == 0 else {
      throw .groups(groups, inChannels: input[1], outChannels: weight[0])
    }
    guard weight[1] == input[1] / groups else {
      throw .channels(name, expected: saturatingProduct(weight[1], groups), actual: input)
    }
    try expectTaps(weight, windows)
    var extents: [Int] = []
    for (window, extent) in zip(windows, input.dimensions.dropFirst(2)) {
      guard let positions = window.positions(on: extent) else {
        let padded = extent + window.padding.before + window.padding.after
        throw .setting(
          name, name: "a window along an axis of \(extent) that reaches over",
          value: "\(window.reach)", allowed: "a reach of at most \(padded), or pad more")
      }
      extents.append(positions)
    }
    guard let output = Shape(checking: [input[0], weight[0]] + extents) else {
      throw .tooLarge(name)
    }
    if inputs.count == 3, inputs[2] != [weight[0]] {
      throw .shape(name, input: "bias", expected: [weight[0]], actual: inputs[2])
    }
    return [output]
  }

  /// Throws unless a weight has as many taps along each axis as its window, and a filter at least.
  func expectTaps(_ weight: Shape, _ windows: [Window]) throws(OperationError) {
    guard weight.dimensions.dropFirst(2).elementsEqual(windows.map(\.kernel)),
      weight.elementCount > 0
    else {
      let expected = Shape(checking: [weight[0], weight[1]] + windows.map(\.kernel))
      throw .shape(name, input: "weight", expected: expected ?? weight, actual: weight)
    }
  }

  /// Multiply-adds of a convolution on its output grid; a bias is an addition of its own.
  func convolutionCost(_ inputs: [Shape], _ outputs: [Shape]) -> Cost {
    Cost(
      multiplyAdds: inputs[1].dimensions.dropFirst().reduce(
        outputs[0].elementCount, saturatingProduct),
      otherOperations: inputs.count == 3 ? outputs[0].elementCount : 0)
  }
}
