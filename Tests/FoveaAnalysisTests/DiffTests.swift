import FoveaAnalysis
import FoveaGraph
import FoveaLayers
import FoveaTensors
import FoveaZoo
import Testing

@Suite struct DiffTests {
  static func difference(_ before: Model, _ after: Model) throws -> NetworkDifference {
    try NetworkDifference(
      from: before.inference, named: "before", to: after.inference, named: "after")
  }

  static func difference(_ before: String, _ after: String) throws -> NetworkDifference {
    try difference(ZooModel.named(before).build(), ZooModel.named(after).build())
  }

  /// A change in one line: `conv1 → conv1.6: kernel 7×7 → 3×3`.
  static func lines(_ difference: NetworkDifference) -> [String] {
    difference.changes.map { change in
      let paths = [change.pathBefore, change.pathAfter].compactMap(\.self)
      let path = Set(paths).count == 1 ? paths[0] : paths.joined(separator: " → ")
      let words = change.attributes.map { "\($0.name) \($0.before ?? "–") → \($0.after ?? "–")" }
      let summary = change.summary.map { [$0] } ?? []
      return "\(change.kind.rawValue) \(path): "
        + ([change.type] + summary + words).joined(separator: ", ")
    }
  }

  @Test func `v1.5 moves the stride from the 1×1 to the 3×3 convolution`() throws {
    let difference = try Self.difference("resnet50-v1", "resnet50")
    #expect(
      Self.lines(difference)
        == [2, 3, 4].flatMap { stage in
          [
            "changed layer\(stage).0.conv1: Conv2d, stride 2×2 → 1×1",
            "changed layer\(stage).0.conv2: Conv2d, stride 1×1 → 2×2",
          ]
        })
    #expect(
      difference.explanations == [
        "The stride 2×2 moves from conv1 (1×1) to conv2 (3×3) in layer2.0, layer3.0 and layer4.0. "
          + "The 1×1 skipped 3 of 4 pixels, the 3×3 reads them all: tweak B, or v1.5 "
          + "(arXiv:1812.01187)."
      ])
    #expect(difference.before.parameters == difference.after.parameters)
    #expect(difference.after.multiplyAdds - difference.before.multiplyAdds == 231_211_008)
    #expect(difference.before.receptiveField.rows?.size == 483)
    #expect(difference.after.receptiveField.rows?.size == 427)
    let back = try Self.difference("resnet50", "resnet50-v1")
    #expect(
      back.explanations == [
        "The stride 2×2 moves from conv2 (3×3) to conv1 (1×1) in layer2.0, layer3.0 and layer4.0. "
          + "The 1×1 skips 3 of 4 pixels, as in the first ResNet (arXiv:1512.03385)."
      ])
  }

  @Test func `C puts three 3×3 in place of the 7×7`() throws {
    let difference = try Self.difference("resnet50-b", "resnet50-c")
    #expect(
      Self.lines(difference) == [
        "added conv1.0: Conv2d, 3×3, stride 2×2, 3 → 32 channels", "added conv1.1: BatchNorm2d",
        "added conv1.2: ReLU", "added conv1.3: Conv2d, 3×3, 32 → 32 channels",
        "added conv1.4: BatchNorm2d", "added conv1.5: ReLU",
        "changed conv1 → conv1.6: Conv2d, kernel 7×7 → 3×3, stride 2×2 → 1×1, padding 3 → 1, "
          + "input channels 3 → 32",
      ])
    #expect(
      difference.explanations == [
        "The 7×7 convolution conv1 becomes 3 of 3×3 (conv1.0, conv1.3 and conv1.6): "
          + "tweak C (arXiv:1812.01187)."
      ])
    #expect(
      try Self.difference("resnet50-c", "resnet50-b").explanations == [
        "3 convolutions of 3×3 (conv1.0, conv1.3 and conv1.6) become the 7×7 convolution conv1."
      ])
  }

  @Test func `D averages before the projections, which are renamed`() throws {
    let difference = try Self.difference("resnet50-c", "resnet50-d")
    let strided = [2, 3, 4].flatMap { stage in
      let path = "layer\(stage).0.downsample"
      return [
        "added \(path).0: AvgPool2d, 2×2, stride 2×2",
        "changed \(path).0 → \(path).1: Conv2d, stride 2×2 → 1×1",
        "renamed \(path).1 → \(path).2: BatchNorm2d",
      ]
    }
    #expect(
      Self.lines(difference) == [
        "renamed layer1.0.downsample.0 → layer1.0.downsample.1: Conv2d",
        "renamed layer1.0.downsample.1 → layer1.0.downsample.2: BatchNorm2d",
      ] + strided)
    #expect(
      difference.explanations == [
        "Average pooling takes over the stride of the 1×1 projections layer2.0.downsample.1, "
          + "layer3.0.downsample.1 and layer4.0.downsample.1: no pixel is skipped any more: "
          + "tweak D (arXiv:1812.01187)."
      ])
    #expect(try Self.difference("resnet50-d", "resnet50-c").explanations.count == 1)
  }

  @Test(arguments: ZooModel.all.map(\.name))
  func `a network does not differ from itself`(name: String) throws {
    #expect(try Self.difference(name, name).isSame)
  }

  @Test func `B is torchvision's ResNet-50`() throws {
    #expect(try Self.difference("resnet50", "resnet50-b").isSame)
  }

  @Test func `a name around everything renames, and nothing else`() throws {
    func model(_ name: String) throws -> Model {
      try Model(input: [3, 16, 16]) {
        Sequential {
          for channels in [4, 8] {
            Conv2d(channels, kernel: 3, padding: 1)
            BatchNorm2d()
            ReLU()
          }
        }.named(name)
      }
    }
    let difference = try Self.difference(model("body"), model("backbone"))
    #expect(difference.changes.count == 6)
    #expect(difference.changes.allSatisfy { $0.kind == .renamed && $0.attributes.isEmpty })
    #expect(difference.changes.first?.pathBefore == "body.0")
    #expect(difference.changes.first?.pathAfter == "backbone.0")
  }

  @Test func `each setting of a layer is told`() throws {
    let before = try Model(input: [4, 16, 16]) {
      Conv2d(8, kernel: 3, padding: 1).named("conv")
      BatchNorm2d().named("bn")
      ReLU().named("act")
      AvgPool2d(kernel: 2).named("pool")
      Flatten()
      Linear(10).named("fc")
    }
    let after = try Model(input: [4, 16, 16]) {
      Conv2d(
        8, kernel: Extent2d(3, 1), padding: .symmetric(2, 0), dilation: 2, groups: 2, bias: false
      )
      .named("conv")
      BatchNorm2d(epsilon: 0.5).named("bn")
      SiLU().named("act")
      AvgPool2d(kernel: 2, ceilMode: true, countIncludePad: false).named("pool")
      Flatten()
      Linear(12, bias: false).named("fc")
    }
    #expect(
      Self.lines(try Self.difference(before, after)) == [
        "changed conv: Conv2d, kernel 3×3 → 3×1, padding 1 → 2,2,0,0, dilation 1×1 → 2×2, "
          + "groups 1 → 2, bias yes → no",
        "changed bn: BatchNorm2d, epsilon 1e-05 → 0.5",
        "changed act: SiLU, type ReLU → SiLU",
        "changed pool: AvgPool2d, ceil mode 0 → 1, countIncludePad 1 → 0",
        "changed fc: Linear, output features 10 → 12, bias yes → no",
      ])
  }

  @Test func `a shortcut from elsewhere is told as another input`() throws {
    func model(_ isLong: Bool) throws -> Model {
      try Model(input: [4, 8, 8]) { input throws(GraphError) in
        let first = try Conv2d(4, kernel: 3, padding: 1).named("first")(input)
        let second = try Conv2d(4, kernel: 3, padding: 1).named("second")(first)
        return try add(second, isLong ? input : first)
      }
    }
    let difference = try Self.difference(model(false), model(true))
    #expect(Self.lines(difference) == ["changed : Add, input first → input"])
  }

  @Test func `shared weights, inputs and outputs are part of it`() throws {
    func model(_ isShared: Bool, channels: Int = 4) throws -> Model {
      try Model(input: [channels, 8, 8]) { input throws(GraphError) in
        let first = try Conv2d(4, kernel: 3, padding: 1).named("first")(input)
        let second = Conv2d(4, kernel: 3, padding: 1)
        return isShared
          ? try second.shared(as: "second")(second.shared(as: "second")(first))
          : try second.named("third")(second.named("second")(first))
      }
    }
    #expect(
      Self.lines(try Self.difference(model(false), model(true)))
        == ["changed third → second: Conv2d, parameters of – → second"])
    let narrower = Self.lines(try Self.difference(model(false), model(false, channels: 3)))
    #expect(
      narrower == [
        "changed input: Input, shape [1, 4, 8, 8] → [1, 3, 8, 8]",
        "changed first: Conv2d, input channels 4 → 3",
      ])
  }

  @Test func `a wider network is told in a sentence`() throws {
    func model(_ width: Int) throws -> Model {
      try InlineDesign.comparison(parsing: "conv3x3 c\(width)*3")[0].build(input: [3, 8, 8])
    }
    let difference = try Self.difference(model(8), model(16))
    #expect(difference.explanations == ["Every convolution has 2 times the output channels."])
    #expect(difference.changes.count == 3)
  }

  @Test func `every layer is told of at most once, there and back`() throws {
    // An output that only one of two networks has is told of beside the layers.
    let models = try ZooModel.all.map { try $0.build() }.filter { $0.inference.outputs.count == 1 }
    for (index, before) in models.enumerated() {
      let after = models[(index + 3) % models.count]
      let difference = try Self.difference(before, after)
      let back = try Self.difference(after, before)
      func count(_ kind: NetworkDifference.Kind, _ difference: NetworkDifference) -> Int {
        difference.changes.count { $0.kind == kind }
      }
      let layers = [before, after].map { $0.inference.nodes.count { !($0.operation is Variable) } }
      #expect(layers[0] - count(.removed, difference) == layers[1] - count(.added, difference))
      #expect(layers[1] - count(.removed, back) == layers[0] - count(.added, back))
      #expect(difference.after.parameters == back.before.parameters)
    }
  }
}
