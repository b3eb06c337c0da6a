import FoveaAnalysis
import FoveaGraph
import FoveaLayers
import FoveaTensors
import FoveaZoo
import Testing

/// The rules about windows and what they see: for each a network with the fault, and almost the same one without.
@Suite struct LintWindowTests {
  @Test func `a last map that sees less than the objects is a warning, less than the image a note`()
    throws
  {
    let model = try Model(input: [3, 224, 224]) {
      for _ in 0..<3 {
        Conv2d(8, kernel: 3, padding: 1)
        ReLU()
        MaxPool2d(kernel: 2)
      }
      GlobalAvgPool2d()
      Flatten()
      Linear(10)
    }
    let rule = "receptive-field-small"
    let objects = PixelSize(height: 120, width: 60)
    let found = try lint(rule, model, objectSize: objects)
    #expect(found.map(\.layer) == ["8"])
    #expect(found.map(\.severity) == [.warning])
    #expect(found[0].message.contains("22×22"))
    #expect(found[0].message.contains("120×60"))
    // 98 pixels are lacking, and a 3×3 convolution adds 2 of 8 each.
    #expect(found[0].numbers["more3x3"] == 7)
    #expect(try lint(rule, model, objectSize: PixelSize(height: 22, width: 22)).isEmpty)
    #expect(try lint(rule, model).map(\.severity) == [.note])
    // A dense layer over the map joins all positions.
    #expect(
      try lint(rule, ZooModel.vgg16.build(), objectSize: PixelSize(height: 220, width: 220))
        .map(\.severity) == [.note])
  }

  @Test func `layers after one that sees the whole image are found from a quarter of the work on`()
    throws
  {
    let rule = "receptive-field-early"
    let small = try lint(rule, ZooModel.resnet50.build(input: [3, 32, 32]))
    #expect(small.map(\.severity) == [.warning])
    #expect(small[0].layer == "layer1.2.conv3")
    #expect(try #require(small[0].numbers["share"]) > 0.75)
    #expect(try lint(rule, ZooModel.resnet50.build()).map(\.severity) == [.note])
    #expect(try lint(rule, ZooModel.resnet50.build(input: [3, 512, 512])).isEmpty)
  }

  /// Kernel, stride, dilation; the share of pixels that is read.
  @Test(arguments: [
    (1, 2, 1, 0.25), (2, 3, 1, 4.0 / 9), (3, 2, 2, 0.25), (3, 2, 1, 1.0), (2, 2, 1, 1.0),
    (3, 3, 2, 1.0),
  ])
  func `pixels between windows are skipped`(
    kernel: Int, stride: Int, dilation: Int, share: Double
  ) throws {
    let model = try Model(input: [3, 37, 37]) {
      Conv2d(
        8, kernel: Extent2d(kernel), stride: Extent2d(stride), dilation: Extent2d(dilation)
      ).named("conv")
    }
    let found = try lint("skipped-pixels", model)
    #expect(found.map(\.layer) == (share < 1 ? ["conv"] : []))
    #expect(found.allSatisfy { $0.severity == .warning })
    if let used = found.first?.numbers["usedShare"] { #expect(abs(used - share) < 1e-12) }
  }

  @Test func `a 1×1 projection with stride 2 is a note where another path reads all pixels`() throws
  {
    func model(_ kernel: Int) throws -> Model {
      try Model(input: [4, 8, 8]) { input throws(GraphError) in
        let shortcut = try Conv2d(8, kernel: 1, stride: 2).named("shortcut")(input)
        let branch = try Conv2d(
          8, kernel: Extent2d(kernel), stride: 2, padding: .all(kernel / 2)
        ).named("branch")(input)
        return try shortcut + branch
      }
    }
    let found = try lint("skipped-pixels", model(3))
    #expect(found.map(\.layer) == ["shortcut"])
    #expect(found.map(\.severity) == [.note])
    #expect(found[0].message.contains("branch"))
    // As in the first ResNets, where both paths skip the same pixels.
    #expect(try lint("skipped-pixels", model(1)).map(\.severity) == [.warning, .warning])
  }

  @Test func `pixels that no window reaches are counted (E44)`() throws {
    func model(_ extent: Int) throws -> Model {
      try Model(input: [1, extent, extent]) { MaxPool2d(kernel: 2).named("pool") }
    }
    let small = try lint("dropped-pixels", model(7))
    #expect(small.map(\.layer) == ["pool"])
    #expect(small.map(\.severity) == [.warning])
    #expect(small[0].numbers["rows"] == 1 && small[0].numbers["columns"] == 1)
    #expect(small[0].numbers["missingRows"] == 1)
    #expect(small[0].remedy.contains("ceil mode"))
    #expect(try lint("dropped-pixels", model(31)).map(\.severity) == [.note])
    #expect(try lint("dropped-pixels", model(8)).isEmpty)
    let padded = try Model(input: [1, 8, 8]) { Conv2d(1, kernel: 3, stride: 2, padding: 1) }
    #expect(try lint("dropped-pixels", padded).isEmpty)
  }

  /// Kernel, stride, dilation; taps over the fewest and the most.
  @Test(
    arguments: [
      (3, 2, 1, [1, 4]), (5, 2, 1, [4, 9]), (2, 3, 1, [0, 1]), (4, 2, 1, nil), (2, 2, 1, nil),
      (3, 1, 1, nil), (4, 2, 2, [0, 16]),
    ] as [(Int, Int, Int, [Double]?)])
  func `a transposed convolution whose kernel is no multiple of its stride makes a pattern`(
    kernel: Int, stride: Int, dilation: Int, taps: [Double]?
  ) throws {
    var builder = GraphBuilder()
    let window = try Window(kernel: kernel, stride: stride, dilation: dilation)
    let extent = 7 * stride + window.reach
    let image = try builder.input("input", [1, 4, 8, 8])
    let whole = try builder.input("whole", [1, 2, extent, extent])
    let weight = try builder.variable("weight", [4, 2, kernel, kernel], role: .parameter)
    let result = try builder.apply(
      Conv2dInputGradient(convolution: Conv2d(rows: window, columns: window)), image, weight, whole,
      path: "up")
    try builder.output("output", result)
    let found = try lint("checkerboard", LintContext(builder.graph))
    #expect(found.map(\.layer) == (taps == nil ? [] : ["up"]))
    #expect(found.first?.numbers["fewestTaps"] == taps?[0])
    #expect(found.first?.numbers["mostTaps"] == taps?[1])
  }

  @Test func `the gradients of strided convolutions are no transposed layers`() throws {
    var builder = GraphBuilder()
    let image = try builder.input("input", [1, 2, 9, 9])
    let first = try builder.variable("first", [2, 2, 3, 3], role: .parameter)
    let second = try builder.variable("second", [2, 2, 3, 3], role: .parameter)
    let window = try Window(kernel: 3, stride: 2)
    let convolution = FoveaGraph.Conv2d(rows: window, columns: window)
    let hidden = try builder.apply(convolution, image, first, path: "one")
    let result = try builder.apply(convolution, hidden, second, path: "two")
    let loss = try builder.apply(
      Reduce(.sum, axes: [0, 1, 2, 3], keepDimensions: false), result, path: "sum")
    try builder.output("loss", loss)
    let graph = try differentiate(builder.graph, loss: "loss", withRespectTo: ["first"])
    #expect(graph.nodes.contains { $0.operation is Conv2dInputGradient })
    #expect(try lint("checkerboard", LintContext(graph)).isEmpty)
    #expect(try lint("dead-branch", LintContext(graph)).isEmpty)
    #expect(try LintContext(graph).layers.map(\.path) == ["one", "two", "sum"])
  }

  @Test func `an even kernel that is padded alike on both sides moves the map`() throws {
    func findings(_ kernel: Int, stride: Int = 1, _ padding: FoveaLayers.Padding) throws
      -> [LintFinding]
    {
      let model = try Model(input: [1, 8, 8]) {
        Conv2d(1, kernel: Extent2d(kernel), stride: Extent2d(stride), padding: padding)
          .named("conv")
      }
      return try lint("even-kernel", model)
    }
    let found = try findings(4, 2)
    #expect(found.map(\.layer) == ["conv"])
    #expect(found.map(\.severity) == [.warning])
    #expect(found[0].message.contains("9×9 of 8×8"))
    #expect(try findings(4, 0).map(\.severity) == [.note])
    #expect(try findings(3, 1).isEmpty)
    #expect(try findings(4, .sides(top: 1, left: 1, bottom: 2, right: 2)).isEmpty)
    #expect(try findings(4, stride: 2, 1).isEmpty)
    // One position has no neighbour to be off from.
    #expect(try findings(8, 0).isEmpty)
  }

  @Test func `strides without a blur are notes; an average before, or a fixed blur, is none`()
    throws
  {
    func model(_ layers: any Layer...) throws -> Model {
      try Model(input: [4, 16, 16], function: Sequential(layers).forward)
    }
    let strided = Conv2d(8, kernel: 3, stride: 2, padding: 1)
    let found = try lint("aliasing", model(strided, ReLU(), MaxPool2d(kernel: 2)))
    #expect(found.map(\.layer) == ["0", "2"])
    #expect(found.allSatisfy { $0.severity == .note && $0.numbers["strideHeight"] == 2 })
    #expect(try lint("aliasing", model(AvgPool2d(kernel: 2, stride: 1), strided)).isEmpty)
    #expect(try lint("aliasing", model(AvgPool2d(kernel: 2))).isEmpty)
    #expect(try lint("aliasing", model(Conv2d(8, kernel: 3))).isEmpty)
    func blurred(_ role: Variable.Role) throws -> Graph {
      var builder = GraphBuilder()
      let image = try builder.input("input", [1, 2, 8, 8])
      let weight = try builder.variable("blur", [2, 1, 3, 3], role: role)
      let window = try Window(kernel: 3, stride: 2, padding: Window.Padding(1))
      let blur = FoveaGraph.Conv2d(rows: window, columns: window, groups: 2)
      try builder.output("output", try builder.apply(blur, image, weight, path: "blur"))
      return builder.graph
    }
    #expect(try lint("aliasing", LintContext(blurred(.buffer))).isEmpty)
    #expect(try lint("aliasing", LintContext(blurred(.parameter))).map(\.layer) == ["blur"])
  }
}
