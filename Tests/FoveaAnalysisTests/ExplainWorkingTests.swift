import FoveaAnalysis
import FoveaTensors
import Foundation
import Testing

/// Numbers that are known, and what the working says about them.
@Suite struct ExplainWorkingTests {
  static func convolution(
    _ height: Int, _ width: Int, _ channels: Int, filters: Int, _ window: SlidingWindow,
    groups: Int = 1, bias: Bool = true
  ) throws -> Working {
    try ConvolutionQuestion(
      input: MapExtents(height: height, width: width, channels: channels), filters: filters,
      window: window, groups: groups, bias: bias
    ).working()
  }

  @Test func `the cheat sheet's layer makes 64×64×64 with 18,496 parameters`() throws {
    let working = try Self.convolution(64, 64, 32, filters: 64, SlidingWindow(3, padding: 1))
    #expect(working.title == "Convolution: 64×64×32 → 64×64×64")
    #expect(working.results["outputHeight"] == 64)
    #expect(working.results["outputWidth"] == 64)
    #expect(working.results["outputChannels"] == 64)
    #expect(working.results["weights"] == 18_432)
    #expect(working.results["parameters"] == 18_496)
    #expect(working.results["multiplyAdds"] == .count(64 * 64 * 18_432))
    #expect(working.results["flops"] == .count(2 * 64 * 64 * 18_432))
    #expect(working.results["biasAdditions"] == .count(64 * 64 * 64))
    #expect(working.results["outputBytes"] == .count(4 * 64 * 64 * 64))
    #expect(working.results["receptiveFieldHeight"] == 3)
    let size = try #require(working.steps.first)
    #expect(size.formula == "⌊(H + 2·p − d·(k − 1) − 1) / s⌋ + 1")
    #expect(size.substituted == "⌊(64 + 2·1 − 1·(3 − 1) − 1) / 1⌋ + 1")
    #expect(working.steps[1].formula == "k·k·C_in·C_out")
    #expect(working.steps[1].substituted == "3·3·32·64")
  }

  @Test func `3·5·5·64 + 64 is 4,864, and 8 to 16 channels take 1,168`() throws {
    let article = try Self.convolution(224, 224, 3, filters: 64, SlidingWindow(5, padding: 2))
    #expect(article.results["parameters"] == 4_864)
    let chapter = try Self.convolution(
      14, 14, 8, filters: 16, SlidingWindow(3, stride: 2, padding: 1))
    #expect(chapter.results["parameters"] == 1_168)
  }

  @Test func `axes of different windows have a step each`() throws {
    let window = SlidingWindow(
      kernel: AxisPair(rows: 1, columns: 3), stride: AxisPair(rows: 1, columns: 2),
      padding: .sides(top: 0, bottom: 0, left: 0, right: 1))
    let working = try Self.convolution(9, 12, 4, filters: 2, window)
    #expect(working.results["outputHeight"] == 9)
    #expect(working.results["outputWidth"] == 6)
    #expect(working.results["weights"] == 24)
    #expect(working.steps.map(\.name).contains("Output width"))
  }

