internal import CFoveaKernels
import FoveaGraph
import FoveaTensors

/// A tensor as the kernels of group normalisation see it: `[images][rows][channels]`, where each image
/// and group of channels has a mean and a deviation.
struct GroupedLayout {
  let images: Int
  let rows: Int
  let channels: Int
  let groups: Int
  /// Whether weight and bias have one number for each of `channels`, in order.
  let hasChannelParameters: Bool
  /// Weight and bias in a shape that broadcasts to the tensor's.
  let parameterShape: Shape
  /// The axes of the tensor that weight and bias have.
  let parameterAxes: Range<Int>
  /// The tensor in a shape of as many axes as its statistics have, which broadcast to it.
  let tensorShape: Shape
  let statisticShape: Shape

  /// Group normalisation of `[N, C, …]`.
  init(_ shape: Shape, groups: Int) {
    let channels = shape[1]
    parameterShape = Shape([channels] + Array(repeating: 1, count: shape.rank - 2))
    parameterAxes = 1..<2
    hasChannelParameters = shape.rank == 4
    if shape.rank == 4 {
      (images, rows, self.channels, self.groups) = (shape[0], shape[2] * shape[3], channels, groups)
      (tensorShape, statisticShape) = (shape, [shape[0], groups, 1, 1])
    } else {
      // Row by row: all of a group lies together.
      images = shape[0] * groups
      (rows, self.channels, self.groups) = (1, shape.elementCount / images, 1)
      (tensorShape, statisticShape) = ([images, self.channels], [images, 1])
    }
  }

  /// Layer normalisation over some axes.
  init(_ shape: Shape, axes: LayerNorm.Axes) {
    let normalised = axes.indices(of: shape)
    let count = normalised.reduce(1) { $0 * shape[$1] }
    parameterShape = Shape(normalised.map { shape[$0] } + (axes == .channels ? [1, 1] : []))
    parameterAxes = normalised
    hasChannelParameters = shape.rank != 4 || axes == .channels
    tensorShape = shape
    statisticShape = normalised.reduce(shape) { $0.replacing($1, with: 1) }
    if shape.rank == 4, normalised.lowerBound > 1 {
      // In memory, [N][H][W][C], the channels lie behind what is normalised.
      images = shape.elementCount / (count * shape[1])
      (rows, channels, groups) = (count, shape[1], shape[1])
    } else {
      images = shape.elementCount / count
      (rows, channels, groups) = (1, count, 1)
    }
  }

  var scratchBytes: Int { fovea_group_norm_scratch_bytes(rows, channels, groups) }

  var workspaceBytes: Int {
    fovea_group_norm_workspace_bytes(images, rows, channels, groups)
  }
}
