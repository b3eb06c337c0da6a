import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import Testing

/// Layers that are made of several operations against PyTorch, and what only they do.
@Suite struct PoolingLayerTests {
  private static let layers: [String: any Layer] = [
    "LpPool2d(1)": LpPool2d(1, kernel: 2),
    "LpPool2d(2)": LpPool2d(2, kernel: Extent2d(3, 2), stride: 2),
    "LpPool2d(3)": LpPool2d(3, kernel: 3, stride: 2, ceilMode: true),
    "MaxPool1d": MaxPool1d(kernel: 3, stride: 2, padding: 1, dilation: 2),
    "AvgPool1d": AvgPool1d(
      kernel: 3, stride: 2, padding: 1, ceilMode: true, countIncludePad: false),
    "AdaptiveAvgPool1d": AdaptiveAvgPool1d(4),
    "MaxPool3d": MaxPool3d(kernel: 3, stride: 2, padding: 1, ceilMode: true),
    "AvgPool3d": AvgPool3d(kernel: 2, padding: 1, ceilMode: true, countIncludePad: false),
    "AvgPool3d, padding counted": AvgPool3d(kernel: 3, stride: 2, padding: 1),
  ]

  private func model(_ input: Shape, _ layer: any Layer) throws -> Model {
    try Model(input: Shape(Array(input.dimensions.dropFirst()))) { [layer] }
  }

  @Test func `agree with PyTorch`() throws {
    let file = try GoldenFile("pooling_layers")
    #expect(Set(file.cases.map(\.name)) == Set(Self.layers.keys))
    let pool = try ThreadPool(threads: 2)
    for recorded in file.cases {
      let layer = try #require(Self.layers[recorded.name])
      let input = try file.tensor("input", recorded.inputs)
      let upstream = try file.tensor("output", recorded.outputGradients)
      let graph = try model(input.shape, layer).inference
      var builder = try GraphBuilder(extending: graph)
      let result = try graph.output(named: Model.outputName)
      var shape = builder.shape(of: result).dimensions
      let weights = try builder.input("upstream", Shape(shape))
      let product = try builder.apply(Binary(.multiply), result, weights, path: "product")
      let sum = Reduce(.sum, axes: Array(shape.indices), keepDimensions: false)
      try builder.output("loss", try builder.apply(sum, product, path: "loss"))
      let differentiated = try differentiate(
        builder.graph, loss: "loss", withRespectTo: [Model.inputName])
      shape[0] = input.shape[0]
      let program = try Program(
        differentiated, inputs: [Model.inputName: input.shape, "upstream": Shape(shape)],
        variables: VariableStore(), pool: pool)
      try program.run([Model.inputName: input, "upstream": upstream])
      expectClose(
        try program.output(Model.outputName), try file.tensor("output", recorded.outputs),
        relative: 1e-5, recorded.name)
      expectClose(
        try program.output(Graph.gradientName(of: Model.inputName)),
        try file.tensor("input", recorded.gradients), relative: 1e-4, "\(recorded.name), gradient")
    }
  }

