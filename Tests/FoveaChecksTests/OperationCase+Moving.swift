import FoveaChecks
import FoveaGraph
import FoveaTensors
import FuzzSupport

extension OperationCase {
  /// For each operation that moves elements or resamples them, what draws a case of it.
  static let moving: [String: @Sendable (inout SeededChoices) throws -> OperationCase] = [
    "Permute": {
      let shape = $0.shape(rank: 0...6)
      var axes: [Int] = []
      for axis in 0..<shape.rank {
        axes.insert($0.bool() ? axis : axis - shape.rank, at: $0.integer(0...axis))
      }
      return OperationCase(Permute(axes: axes), [.random(shape)])
    },
    "PixelShuffle": {
      let (factor, image) = ($0.integer(1...3), $0.image(channels: $0.integer(1...4)))
      let shape = image.replacing(1, with: image[1] * factor * factor)
      return OperationCase(
        PixelShuffle(factor: factor, order: $0.element(of: BlockOrder.allCases)), [.random(shape)])
    },
    "PixelUnshuffle": {
      let (factor, image) = ($0.integer(1...3), $0.image(channels: $0.integer(1...4)))
      let shape: Shape = [image[0], image[1], image[2] * factor, image[3] * factor]
      return OperationCase(
        PixelUnshuffle(factor: factor, order: $0.element(of: BlockOrder.allCases)),
        [.random(shape)])
    },
    "ChannelShuffle": {
      let (groups, shape) = ($0.integer(1...4), $0.shape(rank: 2...5))
      return OperationCase(
        ChannelShuffle(groups: groups), [.random(shape.replacing(1, with: shape[1] * groups))])
    },
    "Resize": {
      let (resize, shape) = resizing(&$0)
      return OperationCase(resize, [.random(shape)])
    },
    "ResizeGradient": {
      let (resize, shape) = resizing(&$0)
      return OperationCase(
        ResamplingGradient(of: resize),
        [.random(try resize.outputShapes(for: [shape])[0]), .random(shape)])
    },
    "Pad": {
      let (pad, shape) = padding(&$0)
      return OperationCase(pad, [.random(shape)])
    },
    "PadGradient": {
      let (pad, shape) = padding(&$0)
      return OperationCase(
        ResamplingGradient(of: pad),
        [.random(try pad.outputShapes(for: [shape])[0]), .random(shape)])
    },
    "BlurPool2d": {
      let (blur, shape) = blurring(&$0)
      return OperationCase(blur, [.random(shape)])
    },
    "BlurPool2dGradient": {
      let (blur, shape) = blurring(&$0)
      return OperationCase(
        ResamplingGradient(of: blur),
        [.random(try blur.outputShapes(for: [shape])[0]), .random(shape)])
    },
    "AdaptiveMaxPool2d": {
      OperationCase(
        AdaptiveMaxPool2d(height: $0.integer(1...9), width: $0.integer(1...9)),
        [.random($0.image())])
    },
    "AdaptiveMaxPool2dGradient": {
      let pooling = AdaptiveMaxPool2d(height: $0.integer(1...9), width: $0.integer(1...9))
      let image = $0.image()
      return OperationCase(
        AdaptiveMaxPool2dGradient(pooling: pooling),
        [.tensor(ties(image, &$0)), [image[0], image[1], pooling.height, pooling.width]],
        gradients: .none)
    },
    "MaxPool2dIndices": {
      let image = $0.image()
      return OperationCase(
        MaxPool2dIndices(pooling: try pooling(on: image, &$0)), [.tensor(ties(image, &$0))],
        gradients: .none)
    },
    "MaxUnpool2d": {
      let (unpooling, values, indices, like) = try unpooling(&$0)
      return OperationCase(unpooling, [.random(values), .tensor(indices), .random(like)])
    },
    "MaxUnpool2dGradient": {
      let (unpooling, _, indices, like) = try unpooling(&$0)
      return OperationCase(
        MaxUnpool2dGradient(unpooling: unpooling), [.random(like), .tensor(indices)])
    },
    "FractionalMaxPool2d": {
      let (pooling, image, samples, _) = fractional(&$0)
      return OperationCase(pooling, [.random(image), .tensor(samples)])
    },
    "FractionalMaxPool2dGradient": {
      let (pooling, image, samples, pooled) = fractional(&$0)
      return OperationCase(
        FractionalMaxPool2dGradient(pooling: pooling),
        [.tensor(ties(image, &$0)), .tensor(samples), .random(pooled)], gradients: .none)
    },
    "RandomUniform": {
      let shape = $0.shape(rank: 0...3)
      return OperationCase(
        RandomUniform(
          leadingAxes: $0.integer(0...shape.rank), extents: [$0.integer(1...40)],
          stream: UInt64($0.integer(0...1 << 30))), [.random(shape)])
    },
  ]