  @Test func `same, valid and full padding keep, shrink and grow a map`() throws {
    for (rule, size) in [(PaddingRule.same, 32), (.valid, 29), (.full, 35)] {
      let window = SlidingWindow(kernel: AxisPair(4), padding: rule)
      #expect(
        try Self.convolution(32, 32, 1, filters: 1, window).results["outputHeight"] == .count(size))
    }
    let strided = SlidingWindow(kernel: AxisPair(3), stride: AxisPair(2), padding: .same)
    #expect(try Self.convolution(7, 7, 1, filters: 1, strided).results["outputHeight"] == 4)
  }

  @Test func `leaving the bias out takes C_out parameters away and no multiply-add`() throws {
    let (with, without) = (
      try Self.convolution(8, 8, 3, filters: 5, SlidingWindow(3)),
      try Self.convolution(8, 8, 3, filters: 5, SlidingWindow(3), bias: false)
    )
    #expect(with.results["parameters"] == 140)
    #expect(without.results["parameters"] == 135)
    #expect(with.results["multiplyAdds"] == without.results["multiplyAdds"])
    #expect(without.results["biasAdditions"] == 0)
  }

  @Test func `groups divide weights and multiply-adds`() throws {
    let question = GroupsQuestion(
      ConvolutionQuestion(
        input: MapExtents(height: 14, width: 14, channels: 12), filters: 18,
        window: SlidingWindow(3, padding: 1), groups: 3))
    let working = try question.working()
    #expect(working.results["weights"] == .count(9 * 4 * 18))
    let table = try #require(working.table)
    #expect(table.rows.map { $0[0] } == [1, 2, 3, 6])
    #expect(table.rows.map { $0[2] } == [1944, 972, 648, 324])
  }

  @Test func `a depthwise separable convolution takes 1/C_out + 1/k² of the multiply-adds`() throws
  {
    let working = try DepthwiseQuestion(
      input: MapExtents(height: 16, width: 16, channels: 32), filters: 64,
      window: SlidingWindow(3, padding: 1)
    ).working()
    #expect(working.results["depthwiseWeights"] == 288)
    #expect(working.results["pointwiseWeights"] == 2048)
    #expect(working.results["separableMultiplyAdds"] == .count(256 * (288 + 2048)))
    #expect(working.results["plainMultiplyAdds"] == .count(256 * 9 * 32 * 64))
    guard case .number(let share)? = working.results["share"] else {
      Issue.record("no share")
      return
    }
    #expect(abs(share - (1.0 / 64 + 1.0 / 9)) < 1e-12)
    let doubled = try DepthwiseQuestion(
      input: MapExtents(height: 16, width: 16, channels: 32), filters: 64,
      window: SlidingWindow(3, padding: 1), multiplier: 2
    ).working()
    #expect(doubled.results["depthwiseWeights"] == 576)
  }

  @Test func `pooling in ceil mode drops the window that would start in the padding`() throws {
    func size(_ extent: Int, _ window: SlidingWindow, ceilMode: Bool) throws -> Working {
      try PoolingQuestion(
        input: MapExtents(height: extent, width: extent, channels: 2), window: window,
        ceilMode: ceilMode
      ).working()
    }
    let window = SlidingWindow(3, stride: 2)
    #expect(try size(112, window, ceilMode: false).results["outputHeight"] == 55)
    #expect(try size(112, window, ceilMode: true).results["outputHeight"] == 56)
    let padded = SlidingWindow(2, stride: 2, padding: 1)
    let dropped = try size(5, padded, ceilMode: true)
    #expect(dropped.results["outputHeight"] == 3)
    #expect(dropped.notes.contains { $0.contains("starts at 5") && $0.contains("dropped") })
    #expect(dropped.results["parameters"] == 0)
    #expect(dropped.results["operations"] == .count(3 * 3 * 2 * 4))
  }

  @Test func `average pooling takes no dilation, and max pooling does`() throws {
    for (kind, isRefused) in [(PoolingQuestion.Kind.max, false), (.average, true)] {
      let question = PoolingQuestion(
        input: MapExtents(height: 9, width: 9, channels: 1),
        window: SlidingWindow(2, dilation: 2), kind: kind)
      #expect(((try? question.working()) == nil) == isRefused)
    }
  }

  @Test func `batch normalisation holds 4 numbers a channel`() throws {
    let working = try BatchNormQuestion(
      input: MapExtents(height: 7, width: 5, channels: 64), batch: 16
    ).working()
    #expect(working.results["trained"] == 128)
    #expect(working.results["running"] == 128)
    #expect(working.results["numbers"] == 256)
    #expect(working.results["valuesPerChannel"] == 560)
    #expect(working.notes.contains { $0.contains("redundant") && $0.contains("and so does") })
  }

  @Test func `a transposed convolution gives back the shape, and 3×3 at stride 2 is uneven`() throws
  {
    func working(_ kernel: Int, _ outputPadding: Int) throws -> Working {
      try TransposedQuestion(
        input: MapExtents(height: 7, width: 7, channels: 64), filters: 32,
        window: SlidingWindow(kernel, stride: 2, padding: 1), outputPadding: outputPadding
      ).working()
    }
    let (uneven, even) = (try working(3, 1), try working(4, 0))
    #expect(uneven.results["outputHeight"] == 14)
    #expect(uneven.results["fewestTaps"] == 1)
    #expect(uneven.results["mostTaps"] == 4)
    #expect(uneven.notes.contains { $0.contains("Checkerboard") })
    #expect(even.results["outputHeight"] == 14)
    #expect(even.results["fewestTaps"] == even.results["mostTaps"])
    #expect(even.results["weights"] == .count(16 * 64 * 32))
    #expect(even.results["multiplyAdds"] == .count(7 * 7 * 16 * 64 * 32))
    #expect(even.notes.contains { $0.contains("not the values") })
    #expect(throws: ExplainError.outOfRange("output-padding", value: 2, allowed: 0...1)) {
      try working(3, 2)
    }
  }

  @Test func `two 3×3 convolutions with stride 2 see 7 pixels, row by row`() throws {
    let layer = ReceptiveFieldQuestion.Layer(kernel: 3, stride: 2, padding: 1)
    let working = try ReceptiveFieldQuestion(layers: [layer, layer], input: 28).working()
    #expect(working.results["size"] == 7)
    #expect(working.results["jump"] == 4)
    #expect(working.results["start"] == 0)
    #expect(working.results["positions"] == 7)
    #expect(working.table?.rows.map { $0[2] } == [28, 14, 7])
  }

  @Test func `VGG-16's chain has the article's table`() throws {
    var layers: [ReceptiveFieldQuestion.Layer] = []
    for count in [2, 2, 3, 3, 3] {
      layers += Array(repeating: .init(kernel: 3, stride: 1, padding: 1), count: count)
      layers.append(.init(kernel: 2, stride: 2))
    }
    let table = try #require(try ReceptiveFieldQuestion(layers: layers, input: 32).working().table)
    let expected = ReceptiveFieldTests.articleTable
    #expect(table.rows.dropFirst().map { $0[2] } == expected.map { .count($0.0) })
    #expect(table.rows.dropFirst().map { $0[3] } == expected.map { .count($0.1) })
    #expect(table.rows.dropFirst().map { $0[4] } == expected.map { .count($0.2) })
  }

  @Test func `stacked equal dilations use some of the pixels that they span`() throws {
    let layer = ReceptiveFieldQuestion.Layer(kernel: 3, stride: 1, dilation: 2)
    let rows = try #require(
      try ReceptiveFieldQuestion(layers: [layer, layer]).working().table?.rows)
    #expect(rows.map { $0[4] } == [1, 5, 9])
    #expect(rows.map { $0[7] } == [1, 3, 5])
  }

  @Test func `the least padding is TensorFlow's, and differs from PyTorch's at stride 2`() throws {
    let working = try PaddingQuestion(kernel: 3, stride: 2, input: 224).working()
    #expect(working.results["before"] == 0)
    #expect(working.results["after"] == 1)
    #expect(working.results["symmetric"] == 1)
    #expect(working.results["positions"] == 112)
    #expect(working.table?.rows.prefix(2).map { $0[4] } == [1, 0])
    let odd = try PaddingQuestion(kernel: 3, stride: 2, input: 225).working()
    #expect(odd.results["before"] == odd.results["after"])
    #expect(odd.notes.contains { $0.contains("agree") })
  }

  @Test func `exactly k = 2, 4, 6, 8 double a map evenly`() throws {
    let table = try #require(try EnlargingQuestion(scale: 2).working().table)
    let even = table.rows.filter { $0[5] == "even" }
    #expect(even.map { $0[0] } == [2, 4, 6, 8])
    #expect(even.map { $0[2] } == [0, 1, 2, 3])
    #expect(table.rows.contains { $0.prefix(4) == [3, 2, 1, 1] && $0[5] == "checkerboard" })
    #expect(try EnlargingQuestion(scale: 2, largestKernel: 3).working().results["count"] == 3)
  }

  @Test func `the simplest window that halves 224 is 3×3 with stride 2 and padding 1`() throws {
    let working = try WindowsQuestion(from: 224, to: 112).working()
    #expect(working.results["kernel"] == 3)
    #expect(working.results["stride"] == 2)
    #expect(working.results["padding"] == 1)
    #expect(working.results["dilation"] == 1)
    let none = try WindowsQuestion(from: 7, to: 14).working()
    #expect(none.results["count"] == 0)
    #expect(none.notes.contains { $0.contains("transposed") })
    #expect(try WindowsQuestion(from: 224, to: 112, limit: 2).working().table?.rows.count == 2)
  }

  @Test func `a working survives JSON`() throws {
    for working in [
      try WindowsQuestion(from: 224, to: 112).working(),
      try PaddingQuestion(kernel: 4).working(),
      try DepthwiseQuestion(
        input: MapExtents(height: 9, width: 9, channels: 3), filters: 4, window: SlidingWindow(3)
      ).working(),
    ] {
      let data = try JSONEncoder().encode(working)
      #expect(try JSONDecoder().decode(Working.self, from: data) == working)
    }
  }
}
