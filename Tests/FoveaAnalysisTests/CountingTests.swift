import FoveaAnalysis
import FoveaGraph
import FoveaLayers
import FoveaTensors
import FoveaZoo
import Testing

@Suite struct CountingTests {
  /// What the tools print for torchvision's networks on one image of 224×224.
  ///
  /// fvcore 0.1.5, ptflops 0.7.5, torchinfo 1.8.0, PyTorch 2.15. Of MobileNetV2, ptflops prints 62,720 less:
  /// torchvision pools it by a function, which ptflops counts once.
  @Test(arguments: [
    ("resnet18", 1_819_065_856, 1_825_313_768, 1_814_083_944, 3_628_146_688),
    ("resnet50", 4_111_512_576, 4_132_436_968, 4_089_238_376, 8_178_368_512),
    ("vgg16", 15_470_289_408, 15_523_225_576, 15_483_821_032, 30_940_528_640),
    ("mobilenet-v2", 314_193_216, 320_362_728, 300_809_384, 601_548_544),
    ("efficientnet-b0", 401_659_392, 410_196_896, 385_867_108, 771_629_504),
  ]) func `each tool's own number comes out of its rule`(
    _ name: String, _ fvcore: Int, _ ptflops: Int, _ torchinfo: Int, _ flopCounterMode: Int
  ) throws {
    let graph = try ZooModel.named(name).build().inference
    func count(_ convention: CountingConvention) throws -> Int {
      try convention.count(graph).count
    }
    #expect(try count(.fvcore) == fvcore)
    #expect(try count(.ptflops) == ptflops)
    #expect(try count(.torchinfo) == torchinfo)
    #expect(try count(.flopCounterMode) == flopCounterMode)
    #expect(try 2 * count(.torchvision) == flopCounterMode)
    #expect(try count(.fovea) == ModelSummary(of: graph).totals.multiplyAdds)
  }

  @Test func `E1: stride 2 is counted on the output grid, 58,608 multiply-adds in all`() throws {
    let summary = try ModelSummary(of: ZooModel.simpleCNN3v7.build().inference)
    let convolutions = summary.layers.filter { $0.type == "Conv2d" }
    #expect(convolutions.map(\.multiplyAdds) == [7_056, 14_112, 18_432, 18_432, 576])
    #expect(summary.totals.multiplyAdds == 58_608)
    #expect(summary.totals.parameters == 6_722)
    #expect(
      try ModelSummary(of: ZooModel.simpleCNN.build().inference).totals.multiplyAdds == 248_864)
  }

  @Test func `E2: twice the channels on half the grid keep the cost where halves are exact`() throws
  {
    let summary = try ModelSummary(
      of: Model(input: [8, 64, 64]) {
        for channels in [16, 32, 64] { Conv2d(channels, kernel: 3, stride: 2, padding: 1) }
      }.inference)
    // 8 to 16 channels on 32×32, 16 to 32 on 16×16, 32 to 64 on 8×8.
    let cost = 32 * 32 * 9 * 8 * 16
    #expect(Set(summary.layers.map(\.multiplyAdds)) == [cost])
    let stages = CostStage.stages(of: summary)
    #expect(stages.map(\.height) == [32, 16, 8])
    #expect(stages.map(\.share) == Array(repeating: 1 / 3 as Double, count: 3))
    // E35: activations halve.
    #expect(stages.map(\.activationBytes) == [65_536, 32_768, 16_384])
  }

  @Test func `E44: a stride of 2 leaves a row and a column unused where it does not fit`() throws {
    let summary = try ModelSummary(
      of: Model(input: [1, 28, 28]) {
        Conv2d(1, kernel: 3, stride: 2)
        Conv2d(1, kernel: 3, stride: 2, padding: 1)
      }.inference)
    #expect(summary.layers.map(\.outputShape) == [[1, 1, 13, 13], [1, 1, 7, 7]])
    // 28 − 3 = 25 is odd: row 27 is under no window; 13 + 2 − 3 = 12 is even.
    #expect(summary.layers.map(\.unusedPixels) == [[1, 1], [0, 0]])
  }

  @Test func `groups by depth add up to the totals`() throws {
    let summary = try ModelSummary(of: ZooModel.resnet50.build().inference)
    for depth in 1...3 {
      let groups = summary.groups(depth: depth)
      #expect(groups.count < summary.layers.count)
      let sums = groups.reduce((0, 0)) {
        ($0.0 + $1.totals.multiplyAdds, $0.1 + $1.totals.parameters)
      }
      #expect(sums.0 == summary.totals.multiplyAdds)
      #expect(sums.1 == 25_557_032)
      #expect(groups.flatMap(\.layers) == summary.layers)
    }
    #expect(summary.groups().count == summary.layers.count)
  }

  @Test func `frozen parameters are counted apart`() throws {
    let graph = try ZooModel.resnet18.build().inference
    let totals = try ModelSummary(of: graph, frozen: { !$0.hasPrefix("fc.") }).totals
    #expect(totals.parameters == 513_000)
    #expect(totals.frozenParameters == 11_176_512)
    let numbers = 11_689_512 + totals.buffers
    #expect(totals.weightBytes == 4 * numbers)
  }

  @Test func `counts that pass the largest integer stay there`() throws {
    var builder = GraphBuilder()
    let image = try builder.input("input", [1, 1 << 20, 1 << 14, 1 << 14])
    let weight = try builder.variable(
      "weight", [1 << 20, 1 << 20, 1, 1], role: .parameter)
    let window = try Window(kernel: 1)
    let result = try builder.apply(
      FoveaGraph.Conv2d(rows: window, columns: window), image, weight, path: "huge")
    try builder.output("output", result)
    let totals = try ModelSummary(of: builder.graph).totals
    #expect(totals.multiplyAdds == .max)
    #expect(totals.flops == .max)
  }
}
