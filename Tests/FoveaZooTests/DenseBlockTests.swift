import FoveaGraph
import FoveaLayers
import FoveaZoo
import Testing

/// The parts of segmentation networks and detectors, by themselves.
@Suite struct DenseBlockTests {
  private func shapes(_ model: Model) -> [String: [Int]] {
    Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.shape.dimensions) })
  }

  @Test func `a feature pyramid has torchvision's names, and a map for each it is given`() throws {
    let model = try Model(input: [3, 20, 13]) { image throws(GraphError) in
      var maps: [SymbolicTensor] = []
      for (index, channels) in [8, 16].enumerated() {
        let convolution = FoveaLayers.Conv2d(channels, kernel: 3, stride: 2, padding: 1)
        maps.append(try convolution.named("body.\(index)")(maps.last ?? image))
      }
      let pyramid = try FPN(channels: 12)(maps, named: "fpn")
      image.tracer.output("coarse", pyramid[1])
      return pyramid[0]
    }
    let weights = shapes(model)
    #expect(weights["fpn.inner_blocks.0.0.weight"] == [12, 8, 1, 1])
    #expect(weights["fpn.inner_blocks.1.0.weight"] == [12, 16, 1, 1])
    #expect(weights["fpn.layer_blocks.1.0.bias"] == [12])
    let known = try model.inference.shapes()
    #expect(known[try model.inference.output(named: "output")] == [1, 12, 10, 7])
    #expect(known[try model.inference.output(named: "coarse")] == [1, 12, 5, 4])
  }

  @Test func `blocks of two maps are called with both and a name`() throws {
    let model = try Model(input: [3, 256, 256]) { image throws(GraphError) in
      let fine = try UNetDoubleConvolution(32).named("inc")(image)
      let coarse = try UNetDown(64).named("down1")(fine)
      return try UNetUp(32, upsampling: .bilinear)(coarse, skip: fine, named: "up1")
    }
    #expect(try model.outputShape == [32, 256, 256])
  }

  @Test func `arguments of blocks change what they say`() throws {
    func parameters(_ block: some Layer) throws -> Int {
      try Model(input: [16, 8, 8]) { block }.parameterCount
    }
    // 1×1 and 3×3 weights, and two numbers of batch normalisation a channel.
    #expect(try parameters(YOLOXConvolution(4)) == 16 * 4 + 8)
    #expect(try parameters(YOLOXConvolution(4, kernel: 3, stride: 2)) == 9 * 16 * 4 + 8)
    #expect(
      try parameters(YOLOXConvolution(4, kernel: 3, isSeparable: true))
        == 9 * 16 + 32 + 16 * 4 + 8)
    let one = try parameters(CSPBlock(8))
    #expect(try parameters(CSPBlock(8, depth: 3)) - one == 2 * (4 * 4 + 8 + 9 * 4 * 4 + 8))
    #expect(try parameters(CSPBlock(8, isSeparable: true)) < one)
    let ways = try [true, false].map { shortcuts in
      try Model(input: [16, 8, 8]) { CSPBlock(8, hasShortcuts: shortcuts) }.inference.nodes.count
    }
    #expect(ways[0] == ways[1] + 1)
    #expect(
      try parameters(SpatialPyramidPooling(kernels: [3])) < parameters(SpatialPyramidPooling()))
    #expect(try parameters(ASPP(rates: [2], channels: 4)) < parameters(ASPP(channels: 4)))
  }

  @Test func `sizes that do not fit are refused`() throws {
    #expect(throws: GraphError.self) { try Model(input: [3, 7, 8]) { Focus(4) } }
    #expect(throws: GraphError.self) { try ZooModel.yoloxNano.build(input: [3, 96, 100]) }
    #expect(throws: GraphError.self) { try ZooModel.unetPaper.build(input: [1, 60, 60]) }
    #expect(throws: GraphError.self) { try Model(input: [16]) { SpatialPyramidPooling() } }
    #expect(throws: GraphError.self) { try Model(input: [16]) { UNet(classes: 2) } }
    #expect(throws: GraphError.self) { try ZooModel.ssdLite.build(input: [3]) }
  }
}
