import FoveaAnalysis
import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import FuzzSupport
import Testing

/// A network of signals drawn by a seed.
private struct RandomSignalNetwork {
  let model: Model

  init(seed: Int) throws {
    var draw = SeededChoices(seed: seed, named: "random signal networks")
    let length = draw.integer(12...40)
    model = try Model(input: [2, length]) { input throws(GraphError) in
      var value = input
      for _ in 0..<draw.integer(2...5) { value = try Self.step(value, &draw) }
      return value
    }
  }

  private static func step(
    _ value: SymbolicTensor, _ draw: inout SeededChoices
  ) throws(GraphError) -> SymbolicTensor {
    let length = value.shape[2]
    switch draw.integer(0...6) {
    case 0, 1:
      let layer = FoveaLayers.Conv1d(
        2, kernel: draw.integer(1...min(4, length)), stride: draw.integer(1...3),
        padding: .sides(top: 0, left: draw.integer(0...2), bottom: 0, right: draw.integer(0...2)),
        bias: false)
      return try layer(value)
    case 2:
      let layer = FoveaLayers.Conv1d(
        2, kernel: draw.integer(2...5), padding: .same, dilation: draw.integer(1...2), bias: false)
      return try BatchNorm1d(affine: false)(layer(value))
    case 3:
      let layer = FoveaLayers.ConvTranspose1d(
        2, kernel: draw.integer(1...4), stride: draw.integer(1...3), bias: false,
        dilation: draw.integer(1...2))
      return try layer(value)
    case 4 where length > 2:
      return try AvgPool1d(kernel: 3, stride: draw.integer(1...2), padding: 1)(value)
    case 5:
      return try value + FoveaLayers.Conv1d(2, kernel: 3, padding: 1, bias: false)(value)
    default: return try relu(value)
    }
  }

  var image: Shape { Shape([1] + model.inputShape.dimensions) }

  /// The elements that the gradient of one activation reaches; every weight is 1, so that no sum cancels.
  func elementsWithGradient(at place: Int) throws -> [Bool] {
    let output = Shape([1] + (try model.outputShape).dimensions)
    var builder = try GraphBuilder(extending: model.inference)
    let mask = try builder.input("mask", output)
    let result = try model.inference.output(named: Model.outputName)
    let chosen = try builder.apply(Binary(.multiply), result, mask, path: "chosen")
    let sum = Reduce(.sum, axes: [0, 1, 2], keepDimensions: false)
    try builder.output("sum", try builder.apply(sum, chosen, path: "sum"))
    var weights = Weights()
    for parameter in model.parameters {
      weights[parameter.name] = Tensor(
        parameter.shape, [Float](repeating: 1, count: parameter.shape.elementCount))
    }
    let program = try Program(
      differentiate(builder.graph, loss: "sum", withRespectTo: [Model.inputName]),
      variables: VariableStore(weights), pool: ThreadPool(threads: 1))
    try program.run([
      Model.inputName: Tensor(image, [Float](repeating: 1, count: image.elementCount)),
      "mask": Tensor(
        output, (0..<output.elementCount).map { $0 % output[2] == place ? 1 : 0 as Float }),
    ])
    let gradient = try program.output(Graph.gradientName(of: Model.inputName)).floats
    return (0..<image[2]).map { gradient[$0] != 0 || gradient[image[2] + $0] != 0 }
  }
}

/// Networks of signals: images of one row.
@Suite struct SignalFieldTests {
  @Test(arguments: 0..<100)
  func `what a layer sees of a signal are the elements whose gradient is not zero`(seed: Int) throws
  {
    let network = try RandomSignalNetwork(seed: seed)
    let graph = network.model.inference
    let shapes = try graph.shapes()
    let value = try graph.output(named: Model.outputName)
    let field = try ReceptiveFields(of: graph, shapes: shapes)[value]
    for place in Set([0, shapes[value][2] / 2, shapes[value][2] - 1]) {
      let region = try InputRegion(
        of: value, at: (0, place), in: graph, shapes: shapes, input: Model.inputName)
      let expected = try network.elementsWithGradient(at: place)
      #expect(region.inexactFrom == nil)
      #expect(region.imageHeight == 1)
      var actual = [Bool](repeating: false, count: region.imageWidth)
      if let columns = region.columns {
        actual.replaceSubrange(columns.first...columns.last, with: region.isUsed)
      }
      #expect(actual == expected, "at \(place)")
      // Inside the signal, the formula's range is the exact one.
      guard field.status == .complete, let columns = field.columns else { continue }
      #expect(field.rows?.size == 1)
      let first = Int(columns.first + Double(place) * columns.jump)
      let last = Int(columns.last + Double(place) * columns.jump)
      guard first >= 0, last < region.imageWidth else { continue }
      #expect(region.columns.map { [$0.first, $0.last] } == [first, last])
    }
  }

  @Test func `a stack of dilated causal convolutions sees as far back as WaveNet's`() throws {
    // 1 + (2 − 1) · (1 + 2 + … + 512) = 1024, arXiv:1609.03499.
    let model = try Model(input: [1, 2000]) {
      for power in 0..<10 {
        FoveaLayers.Conv1d(
          4, kernel: 2, padding: .sides(top: 0, left: 1 << power, bottom: 0, right: 0),
          dilation: 1 << power)
        BatchNorm1d()
        FoveaLayers.ReLU()
      }
    }
    let last = try #require(try ReceptiveFieldTests.summary(model).layers.last)
    #expect(last.receptiveField.status == .complete)
    #expect(last.receptiveField.size.map { [$0.height, $0.width] } == [1, 1024])
    #expect(last.receptiveField.columns?.last == 0)
  }

  @Test func `summaries, comparisons and lint know the windows of signals`() throws {
    let model = try Model(input: [4, 33]) {
      FoveaLayers.Conv1d(8, kernel: 3, stride: 2, padding: 1, groups: 2).named("down")
      FoveaLayers.ConvTranspose1d(4, kernel: 4, stride: 2, padding: 1, groups: 4).named("up")
      AdaptiveAvgPool1d(1)
    }
    let layers = try ReceptiveFieldTests.summary(model).layers
    let (down, up) = (layers[0], layers[1])
    #expect(down.window?.kernel == [1, 3] && down.window?.stride == [1, 2])
    #expect(down.window?.padding == [0, 0, 1, 1] && down.window?.groups == 2)
    #expect(up.window?.kernel == [1, 4] && up.window?.groups == 4)
    #expect(up.window?.isTransposed == true)
    #expect(layers.last?.receptiveField.status.word == "global")

    let context = try LintContext(model.inference)
    #expect(context.products.map(\.path) == ["down", "up"])
    #expect(
      context.products[0].product.map { [$0.inChannels, $0.outChannels, $0.groups] }
        == [4, 8, 2])
    let skipping = try Model(input: [4, 33]) { FoveaLayers.Conv1d(8, kernel: 1, stride: 2) }
    #expect(try lint("skipped-pixels", skipping).map(\.numbers["usedShare"]) == [0.5])

    let wider = try Model(input: [4, 33]) {
      FoveaLayers.Conv1d(8, kernel: 5, stride: 2, padding: 2, groups: 2).named("down")
      FoveaLayers.ConvTranspose1d(4, kernel: 4, stride: 2, padding: 1, groups: 4).named("up")
      AdaptiveAvgPool1d(1)
    }
    let difference = try NetworkDifference(
      from: model.inference, named: "before", to: wider.inference, named: "after")
    let changed = difference.changes.flatMap(\.attributes).map(\.name)
    #expect(changed.contains("kernel") && changed.contains("padding"))
  }
}
