import FoveaAnalysis
import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import FuzzSupport
import Testing

/// Networks drawn by a seed: windows of every kind, residuals, concatenations, gates.
private struct RandomNetwork {
  let model: Model
  let seed: Int

  init(seed: Int) throws {
    self.seed = seed
    var draw = SeededChoices(seed: seed, named: "random networks")
    let (height, width) = (draw.integer(9...20), draw.integer(9...20))
    model = try Model(input: [2, height, width]) { input throws(GraphError) in
      var value = input
      for _ in 0..<draw.integer(2...5) { value = try Self.step(value, &draw) }
      return value
    }
  }

  private static func step(
    _ value: SymbolicTensor, _ draw: inout SeededChoices
  ) throws(GraphError) -> SymbolicTensor {
    let (height, width) = (value.shape[2], value.shape[3])
    func convolution(kernel: Extent2d, stride: Int, padding: Padding, dilation: Int)
      -> FoveaLayers.Conv2d
    {
      let groups = draw.integer(0...1) == 0 ? value.shape[1] : 1
      return FoveaLayers.Conv2d(
        value.shape[1], kernel: kernel, stride: Extent2d(stride), padding: padding,
        dilation: Extent2d(dilation), groups: groups, bias: false)
    }
    switch draw.integer(0...6) {
    case 0, 1:
      let kernel = Extent2d(draw.integer(1...min(3, height)), draw.integer(1...min(3, width)))
      let padding = Padding.sides(
        top: draw.integer(0...2), left: draw.integer(0...2), bottom: draw.integer(0...2),
        right: draw.integer(0...2))
      let layer = convolution(
        kernel: kernel, stride: draw.integer(1...3), padding: padding, dilation: 1)
      return try layer(value)
    case 2:
      let dilation = draw.integer(1...2)
      return try relu(
        try convolution(kernel: 3, stride: 1, padding: Padding.all(dilation), dilation: dilation)(
          value))
    case 3 where min(height, width) > 2:
      let layer = FoveaLayers.AvgPool2d(
        kernel: Extent2d(draw.integer(2...3)), stride: Extent2d(draw.integer(1...3)), padding: 1,
        ceilMode: draw.integer(0...1) == 1)
      return try layer(value)
    case 4:
      return try value
        + convolution(kernel: 3, stride: 1, padding: 1, dilation: 1)(value)
    case 5:
      let wide = try convolution(kernel: 5, stride: 1, padding: 2, dilation: 1)(value)
      let joined = try concatenate([value, wide])
      return try FoveaLayers.Conv2d(2, kernel: 1, bias: false)(joined)
    case 6 where draw.integer(0...2) == 0:
      let gate = try FoveaLayers.Conv2d(value.shape[1], kernel: 1, bias: false)(
        GlobalAvgPool2d()(value))
      // A product would have no gradient where one factor is 0.
      return try value + gate
    default: return try relu(value)
    }
  }

  var graph: Graph { model.inference }
  var image: Shape { Shape([1] + model.inputShape.dimensions) }

  /// Every weight is 1, so that no sum of gradients cancels.
  var weights: Weights {
    var weights = Weights()
    for parameter in model.parameters {
      weights[parameter.name] = Tensor(
        parameter.shape, [Float](repeating: 1, count: parameter.shape.elementCount))
    }
    return weights
  }

  /// The pixels that one activation's gradient reaches, row by row.
  func pixelsWithGradient(row: Int, column: Int) throws -> [Bool] {
    let output = try model.outputShape
    let (height, width) = (output[1], output[2])
    var builder = try GraphBuilder(extending: graph)
    let mask = try builder.input("mask", Shape([1] + output.dimensions))
    let result = try graph.output(named: Model.outputName)
    let chosen = try builder.apply(Binary(.multiply), result, mask, path: "chosen")
    let sum = try builder.apply(
      Reduce(.sum, axes: [0, 1, 2, 3], keepDimensions: false), chosen, path: "sum")
    try builder.output("sum", sum)
    let step = try differentiate(builder.graph, loss: "sum", withRespectTo: [Model.inputName])
    let program = try Program(
      step, variables: VariableStore(weights), pool: ThreadPool(threads: 1),
      options: PlanOptions(precision: .exactConvolution))
    let maskShape = Shape([1] + output.dimensions)
    let numbers = (0..<maskShape.elementCount).map {
      $0 % (height * width) == row * width + column ? 1 : 0 as Float
    }
    try program.run([
      Model.inputName: Tensor(image, [Float](repeating: 1, count: image.elementCount)),
      "mask": Tensor(maskShape, numbers),
    ])
    let gradient = try program.output(Graph.gradientName(of: Model.inputName)).floats
    let pixels = image[2] * image[3]
    return (0..<pixels).map { pixel in
      (0..<image[1]).contains { gradient[$0 * pixels + pixel] != 0 }
    }
  }
}

