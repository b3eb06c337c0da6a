public import FoveaGraph
import FoveaTensors

extension Permute: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let (input, output) = (binding.inputs[0].shape, binding.outputs[0].shape)
    try binding.expectRank(input, self)
    let strides = MemoryOrder.channelsLast.strides(of: input)
    try binding.copyPermuted(
      extents: output.dimensions, sourceStrides: axes.map { strides[input.fromFirst($0)] },
      targetStrides: MemoryOrder.channelsLast.strides(of: output))
  }
}

extension PixelShuffle: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let blocks = PixelBlocks(
      small: binding.inputs[0].shape, large: binding.outputs[0].shape, factor, order)
    try binding.copyPermuted(
      extents: blocks.extents, sourceStrides: blocks.smallStrides,
      targetStrides: blocks.largeStrides)
  }
}

extension PixelUnshuffle: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let blocks = PixelBlocks(
      small: binding.outputs[0].shape, large: binding.inputs[0].shape, factor, order)
    try binding.copyPermuted(
      extents: blocks.extents, sourceStrides: blocks.largeStrides,
      targetStrides: blocks.smallStrides)
  }
}

extension ChannelShuffle: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let shape = binding.inputs[0].shape
    // Behind the channels all axes but an image's are one stretch.
    let merged: Shape =
      shape.rank == 4 ? shape : [shape[0], shape[1], shape.dimensions[2...].reduce(1, *)]
    let strides = MemoryOrder.channelsLast.strides(of: merged)
    let each = shape[1] / groups
    try binding.copyPermuted(
      extents: [merged[0], each, groups] + merged.dimensions[2...],
      sourceStrides: [strides[0], strides[1], each * strides[1]] + strides[2...],
      targetStrides: [strides[0], groups * strides[1], strides[1]] + strides[2...])
  }
}

/// The six axes by which channels become blocks of pixels: image, channel, row and column of the block, block's row
/// and column.
private struct PixelBlocks {
  let extents: [Int]
  let smallStrides: [Int]
  let largeStrides: [Int]

  init(small: Shape, large: Shape, _ factor: Int, _ order: BlockOrder) {
    extents = [small[0], large[1], factor, factor, small[2], small[3]]
    let from = MemoryOrder.channelsLast.strides(of: small)
    let to = MemoryOrder.channelsLast.strides(of: large)
    let (channel, row, column) =
      switch order {
      case .channelFirst: (factor * factor, factor, 1)
      case .blockFirst: (1, factor * large[1], large[1])
      }
    smallStrides = [
      from[0], channel * from[1], row * from[1], column * from[1], from[2], from[3],
    ]
    largeStrides = [to[0], to[1], to[2], to[3], factor * to[2], factor * to[3]]
  }
}

extension KernelBinding {
  /// Copies all elements of the first input into the first result, in the order of the result's memory.
  fileprivate mutating func copyPermuted(
    extents: [Int], sourceStrides: [Int], targetStrides: [Int]
  ) throws(RuntimeError) {
    let order = extents.indices.sorted { (targetStrides[$0], $1) > (targetStrides[$1], $0) }
    try copy(
      from: inputs[0].floats, to: outputs[0].floats, extents: order.map { extents[$0] },
      sourceStrides: order.map { sourceStrides[$0] }, targetStrides: order.map { targetStrides[$0] }
    )
  }
}
