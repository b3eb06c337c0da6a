import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import Testing

/// Layers whose kernels are made in the graph, against the laws that define them.
@Suite struct GroupConv2dTests {
  /// What a network answers to images, with weights of a seed or given ones.
  private func answer(
    _ model: Model, _ images: Tensor, weights: Weights? = nil, graph: Graph? = nil
  ) throws -> Tensor {
    let program = try Program(
      graph ?? model.inference, inputs: [Model.inputName: images.shape],
      variables: try VariableStore(weights ?? model.initialWeights(seed: 5)),
      pool: try ThreadPool(threads: 1))
    try program.run([Model.inputName: images])
    return try program.output(Model.outputName)
  }

  private func random(_ shape: Shape, _ name: String = "image") -> Tensor {
    let random = RandomStream(seed: 7, named: name)
    return Tensor(shape, random.normals(shape.elementCount, deviation: 1))
  }

  /// Images turned by an element of a group, whose channels go where the group puts them; `[N, C, S, S]`.
  private func turned(_ images: Tensor, by element: Int, _ group: PlaneGroup?) -> Tensor {
    let (order, size) = (group?.order ?? 1, images.shape[3])
    var values = images.floats
    let old = values
    for plane in 0..<images.shape[0] * images.shape[1] {
      let channel = plane % images.shape[1]
      let from =
        group.map { $0.product($0.inverse(element), channel % order) } ?? 0
      let fromPlane = plane - channel % order + from
      for row in 0..<size {
        for column in 0..<size {
          let place = PlaneGroup.p4m.source(element, row: row, column: column, size: size)
          values[(plane * size + row) * size + column] =
            old[(fromPlane * size + place.row) * size + place.column]
        }
      }
    }
    return Tensor(images.shape, values)
  }

  @Test(arguments: PlaneGroup.allCases)
  func `elements form a group, and turn images as it says`(group: PlaneGroup) {
    let image = random([1, 1, 3, 3])
    for first in 0..<group.order {
      #expect(group.product(group.inverse(first), first) == 0)
      #expect(group.product(first, group.inverse(first)) == 0)
      for second in 0..<group.order {
        let both = turned(turned(image, by: first, nil), by: second, nil)
        #expect(both == turned(image, by: group.product(second, first), nil))
      }
    }
    // Against the clock: the right column becomes the top row.
    let quarter = turned(Tensor([1, 1, 2, 2], [Float(1), 2, 3, 4]), by: 1, nil)
    #expect(quarter.floats == [2, 4, 1, 3])
    let mirror = turned(Tensor([1, 1, 2, 2], [Float(1), 2, 3, 4]), by: 4, nil)
    #expect(mirror.floats == [2, 1, 4, 3])
  }

  @Test(arguments: PlaneGroup.allCases)
  func `a turned image gives turned results, with channels changing places`(group: PlaneGroup)
    throws
  {
    let model = try Model(input: [2, 9, 9]) {
      GroupConv2d.lifting(3, group: group, kernel: 3, padding: 1)
      GroupBatchNorm2d(group: group)
      ReLU()
      GroupConv2d(4, group: group, kernel: 3, stride: 2, padding: 1)
    }
    let images = random([2, 2, 9, 9])
    for graph in [model.inference, model.training] {
      let straight = try answer(model, images, graph: graph)
      #expect(straight.shape == [2, 4 * group.order, 5, 5])
      #expect(straight.floats.contains { abs($0) > 0.1 })
      for element in 0..<group.order {
        let actual = try answer(model, turned(images, by: element, nil), graph: graph)
        expectClose(
          actual, turned(straight, by: element, group), relative: 2e-6, "element \(element)")
      }
    }
  }

  @Test(arguments: PlaneGroup.allCases, [false, true])
  func `pooling over the group leaves channels where they are`(group: PlaneGroup, isMean: Bool)
    throws
  {
    let model = try Model(input: [1, 7, 7]) {
      GroupConv2d.lifting(2, group: group, kernel: 3)
      GroupPool2d(group: group, isMean: isMean)
    }
    let images = random([1, 1, 7, 7])
    let straight = try answer(model, images)
    #expect(straight.shape == [1, 2, 5, 5])
    for element in 0..<group.order {
      expectClose(
        try answer(model, turned(images, by: element, nil)), turned(straight, by: element, nil),
        relative: 2e-6, "element \(element)")
    }
  }

