import FoveaTensors

/// What stands in for max-pooling in a network that is converted.
public enum MaxPoolReplacement: Hashable, Sendable {
  /// Max-pooling at every pixel, then a binomial filter of this size with the stride.
  ///
  /// R. Zhang, arXiv:1904.11486.
  case blurred(filterSize: Int)
  /// A convolution with the pooling's window and as many filters as channels, then ReLU; its `weight` and `bias` are
  /// new parameters under the pooling's path.
  ///
  /// J. Springenberg et al., *Striving for Simplicity: The All Convolutional Net*, arXiv:1412.6806.
  case convolution
}

extension Graph {
  /// This network with every `MaxPool2d` that has a stride replaced; all shapes stay as they are.
  ///
  /// For networks before they are differentiated. A pooling with `ceilMode`, with dilation, or with different strides
  /// along height and width stays, since nothing of the same shape replaces it.
  ///
  /// - Throws: `GraphError` where a filter does not fit an image, or a name is taken.
  public func replacingMaxPools(with replacement: MaxPoolReplacement) throws(GraphError) -> Graph {
    try rebuilt { (node, place, builder) throws(GraphError) -> [Value]? in
      guard let pooling = node.operation as? MaxPool2d, pooling.isReplaceable,
        let input = place(node.inputs[0])
      else { return nil }
      return [try builder.append(replacement, of: pooling, input, path: node.path)]
    }
  }
}

extension MaxPool2d {
  fileprivate var isReplaceable: Bool {
    rows.stride == columns.stride && rows.stride > 1
      && [rows, columns].allSatisfy { !$0.ceilMode && $0.dilation == 1 }
  }

  /// This pooling at every pixel.
  fileprivate func dense() throws(OperationError) -> MaxPool2d {
    MaxPool2d(
      rows: try Window(kernel: rows.kernel, padding: rows.padding),
      columns: try Window(kernel: columns.kernel, padding: columns.padding))
  }
}

extension GraphBuilder {
  fileprivate mutating func append(
    _ replacement: MaxPoolReplacement, of pooling: MaxPool2d, _ input: Value, path: String
  ) throws(GraphError) -> Value {
    switch replacement {
    case .blurred(let filterSize):
      let dense: MaxPool2d
      do { dense = try pooling.dense() } catch { throw .operation(path: path, error) }
      let pooled = try apply(dense, input, path: path)
      let blur = BlurPool2d(filterSize: filterSize, stride: pooling.rows.stride)
      return try apply(blur, pooled, path: path)
    case .convolution:
      let channels = shape(of: input)[1]
      let taps: Shape = [channels, channels, pooling.rows.kernel, pooling.columns.kernel]
      let weight = try variable("\(path).weight", taps, role: .parameter)
      let bias = try variable("\(path).bias", [channels], role: .parameter)
      let convolution = Conv2d(rows: pooling.rows, columns: pooling.columns)
      return try apply(
        ReLU(), try apply(convolution, input, weight, bias, path: path), path: path)
    }
  }
}
