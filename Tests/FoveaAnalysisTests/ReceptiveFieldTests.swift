import FoveaAnalysis
import FoveaGraph
import FoveaLayers
import FoveaTensors
import FoveaZoo
import Testing

/// Numbers that others published, and the notes' tables.
@Suite struct ReceptiveFieldTests {
  static func summary(_ model: Model) throws -> ModelSummary {
    try ModelSummary(
      of: model.inference, inputs: [Model.inputName: Shape([1] + model.inputShape.dimensions)])
  }

  static func layer(_ path: String, of model: Model) throws -> ModelSummary.Layer {
    try #require(try summary(model).layers.last { $0.path == path })
  }

  /// A chain of windows, each with kernel, stride and padding.
  static func chain(_ windows: [(Int, Int, Int)], input: Int = 224) throws -> ModelSummary {
    try summary(
      Model(input: [1, input, input]) {
        for (kernel, stride, padding) in windows {
          Conv2d(1, kernel: Extent2d(kernel), stride: Extent2d(stride), padding: .all(padding))
        }
      })
  }

  /// The article's table for images of 32×32: name, n, jump, receptive field.
  static let articleTable: [(Int, Int, Int)] = [
    (32, 1, 3), (32, 1, 5), (16, 2, 6), (16, 2, 10), (16, 2, 14), (8, 4, 16), (8, 4, 24),
    (8, 4, 32), (8, 4, 40), (4, 8, 44), (4, 8, 60), (4, 8, 76), (4, 8, 92), (2, 16, 100),
    (2, 16, 132), (2, 16, 164), (2, 16, 196), (1, 32, 212),
  ]