  /// Cases of the same operations that fill vectors and are cut into several tasks.
  static func largeMoving() throws -> [OperationCase] {
    let image: Shape = [2, 17, 21, 18]
    let pads = [Pad.Amount(before: 3, after: 12), Pad.Amount(before: -2, after: 9)]
    let modes: [Pad.Mode] = [.constant(2), .reflect, .replicate, .circular]
    let resizes = [
      Resize(to: .scales([2, 2]), interpolation: .nearest(.floor), coordinates: .asymmetric),
      Resize(to: .sizes([40, 25]), interpolation: .linear),
      Resize(to: .sizes([9, 41]), interpolation: .cubic(-0.75), coordinates: .alignCorners),
      Resize(to: .sizes([7, 8]), interpolation: .linear, antialias: true),
    ]
    let moved = [
      OperationCase(Permute(axes: [0, 2, 3, 1]), [.random(image)]),
      OperationCase(Permute(axes: [2, 0, 4, 1, 3]), [[9, 8, 7, 20, 11]]),
      OperationCase(PixelShuffle(factor: 3), [[2, 153, 13, 12]]),
      OperationCase(PixelUnshuffle(factor: 2, order: .blockFirst), [[2, 17, 34, 30]]),
      OperationCase(ChannelShuffle(groups: 8), [[3, 40, 33, 30]]),
      OperationCase(BlurPool2d(filterSize: 4, stride: 2), [.random(image)]),
      OperationCase(AdaptiveMaxPool2d(height: 7, width: 5), [[2, 65, 33, 30]]),
      OperationCase(RandomUniform(leadingAxes: 0, extents: [70_001], stream: 5), [[1]]),
      OperationCase(Pad([Pad.Amount(before: 100, after: 1)], mode: .reflect), [[3, 40_000]]),
    ]
    let padded = modes.flatMap { mode in
      let pad = Pad(pads, mode: mode)
      return [
        OperationCase(pad, [.random(image)]),
        OperationCase(ResamplingGradient(of: pad), [[2, 17, 36, 25], .random(image)]),
      ]
    }
    let resized = try resizes.flatMap { resize in
      [
        OperationCase(resize, [.random(image)]),
        OperationCase(
          ResamplingGradient(of: resize),
          [.random(try resize.outputShapes(for: [image])[0]), .random(image)]),
      ]
    }
    return moved + padded + resized
  }

  private static func resizing(_ choices: inout SeededChoices) -> (Resize, Shape) {
    let shape = choices.shape(rank: 1...4)
    let count = choices.integer(0...min(shape.rank, 3))
    // Quarters and their inverses are exact, so that no rounding settles what is nearest.
    let target: Resize.Target =
      choices.bool()
      ? .sizes((0..<count).map { _ in choices.integer(1...6) })
      : .scales((0..<count).map { _ in choices.element(of: [1, 1.25, 2, 3]) })
    let antialias = choices.integer(0...2) == 0
    let smooth: [Resize.Coordinates] = [.halfPixel, .alignCorners]
    let interpolation: Resize.Interpolation =
      switch choices.integer(antialias ? 1...2 : 0...2) {
      case 0: .nearest(choices.element(of: Resize.Rounding.allCases))
      case 1: .linear
      default: .cubic(choices.element(of: [-0.5, -0.75]))
      }
    let resize = Resize(
      to: target, interpolation: interpolation,
      coordinates: choices.element(of: antialias ? smooth : Resize.Coordinates.allCases),
      antialias: antialias, excludesOutside: choices.integer(0...3) == 0)
    return (resize, shape)
  }

