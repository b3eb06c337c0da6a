import FoveaTensors

/// The axes of a tensor in the order in which they lie in memory, images channels-last.
struct MemoryAxes {
  /// Logical axes, outermost in memory first.
  let order: [Int]

  /// The most axes that the kernels for general shapes take.
  static let largestRank = 6

  init(rank: Int) { order = rank == 4 ? [0, 2, 3, 1] : Array(0..<rank) }

  /// Extents of `shape` in memory order.
  func extents(of shape: Shape) -> [Int] { order.map { shape[$0] } }

  /// Strides in memory order of a tensor of shape `shape` that is read as if it were broadcast to as
  /// many axes as this has; 0 along axes of extent 1.
  func strides(of shape: Shape) -> [Int] {
    let own = MemoryOrder.channelsLast.strides(of: shape)
    let missing = order.count - shape.rank
    return order.map { axis in
      let ownAxis = axis - missing
      return ownAxis < 0 || shape[ownAxis] == 1 ? 0 : own[ownAxis]
    }
  }
}
