import FoveaGraph
import Testing

extension GoldenTests {
  static let movingOperations = [
    "permute", "pixel_shuffle", "pixel_unshuffle", "channel_shuffle", "pad", "interpolate",
    "adaptive_max_pool2d", "max_pool2d_indices", "max_unpool2d", "fractional_max_pool2d",
    "blur_pool2d",
  ]

  static func movingOperation(_ name: String, _ recorded: GoldenCase) throws
    -> (operation: any Operation, roles: [String])?
  {
    let arguments = recorded.arguments
    switch name {
    case "permute": return (Permute(axes: try #require(arguments.axes)), ["input"])
    case "pixel_shuffle":
      return (PixelShuffle(factor: try #require(arguments.factor)), ["input"])
    case "pixel_unshuffle":
      return (PixelUnshuffle(factor: try #require(arguments.factor)), ["input"])
    case "channel_shuffle":
      return (ChannelShuffle(groups: try #require(arguments.groups)), ["input"])
    case "pad":
      let ends = try #require(arguments.pad)
      let amounts = stride(from: ends.count - 2, through: 0, by: -2).map {
        Pad.Amount(before: ends[$0], after: ends[$0 + 1])
      }
      let mode: Pad.Mode =
        switch try #require(arguments.mode) {
        case "reflect": .reflect
        case "replicate": .replicate
        case "circular": .circular
        default: .constant(try #require(arguments.value))
        }
      return (Pad(amounts, mode: mode), ["input"])
    case "adaptive_max_pool2d":
      let size = try #require(arguments.outputSize)
      return (AdaptiveMaxPool2d(height: size[0], width: size[1]), ["input"])
    case "max_pool2d_indices":
      let (rows, columns) = try arguments.windows
      return (MaxPool2dIndices(pooling: MaxPool2d(rows: rows, columns: columns)), ["input"])
    case "max_unpool2d":
      let (rows, columns) = try arguments.windows
      let like = recorded.inputs["like"] == nil ? [] : ["like"]
      return (MaxUnpool2d(rows: rows, columns: columns), ["input", "indices"] + like)
    case "fractional_max_pool2d":
      let (kernel, size) = (try #require(arguments.kernel), try #require(arguments.outputSize))
      let operation = FractionalMaxPool2d(
        kernelHeight: kernel[0], kernelWidth: kernel[1],
        target: .size(height: size[0], width: size[1]))
      return (operation, ["input", "samples"])
    case "blur_pool2d":
      let (size, stride) = (try #require(arguments.size).all, try #require(arguments.stride))
      return (BlurPool2d(filterSize: size[0], stride: stride[0]), ["input"])
    case "interpolate": return (try resize(arguments), ["input"])
    default: return nil
    }
  }

  private static func resize(_ arguments: GoldenCase.Arguments) throws -> Resize {
    let antialias = try #require(arguments.antialias as Bool?)
    let target: Resize.Target =
      if let size = arguments.size { .sizes(size.all) } else {
        .scales(try #require(arguments.scales))
      }
    let smooth: Resize.Coordinates =
      try #require(arguments.alignCorners as Bool?) ? .alignCorners : .halfPixel
    return switch try #require(arguments.interpolation) {
    case "nearest":
      Resize(to: target, interpolation: .nearest(.floor), coordinates: .asymmetric)
    case "nearest-exact": Resize(to: target, interpolation: .nearest(.roundPreferCeil))
    case "bicubic":
      Resize(
        to: target, interpolation: .cubic(antialias ? -0.5 : -0.75), coordinates: smooth,
        antialias: antialias, excludesOutside: antialias)
    default:
      Resize(
        to: target, interpolation: .linear, coordinates: smooth, antialias: antialias,
        excludesOutside: antialias)
    }
  }
}