  @Test func `a plain convolution of the turned weight gives a lifting layer's channel`() throws {
    let model = try Model(input: [2, 6, 6]) {
      GroupConv2d.lifting(1, group: .p4, kernel: 3, bias: false)
    }
    let plain = try Model(input: [2, 6, 6]) {
      FoveaLayers.Conv2d(1, kernel: 3, bias: false)
    }
    let weight = random([1, 2, 1, 3, 3], "weight")
    let images = random([1, 2, 6, 6])
    let lifted = try answer(model, images, weights: Weights(["0.weight": weight])).floats
    for element in 0..<4 {
      let kernel = turned(weight.reshaped([1, 2, 3, 3]), by: element, nil)
      let expected = try answer(plain, images, weights: Weights(["0.weight": kernel]))
      let channel = Array(lifted[(element * 16)..<((element + 1) * 16)])
      expectClose(Tensor([1, 1, 4, 4], channel), expected, relative: 2e-6, "element \(element)")
    }
  }

  @Test func `what fits no group is refused`() throws {
    for wrong: any Layer in [
      GroupConv2d(2, group: .p4, kernel: 3), GroupPool2d(group: .p4m),
      GroupBatchNorm2d(group: .p4), GroupConv2d.lifting(0, group: .p4, kernel: 3),
      GroupConv2d.lifting(2, group: .p4, kernel: 0),
      GroupConv2d.lifting(2, group: .p4, kernel: 100_000),
      KroneckerConv2d(2, kernel: 3, factor: .learnt(0)),
      KroneckerConv2d(2, kernel: Extent2d(.max), factor: .learnt(2)),
      KroneckerConv2d(2, kernel: 3, factor: .dilation(2), groups: 2),
    ] {
      #expect(throws: GraphError.self, "\(wrong)") {
        try Model(input: [3, 8, 8], function: wrong.forward)
      }
    }
  }

  // MARK: Kronecker products

  @Test func `a Kronecker convolution is one with the product's kernel`() throws {
    let model = try Model(input: [4, 11, 10]) {
      KroneckerConv2d(
        6, kernel: Extent2d(2, 3), factor: .learnt(Extent2d(3, 2)), stride: 2, padding: 2, groups: 2
      )
    }
    let plain = try Model(input: [4, 11, 10]) {
      FoveaLayers.Conv2d(6, kernel: 6, stride: 2, padding: 2, groups: 2)
    }
    let (large, small) = (random([6, 2, 2, 3], "large"), random([3, 2], "small"))
    // numpy.kron: element (3a + b, 2c + d) is large[a, c] · small[b, d].
    var product: [Float] = []
    for pair in 0..<12 {
      for row in 0..<6 {
        for column in 0..<6 {
          product.append(
            large.floats[(pair * 2 + row / 3) * 3 + column / 2]
              * small.floats[row % 3 * 2 + column % 2])
        }
      }
    }
    let (images, bias) = (random([2, 4, 11, 10]), random([6], "bias"))
    let actual = try answer(
      model, images, weights: Weights(["0.weight": large, "0.factor": small, "0.bias": bias]))
    let expected = try answer(
      plain, images,
      weights: Weights(["0.weight": Tensor([6, 2, 6, 6], product), "0.bias": bias]))
    expectClose(actual, expected, relative: 1e-6, "with the product")
  }

  @Test func `a one and zeros dilate`() throws {
    // The zeros behind the last taps ask for a row and two columns more.
    let model = try Model(input: [3, 12, 13]) {
      KroneckerConv2d(
        5, kernel: 3, factor: .dilation(Extent2d(2, 3)),
        padding: .sides(top: 2, left: 3, bottom: 3, right: 5))
    }
    let plain = try Model(input: [3, 12, 13]) {
      FoveaLayers.Conv2d(5, kernel: 3, padding: .symmetric(2, 3), dilation: Extent2d(2, 3))
    }
    let images = random([2, 3, 12, 13])
    let weights = plain.initialWeights(seed: 3)
    #expect(Set(model.parameters.map(\.name)) == ["0.weight", "0.bias"])
    expectClose(
      try answer(model, images, weights: weights), try answer(plain, images, weights: weights),
      relative: 1e-6, "with dilation")
  }

  @Test func `weights of both factors learn`() throws {
    let model = try Model(input: [2, 6, 6]) {
      KroneckerConv2d(2, kernel: 2, factor: .learnt(2))
      GroupConv2d.lifting(2, group: .p4m, kernel: 3)
    }
    var builder = try GraphBuilder(extending: model.training)
    let output = try model.training.output(named: Model.outputName)
    try builder.output(
      "loss",
      try builder.apply(
        Reduce(.sum, axes: [0, 1, 2, 3], keepDimensions: false), output, path: "loss"))
    let names = model.parameters.map(\.name)
    let graph = try differentiate(builder.graph, loss: "loss", withRespectTo: names)
    let program = try Program(
      graph, variables: try VariableStore(model.initialWeights(seed: 1)),
      pool: try ThreadPool(threads: 1))
    try program.run([Model.inputName: random([2, 2, 6, 6])])
    for name in names {
      let gradient = try program.output(Graph.gradientName(of: name))
      #expect(gradient.floats.allSatisfy { $0.isFinite && $0 != 0 }, "\(name)")
    }
  }
}
