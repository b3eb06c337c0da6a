public import FoveaGraph
import FoveaTensors

extension Permute: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let source = inputs[0]
    let order = axes.map { $0 < 0 ? $0 + source.shape.rank : $0 }
    var result = ReferenceTensor(Shape(order.map { source.shape[$0] }))
    source.shape.forEachIndex { index in result[order.map { index[$0] }] = source[index] }
    return [result]
  }
}

extension PixelShuffle: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let image = inputs[0].shape
    let channels = image[1] / (factor * factor)
    var result = ReferenceTensor([image[0], channels, image[2] * factor, image[3] * factor])
    result.shape.forEachIndex { index in
      result[index] = inputs[0][order.place(of: index, factor, channels: channels)]
    }
    return [result]
  }
}

extension PixelUnshuffle: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let image = inputs[0].shape
    var result = ReferenceTensor([
      image[0], image[1] * factor * factor, image[2] / factor, image[3] / factor,
    ])
    image.forEachIndex { index in
      result[order.place(of: index, factor, channels: image[1])] = inputs[0][index]
    }
    return [result]
  }
}

extension BlockOrder {
  /// Where a pixel of the large image lies in the small one.
  fileprivate func place(of index: [Int], _ factor: Int, channels: Int) -> [Int] {
    let inBlock = index[2] % factor * factor + index[3] % factor
    let channel =
      switch self {
      case .channelFirst: index[1] * factor * factor + inBlock
      case .blockFirst: inBlock * channels + index[1]
      }
    return [index[0], channel, index[2] / factor, index[3] / factor]
  }
}

extension ChannelShuffle: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    var result = inputs[0]
    let each = inputs[0].shape[1] / groups
    inputs[0].shape.forEachIndex { index in
      var target = index
      target[1] = index[1] % each * groups + index[1] / each
      result[target] = inputs[0][index]
    }
    return [result]
  }
}