  @Test func `shapes of layers that move pixels`() throws {
    func shape(_ layer: any Layer, _ image: Shape = [2, 4, 6, 9]) throws -> Shape {
      try model(image, layer).outputShape
    }
    #expect(try shape(ZeroPad2d(SidePadding(1, 2, 3, 4))) == [4, 13, 12])
    #expect(try shape(ReflectionPad2d(2)) == [4, 10, 13])
    #expect(try shape(ReplicationPad2d(7)) == [4, 20, 23])
    #expect(try shape(CircularPad2d(SidePadding(0, -1, 1, 0))) == [4, 7, 8])
    #expect(try shape(ConstantPad2d(1, value: 0.5)) == [4, 8, 11])
    #expect(try shape(Upsample(scaleFactor: 1.5, mode: .bilinear)) == [4, 9, 13])
    #expect(
      try shape(Upsample(size: Extent2d(3, 5), mode: .bicubic, antialias: true)) == [4, 3, 5])
    #expect(try shape(Upsample(scaleFactor: 2), [2, 4, 5]) == [4, 10])
    #expect(try shape(FoveaLayers.PixelShuffle(2)) == [1, 12, 18])
    #expect(try shape(FoveaLayers.PixelUnshuffle(3)) == [36, 2, 3])
    #expect(try shape(FoveaLayers.ChannelShuffle(2)) == [4, 6, 9])
    #expect(try shape(FoveaLayers.Permute(0, 2, 3, 1)) == [6, 9, 4])
    #expect(try shape(GlobalMaxPool2d()) == [4, 1, 1])
    #expect(try shape(FoveaLayers.BlurPool2d()) == [4, 3, 5])
    #expect(try shape(MaxBlurPool2d(kernel: 3, padding: 1)) == [4, 3, 5])
    #expect(
      try shape(FoveaLayers.FractionalMaxPool2d(kernel: 2, outputRatio: 0.7)) == [4, 4, 6])
    #expect(throws: GraphError.self) { try shape(LpPool2d(0, kernel: 2)) }
    #expect(throws: GraphError.self) { try shape(MaxPool1d(kernel: 2)) }
    #expect(throws: GraphError.self) { try shape(Upsample(scaleFactor: 2, alignCorners: true)) }
  }

  @Test func `fractional windows change from run to run, and not with the threads`() throws {
    let numbers = (0..<2 * 5 * 19 * 17).map { (index: Int) -> Float in Float(index * 7919 % 4099) }
    let input = Tensor([2, 5, 19, 17], numbers)
    let graph = try model(
      input.shape, FoveaLayers.FractionalMaxPool2d(kernel: 2, outputRatio: 0.7)
    ).inference
    func results(threads: Int) throws -> [Tensor] {
      let program = try Program(
        graph, inputs: [Model.inputName: input.shape], variables: VariableStore(),
        pool: ThreadPool(threads: threads))
      return try ([0, 1, 0] as [UInt64]).map {
        try program.run([Model.inputName: input], step: $0)
        return try program.output(Model.outputName)
      }
    }
    let one = try results(threads: 1)
    #expect(one[0] != one[1])
    #expect(one[0] == one[2])
    #expect(try results(threads: 3) == one)
  }

  @Test func `SegNet's way back`() throws {
    let image = Tensor([1, 1, 3, 4], (0..<12).map { Float($0 * 7 % 12 + 1) })
    let model = try Model(input: [1, 3, 4]) { (input) throws(GraphError) in
      let (values, indices) = try maxPool2dWithIndices(input, kernel: 2, ceilMode: true)
      return try maxUnpool2d(values, indices: indices, kernel: 2, like: input)
    }
    let program = try Program(
      model.inference, variables: VariableStore(), pool: ThreadPool(threads: 1))
    try program.run([Model.inputName: image])
    // 1 8 3 10 / 5 12 7 2 / 9 4 11 6
    let expected: [Float] = [0, 0, 0, 10, 0, 12, 0, 0, 9, 0, 11, 0]
    #expect(try program.output(Model.outputName).floats == expected)
  }

  @Test(arguments: [Int32(-1), 12, .max, .min])
  func `an index outside the plane is refused`(index: Int32) throws {
    var builder = GraphBuilder()
    let values = try builder.input("values", [1, 1, 1, 2])
    let indices = try builder.input("indices", [1, 1, 1, 2], .int32)
    let like = try builder.input("like", [1, 1, 3, 4])
    let window = try Window(kernel: 2, stride: 2)
    try builder.output(
      "result",
      try builder.apply(
        MaxUnpool2d(rows: window, columns: window), values, indices, like, path: "unpool"))
    let program = try Program(
      builder.graph, variables: VariableStore(), pool: ThreadPool(threads: 1))
    #expect(throws: RuntimeError.unpoolIndex(path: "unpool", pixels: 12)) {
      try program.run([
        "values": Tensor([1, 1, 1, 2], [Float(1), 2]),
        "indices": Tensor([1, 1, 1, 2], [0, index]),
        "like": Tensor(zeros: [1, 1, 3, 4]),
      ])
    }
  }
}
