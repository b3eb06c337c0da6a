import FoveaGraph
import FoveaLayers
import FoveaTensors

extension ONNXRoundTripTests {
  /// Poolings of all kinds, and operations that pick elements.
  static let selectionCases: [Case] = [
    layer(FoveaLayers.LpPool2d(2, kernel: 2)), layer(FoveaLayers.LpPool2d(3, kernel: 3, stride: 2)),
    layer(FoveaLayers.AdaptiveMaxPool2d(1)),
    Case("cells that do not overlap", [3, 9, 8]) { x throws(GraphError) in
      try FoveaLayers.AdaptiveMaxPool2d(Extent2d(3, 4)).forward(x)
    },
    layer(FoveaLayers.BlurPool2d()), layer(FoveaLayers.BlurPool2d(filterSize: 3, stride: 1)),
    Case("a signal, transposed", [4, 11]) { x throws(GraphError) in
      try FoveaLayers.ConvTranspose1d(
        6, kernel: 4, stride: 2, padding: 1, outputPadding: 1, groups: 2
      ).forward(x)
    },
    Case("a signal, pooled", [4, 11]) { x throws(GraphError) in
      try FoveaLayers.AvgPool1d(kernel: 2).forward(
        FoveaLayers.MaxPool1d(kernel: 3, stride: 2, padding: 1).forward(x))
    },
    Case("a volume, pooled", [2, 4, 5, 6]) { x throws(GraphError) in
      try FoveaLayers.AvgPool3d(kernel: 2, stride: 1).forward(
        FoveaLayers.MaxPool3d(kernel: 2).forward(x))
    },
    Case("unpooled", [3, 8, 6]) { x throws(GraphError) in
      let pooled = try maxPool2dWithIndices(x, kernel: 2)
      return try maxUnpool2d(relu(pooled.values), indices: pooled.indices, kernel: 2)
    },
    Case("unpooled to an odd size", [3, 9, 7]) { x throws(GraphError) in
      let pooled = try maxPool2dWithIndices(x, kernel: 2)
      return try maxUnpool2d(pooled.values, indices: pooled.indices, kernel: 2, like: x)
    },
    Case("the larger and the smaller", [4, 5, 6]) { x throws(GraphError) in
      try minimum(maximum(x, mean(x, axes: [2, 3], keepDimensions: true)), sigmoid(x))
    },
    Case("shrunk without aliases", [3, 9, 8], since: 18) { x throws(GraphError) in
      try interpolate(x, size: Extent2d(5, 3), mode: .bilinear, antialias: true)
    },
    Case("shrunk by cubics without aliases", [3, 9, 8], since: 18) { x throws(GraphError) in
      try interpolate(x, size: Extent2d(5, 3), mode: .bicubic, antialias: true)
    },
    Case("padded around", [3, 9, 8], since: 19) { x throws(GraphError) in
      try FoveaLayers.CircularPad2d(2).forward(x)
    },
    Case("a kernel made of two", [2, 9, 9]) { x throws(GraphError) in
      try FoveaLayers.KroneckerConv2d(3, kernel: 2, factor: .learnt(2)).forward(x)
    },
    Case("elements by a table", [3, 4, 6]) { x throws(GraphError) in
      try x.tracer.append(
        table([4, 6], [5, 3], [23, -1, 0, 0, 7, 8, 9, -1, 1, 2, 3, 4, 5, 6, 22]), [x])[0]
    },
    Case("many elements by a table", [2, 20]) { x throws(GraphError) in
      try x.tracer.append(table([20], [300], (0..<300).map { Int32($0 * 7 % 20) }), [x])[0]
    },
  ]

  private static func table(
    _ source: Shape, _ result: Shape, _ places: [Int32]
  ) throws(GraphError) -> TakeElements {
    do {
      return try TakeElements(from: source, to: result, places: places)
    } catch {
      throw .operation(path: "", error)
    }
  }
}