  @Test func `VGG-16 on 32×32 has the article's n, j and RF in every row`() throws {
    let layers = try Self.summary(ZooModel.vgg16.build(input: [3, 32, 32])).layers
    let rows = layers.filter { $0.path.hasPrefix("features") && $0.window != nil }
    #expect(rows.count == Self.articleTable.count)
    for (row, (n, jump, size)) in zip(rows, Self.articleTable) {
      #expect(row.outputShape[2] == n && row.outputShape[3] == n, "\(row.path)")
      #expect(row.receptiveField.rows?.jump == Double(jump), "\(row.path)")
      #expect(
        row.receptiveField.size.map { [$0.height, $0.width] } == [size, size], "\(row.path)")
      #expect(row.receptiveField.status == .complete)
    }
  }

  @Test func `E14: a dense layer over 7 cells sees 212 + 6·32 = 404, over one cell 212`() throws {
    let large = try Self.layer("classifier.0", of: ZooModel.vgg16.build())
    #expect(large.receptiveField.rows?.size == 404)
    #expect(large.receptiveField.status.word == "global")
    let small = try Self.layer("classifier.0", of: ZooModel.vgg16.build(input: [3, 32, 32]))
    #expect(small.receptiveField.rows?.size == 212)
    // With a head that pools to one cell, as the article's table has it.
    let pooled = try Self.summary(
      Model(input: [3, 32, 32]) {
        for _ in 0..<5 {
          Conv2d(4, kernel: 3, padding: 1)
          MaxPool2d(kernel: 2)
        }
        AdaptiveAvgPool2d(1)
        Flatten()
        Linear(10)
      }
    ).layers
    let heads = pooled.suffix(3).map(\.receptiveField)
    #expect(Set(heads.map(\.rows?.size)).count == 1)
    #expect(heads.allSatisfy { $0.rows?.jump == 32 })
  }

  /// Layer, size, jump, effective padding.
  @Test(arguments: [
    ("resnet18", "layer4.1.relu", 435, 32, 217), ("resnet34", "layer4.2.relu", 899, 32, 449),
    ("resnet50", "layer4.2.relu", 427, 32, 213), ("vgg16", "features.30", 212, 32, 90),
    ("mobilenet-v2", "features.18.0", 491, 32, 245),
  ]) func `published networks have their published receptive fields`(
    _ name: String, _ path: String, _ size: Int, _ jump: Int, _ padding: Int
  ) throws {
    let field = try Self.layer(path, of: ZooModel.named(name).build()).receptiveField
    for axis in [field.rows, field.columns] {
      #expect(axis?.size == size)
      #expect(axis?.jump == Double(jump))
      #expect(axis?.effectivePadding == Double(padding))
    }
    #expect(field.status == .complete)
  }

  @Test func `EfficientNet-B0 sees everything through squeeze-and-excitation, by windows 851`()
    throws
  {
    let field = try Self.layer("features.8.0", of: ZooModel.efficientNetB0.build()).receptiveField
    #expect(field.rows?.size == 851)
    #expect(field.status.word == "global")
  }

  @Test func `AlexNet's layers have Distill's receptive fields`() throws {
    let layers = try Self.chain([
      (11, 4, 0), (3, 2, 0), (5, 1, 2), (3, 2, 0), (3, 1, 1), (3, 1, 1), (3, 1, 1), (3, 2, 0),
    ]).layers
    #expect(layers.map { $0.receptiveField.rows?.size } == [11, 19, 51, 67, 99, 131, 163, 195])
    #expect(layers.last?.receptiveField.rows?.jump == 32)
    #expect(layers.last?.receptiveField.rows?.effectivePadding == 64)
  }

  @Test func `two 3×3 convolutions with stride 2 see 7 pixels`() throws {
    #expect(try Self.chain([(3, 2, 1), (3, 2, 1)]).layers.last?.receptiveField.rows?.size == 7)
  }

  @Test func `ResNet-50 with TF-slim's striding sees 35, 99, 291 and 483 pixels`() throws {
    // TF-slim strides in the last unit's 3×3 convolution of each block but the last.
    // "SAME" pads the pooling of an even map behind alone.
    var windows = [(7, 2, 3), (3, 2, 0)]
    var sizes: [Int?] = []
    for (block, units) in [3, 4, 6, 3].enumerated() {
      for unit in 0..<units {
        windows.append((3, unit == units - 1 && block < 3 ? 2 : 1, 1))
      }
      sizes.append(try Self.chain(windows).layers.last?.receptiveField.rows?.size)
    }
    #expect(sizes == [35, 99, 291, 483])
    #expect(try Self.chain(windows).layers.last?.receptiveField.rows?.effectivePadding == 239)
  }

  @Test
  func `E7: a 5×5 convolution with padding 2 makes 224 positions, each of which sees 5 pixels`()
    throws
  {
    let layer = try #require(try Self.chain([(5, 1, 2)]).layers.first)
    #expect(layer.outputShape[2] == 224)
    #expect(layer.receptiveField.rows?.size == 5)
  }

  @Test func `E8: pooling widens what later layers see; without it 3×3 layers add 2 pixels each`()
    throws
  {
    let plain = try Self.chain(Array(repeating: (3, 1, 1), count: 4), input: 32)
    #expect(plain.layers.map { $0.receptiveField.rows?.size } == [3, 5, 7, 9])
    let pooled = try Self.chain([(3, 1, 1), (2, 2, 0), (3, 1, 1), (3, 1, 1)], input: 32)
    #expect(pooled.layers.map { $0.receptiveField.rows?.size } == [3, 4, 8, 12])
    // 1000 pixels take 500 layers.
    let deep = (1...500).reduce(1) { size, _ in size + 2 }
    #expect(deep == 1001)
  }

  @Test func `E13, E16: 3×3 with dilation 2 spans 5×5 and uses 9 of its 25 pixels`() throws {
    let model = try Model(input: [1, 16, 16]) {
      Conv2d(1, kernel: 3, padding: 2, dilation: 2)
    }
    let shapes = try model.inference.shapes()
    let value = try model.inference.output(named: Model.outputName)
    let region = try InputRegion(
      of: value, at: (8, 8), in: model.inference, shapes: shapes, input: Model.inputName)
    #expect(region.rows.map { [$0.first, $0.last] } == [6, 10])
    #expect(region.columns.map { [$0.first, $0.last] } == [6, 10])
    #expect(region.usedPixels == 9)
    // Every pixel is used by some output.
    let all = try InputRegion(
      of: value, at: nil, in: model.inference, shapes: shapes, input: Model.inputName)
    #expect(all.usedPixels == 256)
    // Until equal rates are stacked: then the holes stay.
    let stack = try Model(input: [1, 32, 32]) {
      for _ in 0..<3 { Conv2d(1, kernel: 3, padding: 2, dilation: 2) }
    }
    let gridded = try InputRegion(
      of: stack.inference.output(named: Model.outputName), at: (16, 16), in: stack.inference,
      shapes: stack.inference.shapes(), input: Model.inputName)
    #expect(gridded.rows?.count == 13)
    #expect(gridded.usedPixels == 49)
  }

  @Test
  func
    `E15: average pooling and dilation widen the field, padding moves it, global pooling sees all`()
    throws
  {
    let model = try Model(input: [2, 64, 64]) {
      AvgPool2d(kernel: 4, stride: 2)
      Conv2d(2, kernel: 3, dilation: 3)
      GlobalAvgPool2d()
    }
    let layers = try Self.summary(model).layers
    #expect(layers.map { $0.receptiveField.rows?.size } == [4, 4 + 6 * 2, 64])
    #expect(layers.last?.receptiveField.status.word == "global")
    let shifted = try Self.chain([(3, 1, 1)]).layers.last?.receptiveField.rows
    let unshifted = try Self.chain([(3, 1, 0)]).layers.last?.receptiveField.rows
    #expect(shifted?.size == unshifted?.size)
    #expect(shifted?.start == 0 && unshifted?.start == 1)
  }

  @Test func `E17: a transposed convolution sees fewer pixels than its kernel has taps`() throws {
    var builder = GraphBuilder()
    let image = try builder.input("input", [1, 1, 8, 8])
    let weight = try builder.variable("weight", [1, 1, 4, 4], role: .parameter)
    let whole = try builder.input("shape", [1, 1, 16, 16])
    let window = try Window(kernel: 4, stride: 2, padding: Window.Padding(1))
    let result = try builder.apply(
      Conv2dInputGradient(convolution: Conv2d(rows: window, columns: window)), image, weight, whole,
      path: "up")
    try builder.output("output", result)
    let summary = try ModelSummary(of: builder.graph)
    let layer = try #require(summary.layers.first)
    #expect(layer.outputShape == [1, 1, 16, 16])
    #expect(layer.receptiveField.rows?.size == 2)
    #expect(layer.receptiveField.rows?.jump == 0.5)
    #expect(layer.receptiveField.status.word == "partial")
    #expect(layer.window?.isTransposed == true)
    let region = try InputRegion(
      of: result, at: (5, 6), in: builder.graph, shapes: builder.graph.shapes(), input: "input")
    // y = 2·i − 1 + r with r of 0..<4: row 5 comes from rows 2 and 3.
    #expect(region.rows.map { [$0.first, $0.last] } == [2, 3])
  }

  @Test func `paths of different strides are unknown, and say where they meet`() throws {
    let model = try Model(input: [1, 8, 8]) { input throws(GraphError) in
      let shallow = try MaxPool2d(kernel: 2)(input)
      let deep = try Conv2d(1, kernel: 5)(input)
      return try FoveaLayers.concatenate([shallow, deep])
    }
    let last = try #require(try Self.summary(model).layers.last)
    #expect(last.receptiveField.status.word == "unknown")
  }
}
