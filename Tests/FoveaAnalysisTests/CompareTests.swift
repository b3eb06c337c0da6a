import FoveaAnalysis
import FoveaLayers
import FoveaTensors
import FoveaZoo
import Testing

/// What textbooks say of designs side by side, to the digit.
@Suite struct CompareTests {
  /// The designs of a line that says what comes in behind the last.
  static func figures(_ text: String) throws -> [NetworkFigures] {
    let designs = try InlineDesign.comparison(parsing: text)
    let place = try #require(designs.last?.input)
    return try designs.map { design in
      let input = design.input ?? place
      return try NetworkFigures(
        name: design.text, of: design.build(input: input).inference,
        inputs: [Model.inputName: Shape([1] + input.dimensions)])
    }
  }

  static func parameters(_ text: String) throws -> [Int] { try figures(text).map(\.parameters) }

  static func size(_ figures: NetworkFigures) -> [Int]? {
    figures.receptiveField.size.map { [$0.height, $0.width] }
  }

  @Test(arguments: [1, 8, 64, 256])
  func `three 3×3 have 27 C² weights, a 7×7 of the same receptive field 49 C²`(c: Int) throws {
    let both = try Self.figures("conv3x3*3 vs conv7x7 at \(c) channels 56x56")
    #expect(both.map(\.parameters) == [27 * c * c, 49 * c * c])
    #expect(both.map(\.multiplyAdds) == [27 * c * c * 3136, 49 * c * c * 3136])
    #expect(both.map(\.nonLinearities) == [2, 0])
    #expect(both.map(\.depth) == [3, 1])
    #expect(both.map(Self.size) == [[7, 7], [7, 7]])
    #expect(both.map(\.weightBytes) == both.map { 4 * $0.parameters })
    let comparison = NetworkComparison(both)
    #expect(both.map { comparison.channelSquares(of: $0) } == [27, 49])
    #expect(comparison.notes == ["They see the same 7×7 pixels."])
  }

  @Test(arguments: 1...8)
  func `n of 3×3 see what one of 2n + 1 sees, for 9n against (2n + 1)² weights`(n: Int) throws {
    let side = 2 * n + 1
    let both = try Self.figures("conv3x3*\(n) vs conv\(side)x\(side) at 4x32x32")
    #expect(both.map(Self.size) == [[side, side], [side, side]])
    #expect(both.map(\.parameters) == [9 * n * 16, side * side * 16])
  }

