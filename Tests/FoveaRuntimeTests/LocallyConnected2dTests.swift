import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import Testing

@Suite struct LocallyConnected2dTests {
  private func random(_ shape: Shape, _ name: String) -> Tensor {
    Tensor(
      shape, RandomStream(seed: 11, named: name).normals(shape.elementCount, deviation: 1))
  }

  private func answer(_ model: Model, _ images: Tensor, _ weights: Weights) throws -> Tensor {
    let program = try Program(
      model.inference, inputs: [Model.inputName: images.shape],
      variables: try VariableStore(weights), pool: try ThreadPool(threads: 2))
    try program.run([Model.inputName: images])
    return try program.output(Model.outputName)
  }

  @Test func `with the same filters everywhere it is a convolution`() throws {
    let settings = (
      stride: Extent2d(2, 1), padding: Padding.symmetric(1, 2), dilation: Extent2d(1, 2)
    )
    let local = try Model(input: [3, 8, 7]) {
      LocallyConnected2d(
        5, kernel: 3, stride: settings.stride, padding: settings.padding,
        dilation: settings.dilation)
    }
    let plain = try Model(input: [3, 8, 7]) {
      FoveaLayers.Conv2d(
        5, kernel: 3, stride: settings.stride, padding: settings.padding,
        dilation: settings.dilation)
    }
    let (images, weight, bias) = (
      random([2, 3, 8, 7], "images"), random([5, 3, 3, 3], "weight"), random([5], "bias")
    )
    let expected = try answer(
      plain, images, Weights(["0.weight": weight, "0.bias": bias]))
    let positions = expected.shape[2] * expected.shape[3]
    let everywhere = Weights([
      "0.weight": Tensor(
        [positions, 5, 27], (0..<positions).flatMap { _ in weight.floats }),
      "0.bias": Tensor(
        [5, expected.shape[2], expected.shape[3]],
        bias.floats.flatMap { Array(repeating: $0, count: positions) }),
    ])
    expectClose(try answer(local, images, everywhere), expected, relative: 1e-6, "shared filters")
  }

  @Test func `each place has filters of its own`() throws {
    let model = try Model(input: [2, 3, 4]) { LocallyConnected2d(2, kernel: 2, bias: false) }
    let (images, weight) = (random([2, 2, 3, 4], "images"), random([6, 2, 8], "weight"))
    var expected: [Float] = []
    for image in 0..<2 {
      for filter in 0..<2 {
        for place in 0..<6 {
          var sum: Float = 0
          for tap in 0..<8 {
            let (channel, row, column) = (tap / 4, place / 3 + tap / 2 % 2, place % 3 + tap % 2)
            sum +=
              weight.floats[(place * 2 + filter) * 8 + tap]
              * images.floats[((image * 2 + channel) * 3 + row) * 4 + column]
          }
          expected.append(sum)
        }
      }
    }
    expectClose(
      try answer(model, images, Weights(["0.weight": weight])),
      Tensor([2, 2, 2, 3], expected), relative: 1e-6, "own filters")
  }

  @Test func `what fits no image is refused`() throws {
    for wrong in [
      LocallyConnected2d(0, kernel: 3), LocallyConnected2d(2, kernel: 9),
      LocallyConnected2d(.max, kernel: 3), LocallyConnected2d(2, kernel: 0),
      LocallyConnected2d(2, kernel: 3, padding: 100_000),
    ] {
      #expect(throws: GraphError.self, "\(wrong)") {
        try Model(input: [3, 8, 8], function: wrong.forward)
      }
    }
  }
}
