import FoveaAnalysis
import FoveaGraph
import FoveaLayers
import FoveaTensors
import FoveaZoo
import Testing

/// The design patterns (arXiv:1611.00847) that a graph can go against.
@Suite struct LintPatternTests {
  /// As many convolutions with ReLU as asked for.
  private static func plain(_ count: Int, normalised: Bool = false) -> Sequential {
    Sequential(
      (0..<count).flatMap { _ -> [any Layer] in
        let convolution = FoveaLayers.Conv2d(4, kernel: 3, padding: 1, bias: !normalised)
        let activation = FoveaLayers.ReLU()
        return normalised
          ? [convolution, FoveaLayers.BatchNorm2d(), activation] : [convolution, activation]
      })
  }

  private static func model(_ layer: some Layer) throws -> Model {
    try Model(input: [3, 16, 16], function: layer.forward)
  }

  @Test func `pattern 2: more than 18 layers without a join`() throws {
    let found = try lint("design-pattern-2", Self.model(Self.plain(19)))
    #expect(found.map(\.layer) == ["36"])
    #expect(found[0].numbers["layers"] == 19)
    #expect(try lint("design-pattern-2", Self.model(Self.plain(18))).isEmpty)
    let residual = Sequential {
      Conv2d(4, kernel: 1)
      Residual { Self.plain(9) }
      Residual { Self.plain(9) }
      Self.plain(3)
    }
    #expect(try lint("design-pattern-2", Self.model(residual)).isEmpty)
  }

  @Test func `pattern 4: a 1×7 window wants a 7×1 window`() throws {
    let row = FoveaLayers.Conv2d(4, kernel: Extent2d(1, 7), padding: .symmetric(0, 3))
    let column = FoveaLayers.Conv2d(4, kernel: Extent2d(7, 1), padding: .symmetric(3, 0))
    let found = try lint("design-pattern-4", Self.model(Sequential([row, row, column])))
    #expect(found.map(\.layer) == ["1"])
    #expect(found[0].numbers == ["windows": 2, "lacking": 1])
    #expect(try lint("design-pattern-4", Self.model(Sequential([row, column]))).isEmpty)
    // Maps that are no squares have axes of their own.
    let spectrogram = try Model(input: [1, 16, 99], function: row.forward)
    #expect(try lint("design-pattern-4", spectrogram).isEmpty)
  }

  private static func stages(_ widths: Int...) throws -> Model {
    try Model(input: [3, 32, 32]) {
      for (index, width) in widths.enumerated() {
        Conv2d(width, kernel: 3, stride: index == 0 ? 1 : 2, padding: 1).named("conv\(index)")
        ReLU()
      }
      GlobalAvgPool2d()
      Flatten()
      Linear(10)
    }
  }

  @Test func `patterns 5 and 13: channels fall, or stay, where the map shrinks`() throws {
    let falling = try Self.stages(32, 16, 32)
    let found = try lint("design-pattern-5", falling)
    #expect(found.map(\.layer) == ["conv1"])
    #expect(found[0].numbers == ["channelsBefore": 32, "channels": 16])
    #expect(try lint("design-pattern-13", falling).isEmpty)
    let level = try Self.stages(16, 16, 32)
    #expect(try lint("design-pattern-5", level).isEmpty)
    let kept = try lint("design-pattern-13", level)
    #expect(kept.map(\.layer) == ["conv1"])
    #expect(kept[0].numbers == ["channels": 16, "share": 0.25])
    let growing = try Self.stages(16, 32, 64)
    #expect(try lint("design-pattern-5", growing).isEmpty)
    #expect(try lint("design-pattern-13", growing).isEmpty)
  }

  private static func residual(_ count: Int, activationLast: Bool = true) throws -> Model {
    try model(
      Sequential {
        Conv2d(4, kernel: 1)
        ReLU()
        Residual {
          plain(count)
          if !activationLast { BatchNorm2d() }
        }.named("block")
      })
  }

  @Test func `pattern 8: a shortcut past more than 8 layers`() throws {
    let found = try lint("design-pattern-8", Self.residual(9))
    #expect(found.map(\.layer) == ["block"])
    #expect(found[0].numbers["layers"] == 9)
    #expect(try lint("design-pattern-8", Self.residual(8)).isEmpty)
  }

  @Test func `pattern 8: shortcuts of a decoder, past smaller maps, are another thing`() throws {
    var builder = GraphBuilder()
    let image = try builder.input("input", [1, 2, 16, 16])
    var value = try builder.apply(
      AvgPool2d(rows: Window(kernel: 2, stride: 2), columns: Window(kernel: 2, stride: 2)), image,
      path: "down")
    let window = try Window(kernel: 3, padding: Window.Padding(1))
    for index in 0..<10 {
      let weight = try builder.variable("weight\(index)", [2, 2, 3, 3], role: .parameter)
      value = try builder.apply(
        FoveaGraph.Conv2d(rows: window, columns: window), value, weight, path: "conv\(index)")
    }
    let weight = try builder.variable("up", [2, 2, 2, 2], role: .parameter)
    let double = try Window(kernel: 2, stride: 2)
    value = try builder.apply(
      Conv2dInputGradient(convolution: FoveaGraph.Conv2d(rows: double, columns: double)), value,
      weight, image, path: "up")
    try builder.output("output", try builder.apply(Binary(.add), image, value, path: "sum"))
    #expect(try lint("design-pattern-8", LintContext(builder.graph)).isEmpty)
  }

  @Test func `pattern 9: ten layers without normalisation`() throws {
    let found = try lint("design-pattern-9", Self.model(Self.plain(10)))
    #expect(found.map(\.layer) == ["0"])
    #expect(found[0].numbers["layers"] == 10)
    #expect(try lint("design-pattern-9", Self.model(Self.plain(9))).isEmpty)
    #expect(try lint("design-pattern-9", Self.model(Self.plain(10, normalised: true))).isEmpty)
  }

  @Test func `pattern 10: a stem that makes no more channels than the image has`() throws {
    func stem(_ channels: Int) throws -> Model {
      try Self.model(
        Sequential {
          Conv2d(channels, kernel: 3).named("stem")
          ReLU()
          Conv2d(2, kernel: 3)
        })
    }
    let found = try lint("design-pattern-10", stem(3))
    #expect(found.map(\.layer) == ["stem"])
    #expect(found[0].numbers == ["inChannels": 3, "outChannels": 3])
    #expect(try lint("design-pattern-10", stem(4)).isEmpty)
  }

  @Test func `pattern 12: a residual branch that ends in ReLU`() throws {
    let found = try lint("design-pattern-12", Self.residual(2))
    #expect(found.map(\.layer) == ["block"])
    #expect(found[0].numbers["layers"] == 2)
    #expect(try lint("design-pattern-12", Self.residual(2, activationLast: false)).isEmpty)
    #expect(try lint("design-pattern-12", ZooModel.resnet18.build()).isEmpty)
  }
}