  @Test func `below 3×3 there are 2×2, 1×3 with 3×1, depthwise and 1×1`() throws {
    let rows = try Self.figures(
      "conv3x3 vs conv2x2*2 vs conv1x3+conv3x1 vs dw3x3 vs separable3x3 vs conv1x1 at 64x14x14")
    let square = 64 * 64
    #expect(
      rows.map(\.parameters) == [
        9 * square, 8 * square, 6 * square, 9 * 64, 9 * 64 + square, square,
      ])
    #expect(rows.allSatisfy { $0.outputShape == [1, 64, 14, 14] })
    #expect(rows.map { Self.size($0)?[0] } == [3, 3, 3, 3, 3, 1])
    #expect(rows.allSatisfy { $0.multiplyAdds == $0.parameters * 196 })
  }

  @Test func `a bottleneck on 256 channels costs what a basic block costs on 64`() throws {
    let both = try Self.figures("basic at 64 channels 56x56 vs bottleneck at 256 channels 56x56")
    // Two scales and shifts of batch normalisation a convolution.
    let basic = 2 * (9 * 64 * 64 + 2 * 64)
    let bottleneck = 2 * 256 * 64 + 9 * 64 * 64 + 2 * (64 + 64 + 256)
    #expect(both.map(\.parameters) == [basic, bottleneck])
    #expect(both.map(\.multiplyAdds) == [18 * 64 * 64 * 3136, 17 * 64 * 64 * 3136])
    #expect(both.map(\.nonLinearities) == [2, 3])
    #expect(both.map(\.depth) == [2, 3])
    // As the first block of ResNet-50, with its projection.
    let first = try Self.parameters("bottleneck c256 at 64x56x56")
    #expect(
      first == [64 * 64 + 9 * 64 * 64 + 2 * 64 * 256 + 2 * (64 + 64 + 256 + 256)])
  }

  @Test func `a convolution has 9 C² weights where a dense layer has (CHW)²`() throws {
    let both = try Self.parameters("conv3x3 vs fc at 16 channels 8x8")
    #expect(both == [9 * 256, 1024 * 1024 + 1024])
    // With a kernel as large as the image and no padding they are the same but for the bias.
    let whole = try Self.figures("conv8x8 c10 p0 vs fc10 at 16 channels 8x8")
    #expect(whole.map(\.multiplyAdds) == [10_240, 10_240])
  }

  @Test func `a head of global average pooling saves VGG's 123 million weights`() throws {
    let both = try Self.parameters("gap+fc1000 vs fc4096*2+fc1000 at 512 channels 7x7")
    #expect(both == [513_000, 25_088 * 4096 + 4096 + 4096 * 4097 + 1000 * 4097])
  }

  @Test func `a stride costs a quarter of a convolution with max-pooling behind`() throws {
    let both = try Self.figures("conv3x3+maxpool2 vs conv3x3/2 at 64 channels 56x56")
    #expect(both[0].multiplyAdds == 4 * both[1].multiplyAdds)
    #expect(both[0].outputShape == both[1].outputShape)
    #expect(both.map(Self.size) == [[4, 4], [3, 3]])
  }

  @Test(arguments: [
    ("conv3x3 c8", 9 * 4 * 8), ("conv3x3 g2", 9 * 4 * 2), ("conv3x3 bias", 9 * 16 + 4),
    ("conv3x3 bn", 9 * 16 + 8), ("conv3x3 bn bias c8 g4", 9 * 8 + 8 + 16), ("dw5x3", 15 * 4),
    ("dw3x3 bias bn", 36 + 4 + 8), ("separable3x3 c8", 36 + 32),
    ("separable3x3 bn bias", 36 + 16 + 2 * (4 + 8)),
    ("inverted", 24 * (4 + 9 + 4) + 2 * (24 + 24 + 4)),
    ("inverted x2 c8", 8 * (4 + 9 + 8) + 2 * (8 + 8 + 8)),
    ("inverted x1", 4 * (9 + 4) + 2 * (4 + 4)),
    ("basic/2 c8", 9 * (32 + 64) + 32 + 3 * 16), ("flatten+fc2", 2 * 1024 + 2), ("relu", 0),
    ("conv3", 9 * 16), ("conv3×3", 9 * 16),
  ])
  func `an option has its effect on parameters`(design: String, expected: Int) throws {
    #expect(try Self.parameters("\(design) at 4x16x16") == [expected])
  }

  @Test(arguments: [
    ("conv3x3/2", [1, 4, 8, 8]), ("conv3x3 p0", [1, 4, 14, 14]), ("conv3x3 d3", [1, 4, 16, 16]),
    ("conv2x2", [1, 4, 16, 16]), ("maxpool2", [1, 4, 8, 8]), ("maxpool3/2 p1", [1, 4, 8, 8]),
    ("avgpool4", [1, 4, 4, 4]), ("avgpool2x4", [1, 4, 8, 4]), ("gap", [1, 4, 1, 1]),
    ("flatten", [1, 1024]), ("bottleneck/2 c16", [1, 16, 8, 8]), ("inverted/2", [1, 4, 8, 8]),
    ("dw3x3/4", [1, 4, 4, 4]), ("fc7*2", [1, 7]),
  ])
  func `an option has its effect on the shape`(design: String, shape: [Int]) throws {
    #expect(try Self.figures("\(design) at 4x16x16")[0].outputShape.dimensions == shape)
  }

  @Test func `dilation widens what is seen, and costs nothing`() throws {
    let both = try Self.figures("conv3x3 d3 vs conv3x3 at 4x16x16")
    #expect(both.map(Self.size) == [[7, 7], [3, 3]])
    #expect(both[0].multiplyAdds == both[1].multiplyAdds)
  }

  @Test(arguments: [
    ("resnet18", 18, 17), ("resnet34", 34, 33), ("resnet50", 50, 49), ("resnet50-d", 52, 51),
    ("vgg16", 16, 15), ("mobilenet-v2", 53, 35), ("lenet5", 5, 4),
  ])
  func `depth is the number in a network's name`(name: String, depth: Int, nonLinearities: Int)
    throws
  {
    let figures = try NetworkFigures(name: name, of: ZooModel.named(name).build().inference)
    #expect(figures.depth == depth)
    #expect(figures.nonLinearities == nonLinearities)
  }
}