@Suite struct RandomNetworkTests {
  static let seeds = Array(0..<200)

  @Test(arguments: seeds)
  func `a layer's region is the set of pixels whose gradient is not zero`(seed: Int) throws {
    let network = try RandomNetwork(seed: seed)
    let shapes = try network.graph.shapes()
    let value = try network.graph.output(named: Model.outputName)
    let (height, width) = (shapes[value][2], shapes[value][3])
    for (row, column) in [(0, 0), (height / 2, width / 2), (height - 1, width - 1)] {
      let region = try InputRegion(
        of: value, at: (row, column), in: network.graph, shapes: shapes, input: Model.inputName)
      let expected = try network.pixelsWithGradient(row: row, column: column)
      #expect(region.inexactFrom == nil)
      let isEqual = region.pixels == expected
      #expect(isEqual, "at \(row),\(column)")
      try checkFormula(network, shapes, value, row, column, region)
    }
  }

  /// Inside the image, the formula's rectangle is the exact one.
  private func checkFormula(
    _ network: RandomNetwork, _ shapes: GraphShapes, _ value: Value, _ row: Int, _ column: Int,
    _ region: InputRegion
  ) throws {
    let field = try ReceptiveFields(of: network.graph, shapes: shapes)[value]
    guard field.status == .complete, let rows = field.rows, let columns = field.columns else {
      return
    }
    let place = [row, column].map(Double.init)
    let first = zip([rows, columns], place).map { Int($0.first + $1 * $0.jump) }
    let last = zip([rows, columns], place).map { Int($0.last + $1 * $0.jump) }
    guard first.allSatisfy({ $0 >= 0 }), last[0] < region.imageHeight, last[1] < region.imageWidth
    else { return }
    #expect(region.rows.map { [$0.first, $0.last] } == [first[0], last[0]])
    #expect(region.columns.map { [$0.first, $0.last] } == [first[1], last[1]])
  }

  @Test(arguments: seeds)
  func `analysed shapes are the shapes of what runs, and planned memory is what is taken`(
    seed: Int
  ) throws {
    let network = try RandomNetwork(seed: seed)
    let program = try Program(
      network.graph, variables: VariableStore(network.weights), pool: ThreadPool(threads: 1))
    try program.run([Model.inputName: Tensor(zeros: network.image)])
    let summary = try ModelSummary(of: network.graph)
    #expect(try program.output(Model.outputName).shape == summary.layers.last?.outputShape)
    let needs = try ProgramNeeds(of: network.graph)
    #expect(needs.arenaByteCount == program.arenaByteCount)
    #expect(needs.preparedByteCount == program.preparedByteCount)
  }

  @Test(arguments: seeds)
  func `multiply-adds are what plain loops count`(seed: Int) throws {
    let graph = try RandomNetwork(seed: seed).graph
    let shapes = try graph.shapes()
    let summary = try ModelSummary(of: graph)
    var layers = summary.layers.makeIterator()
    for (index, node) in graph.nodes.enumerated() where !node.operation.isSource {
      let next = layers.next()
      let layer = try #require(next)
      guard node.operation is FoveaGraph.Conv2d else {
        #expect(layer.multiplyAdds == 0)
        continue
      }
      let (output, weight) = (shapes[node: index][0], shapes[node.inputs[1]])
      var count = 0
      for _ in 0..<output[0] * output[1] * output[2] * output[3] {
        for _ in 0..<weight[1] {
          for _ in 0..<weight[2] { for _ in 0..<weight[3] { count += 1 } }
        }
      }
      #expect(layer.multiplyAdds == count)
    }
    let rest = layers.next()
    #expect(rest == nil)
    #expect(summary.totals.flops == 2 * summary.totals.multiplyAdds)
  }
}

extension InputRegion {
  /// Every pixel of the image, row by row: whether it is used.
  fileprivate var pixels: [Bool] {
    var pixels = [Bool](repeating: false, count: imageHeight * imageWidth)
    guard let rows, let columns else { return pixels }
    for row in 0..<rows.count {
      for column in 0..<columns.count where isUsed[row * columns.count + column] {
        pixels[(rows.first + row) * imageWidth + columns.first + column] = true
      }
    }
    return pixels
  }
}
