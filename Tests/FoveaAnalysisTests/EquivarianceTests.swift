import FoveaLayers
import FoveaRuntime
import FoveaTensors
import Testing

/// Parameter sharing gives translation equivariance, under conditions.
@Suite struct EquivarianceTests {
  private static let side = 16

  /// A chain's answer to an image with one bright pixel.
  private static func answer(
    _ layers: [any Layer], row: Int, column: Int
  ) throws -> (numbers: [Float], side: Int) {
    let model = try Model(input: [1, side, side]) { for layer in layers { layer } }
    let program = try Program(
      model.inference, variables: VariableStore(model.initialWeights(seed: 4)),
      pool: ThreadPool(threads: 1), options: PlanOptions(precision: .exactConvolution))
    let pixels = (0..<side * side).map { $0 == row * side + column ? 1 : 0 as Float }
    try program.run([Model.inputName: Tensor([1, 1, side, side], pixels)])
    let output = try program.output(Model.outputName)
    return (output.floats, output.shape[3])
  }

  /// Whether a shift of the image by `pixels` to the right is one of the result by `positions`.
  private static func isShifted(
    _ layers: [any Layer], from column: Int, by pixels: Int, results positions: Int
  ) throws -> Bool {
    let (before, side) = try answer(layers, row: 8, column: column)
    let (after, _) = try answer(layers, row: 8, column: column + pixels)
    return (0..<side).allSatisfy { row in
      (0..<side - positions).allSatisfy {
        before[row * side + $0] == after[row * side + $0 + positions]
      } && (0..<positions).allSatisfy { after[row * side + $0] == 0 }
    }
  }

  @Test func `E12: a convolution with stride 1 is equivariant away from borders`() throws {
    let layers: [any Layer] = [
      Conv2d(1, kernel: 3, padding: 1, bias: false), ReLU(),
      Conv2d(1, kernel: 3, padding: 1, bias: false),
    ]
    for pixels in 1...3 {
      #expect(try Self.isShifted(layers, from: 6, by: pixels, results: pixels))
    }
    // At the border, what the second layer sees of the first one's results is cut off.
    #expect(try !Self.isShifted(layers, from: 0, by: 3, results: 3))
  }

  @Test func `E11: with stride 2 shifts by 2 pixels are equivariant, by one not`() throws {
    let layers: [any Layer] = [Conv2d(1, kernel: 3, stride: 2, padding: 1, bias: false)]
    #expect(try Self.isShifted(layers, from: 6, by: 2, results: 1))
    #expect(try !Self.isShifted(layers, from: 6, by: 1, results: 0))
    #expect(try !Self.isShifted(layers, from: 6, by: 1, results: 1))
  }

  @Test func `E11: global pooling of a convolution is invariant, the convolution is not`() throws {
    let convolution = Conv2d(1, kernel: 3, padding: 1, bias: false)
    let pooled: [any Layer] = [convolution, GlobalAvgPool2d()]
    let (first, second) = (
      try Self.answer(pooled, row: 5, column: 5), try Self.answer(pooled, row: 9, column: 7)
    )
    #expect(abs(first.numbers[0] - second.numbers[0]) < 1e-7)
    #expect(first.numbers[0] != 0)
    #expect(
      try Self.answer([convolution], row: 5, column: 5).numbers
        != Self.answer([convolution], row: 9, column: 7).numbers)
  }
}