  private static func blurring(_ choices: inout SeededChoices) -> (BlurPool2d, Shape) {
    let size = choices.integer(BlurPool2d.filterSizes)
    let shape: Shape = [
      choices.integer(1...2), choices.element(of: [1, 2, 9]), choices.integer(size / 2 + 1...8),
      choices.integer(size / 2 + 1...8),
    ]
    return (BlurPool2d(filterSize: size, stride: choices.integer(1...3)), shape)
  }

  private static func pooling(on image: Shape, _ choices: inout SeededChoices) throws -> MaxPool2d {
    MaxPool2d(
      rows: try choices.window(on: image[2], pooling: true),
      columns: try choices.window(on: image[3], pooling: true))
  }

  /// Few different numbers, so that windows have several largest pixels.
  private static func ties(_ shape: Shape, _ choices: inout SeededChoices) -> Tensor {
    Tensor(shape, (0..<shape.elementCount).map { _ in Float(choices.integer(-2...2)) })
  }

  /// Places that no two values of a channel share: where two have the same, one is lost.
  private static func unpooling(
    _ choices: inout SeededChoices
  ) throws -> (MaxUnpool2d, values: Shape, indices: Tensor, like: Shape) {
    let like = choices.image()
    let window = try Window(kernel: 2, stride: 2)
    let values: Shape = [like[0], like[1], (like[2] + 1) / 2, (like[3] + 1) / 2]
    let (pixels, count) = (like[2] * like[3], values[2] * values[3])
    let indices = (0..<values[0] * values[1]).flatMap { _ in
      let first = choices.integer(0...pixels - 1)
      return (0..<count).map { Int32((first + $0) % pixels) }
    }
    return (MaxUnpool2d(rows: window, columns: window), values, Tensor(values, indices), like)
  }

  private static func fractional(
    _ choices: inout SeededChoices
  ) -> (FractionalMaxPool2d, image: Shape, samples: Tensor, pooled: Shape) {
    let image = choices.image()
    let kernel = [choices.integer(1...image[2]), choices.integer(1...image[3])]
    let pooled: Shape = [
      image[0], image[1], choices.integer(1...image[2] - kernel[0] + 1),
      choices.integer(1...image[3] - kernel[1] + 1),
    ]
    // Away from where a window jumps.
    let samples = (0..<image[0] * image[1] * 2).map { _ in
      (Float(choices.integer(0...127)) + 0.37) / 128
    }
    let pooling = FractionalMaxPool2d(
      kernelHeight: kernel[0], kernelWidth: kernel[1],
      target: .size(height: pooled[2], width: pooled[3]))
    return (pooling, image, Tensor([image[0], image[1], 2], samples), pooled)
  }

  private static func padding(_ choices: inout SeededChoices) -> (Pad, Shape) {
    let shape = choices.bool() ? choices.image() : choices.shape(rank: 1...5)
    let mode = choices.element(of: [Pad.Mode.constant(-1.5), .reflect, .replicate, .circular])
    let amounts = shape.dimensions.suffix(choices.integer(0...min(shape.rank, 3))).map { extent in
      let largest =
        switch mode {
        case .reflect: extent - 1
        case .circular: extent
        case .constant, .replicate: 5
        }
      let before = choices.integer(1 - extent...largest)
      return Pad.Amount(
        before: before, after: choices.integer(1 - extent - min(before, 0)...largest))
    }
    return (Pad(amounts, mode: mode), shape)
  }
}
