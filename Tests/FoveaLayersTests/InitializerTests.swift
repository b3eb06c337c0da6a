import FoveaLayers
import FoveaTensors
import Foundation
import Testing

@Suite struct InitializerTests {
  static let shape: Shape = [64, 32, 3, 3]  // fan in 288, fan out 576
  static let stream = RandomStream(seed: 1, named: "initial/weight")

  /// Initialisers, and the square of the bound of their range.
  static let uniform: [(Initializer, Double)] = [
    (.kaimingUniform(), 6.0 / 288), (.kaimingUniform(fan: .fanOut), 6.0 / 576),
    (.pytorchDefault, 1.0 / 288), (.xavierUniform(), 6.0 / 864),
    (.xavierUniform(gain: 2), 24.0 / 864), (.pytorchBias(fanIn: 288), 1.0 / 288),
    (.uniform(bound: 3), 9),
  ]

  @Test(arguments: uniform)
  func `uniform initialisers fill their range`(initializer: Initializer, square: Double) throws {
    let bound = square.squareRoot()
    let values = initializer.tensor(Self.shape, Self.stream).floats.map(Double.init)
    let (low, high) = (try #require(values.min()), try #require(values.max()))
    #expect(low >= -bound * 1.000_001 && low < -0.999 * bound)
    #expect(high <= bound * 1.000_001 && high > 0.999 * bound)
  }

  /// Initialisers, and their variance.
  static let normal: [(Initializer, Double)] = [
    (.kaimingNormal(), 2.0 / 288), (.kaimingNormal(a: 1, fan: .fanOut), 1.0 / 576),
    (.xavierNormal(), 2.0 / 864), (.normal(deviation: 0.25), 0.0625),
  ]

  @Test(arguments: normal)
  func `normal initialisers have their variance`(initializer: Initializer, variance: Double) {
    let values = initializer.tensor(Self.shape, Self.stream).floats.map(Double.init)
    let measured = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
    #expect(abs(measured / variance - 1) < 0.04)
  }

  @Test(arguments: [[8, 20], [20, 8], [6, 2, 3, 3]])
  func `orthogonal rows are at right angles`(dimensions: [Int]) {
    let shape = Shape(dimensions)
    let values = Initializer.orthogonal(gain: 2).tensor(shape, Self.stream).floats
    let (rows, columns) = (shape[0], shape.elementCount / shape[0])
    let isWide = rows <= columns
    func element(_ vector: Int, _ position: Int) -> Float {
      isWide ? values[vector * columns + position] : values[position * columns + vector]
    }
    for first in 0..<min(rows, columns) {
      for second in 0...first {
        let product = (0..<max(rows, columns)).reduce(Float(0)) {
          $0 + element(first, $1) * element(second, $1)
        }
        #expect(abs(product - (first == second ? 4 : 0)) < 1e-5)
      }
    }
  }

  @Test func `the same seed gives the same weights, whatever else the model has`() throws {
    let small = try Model(input: [1, 4, 4]) { Conv2d(2, kernel: 3).named("conv") }
    let large = try Model(input: [1, 4, 4]) {
      Conv2d(2, kernel: 3).named("conv")
      Conv2d(5, kernel: 1)
    }
    #expect(
      small.initialWeights(seed: 3)["conv.weight"] == large.initialWeights(seed: 3)["conv.weight"])
    #expect(small.initialWeights(seed: 3) != small.initialWeights(seed: 4))
  }
}
