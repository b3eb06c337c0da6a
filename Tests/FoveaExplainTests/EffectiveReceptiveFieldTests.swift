import FoveaAnalysis
import FoveaExplain
import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import Foundation
import Testing

private func noise(_ shape: Shape, count: Int, seed: UInt64) -> [Tensor] {
  Array(EffectiveReceptiveField.noise(shape, count: count, seed: seed))
}

/// A chain of layers, with what measuring it needs.
private struct Network {
  let model: Model
  var weights: Weights

  init(_ model: Model, seed: UInt64 = 0) {
    self.model = model
    weights = model.initialWeights(seed: seed)
  }

  /// The same with one number in every weight.
  func filled(with number: Float) -> Network {
    var result = self
    for parameter in model.parameters {
      let count = parameter.shape.elementCount
      result.weights[parameter.name] = Tensor(
        parameter.shape, [Float](repeating: number, count: count))
    }
    return result
  }

  func field(
    at place: (Int, Int)? = nil, samples: [Tensor]? = nil
  ) throws -> EffectiveReceptiveField {
    let shape = Shape([1] + model.inputShape.dimensions)
    return try EffectiveReceptiveField(
      of: model.inference.output(named: Model.outputName), at: place, in: model.inference,
      input: Model.inputName, variables: VariableStore(weights),
      samples: samples ?? noise(shape, count: 2, seed: 7),
      pool: ThreadPool(threads: 2))
  }
}

/// `depth` convolutions of 3×3 with random weights, on a large image.
private func stack(_ depth: Int, seed: UInt64 = 0) throws -> Network {
  let layers = (0..<depth).map { _ in
    FoveaLayers.Conv2d(16, kernel: 3, padding: 1, bias: false)
  }
  return try Network(
    Model(input: [3, 72, 72], function: Sequential(layers).forward), seed: seed)
}

@Suite struct EffectiveReceptiveFieldTests {
  @Test func `a convolution of ones moves its nine pixels alike`() throws {
    let network = try Network(
      Model(input: [2, 9, 11]) { FoveaLayers.Conv2d(3, kernel: 3, padding: 1) }
    ).filled(with: 1)
    let field = try network.field(at: (4, 7))
    for (index, gradient) in field.gradients.enumerated() {
      let isInside = 3...5 ~= index / 11 && 6...8 ~= index % 11
      #expect((gradient - (isInside ? 1 / 9 : 0)).magnitude < 1e-6)
    }
    #expect((field.rows.center - 4).magnitude < 1e-9 && (field.columns.center - 7).magnitude < 1e-9)
    #expect((field.rows.sigma - (2 / 3).squareRoot()).magnitude < 1e-9)
    #expect(field.pixelsOf95Percent == 9 && field.sizeShare == 1)
    #expect(field.shareInEllipse > 0.999_999 && field.squaredShareInEllipse > 0.999_999)
    #expect(field.theoretical.rows?.first == 3 && field.theoretical.columns?.last == 8)
    #expect((field.row, field.column, field.layer) == (4, 7, "0"))
  }

  @Test func `gradients are zero just where theory says so`() throws {
    let network = try Network(
      Model(input: [1, 24, 24]) {
        FoveaLayers.Conv2d(2, kernel: 3, padding: 2, dilation: 2)
        FoveaLayers.Conv2d(2, kernel: 3, stride: 2)
        FoveaLayers.Conv2d(2, kernel: 2, padding: 2, dilation: 3)
      }
    ).filled(with: 1)
    for place in [(0, 0), (5, 2), (3, 7)] {
      let field = try network.field(at: place)
      let region = field.theoretical
      let (rows, columns) = try (#require(region.rows), #require(region.columns))
      for (index, gradient) in field.gradients.enumerated() {
        let (row, column) = (index / 24 - rows.first, index % 24 - columns.first)
        let isUsed =
          0..<rows.count ~= row && 0..<columns.count ~= column
          && region.isUsed[row * columns.count + column]
        #expect((gradient > 0) == isUsed, "\(place): \(index / 24), \(index % 24)")
      }
    }
  }

  @Test func `a deep field is small, and grows like the root of the depth`() throws {
    func mean(_ depth: Int) throws -> (sigma: Double, share: Double) {
      let fields = try (0..<3).map { try stack(depth, seed: UInt64($0)).field() }
      for field in fields {
        #expect(field.theoretical.usedPixels == (2 * depth + 1) * (2 * depth + 1))
        #expect(field.shareInEllipse > 0.85 && field.squaredShareInEllipse > field.shareInEllipse)
      }
      return (
        fields.reduce(0) { $0 + $1.rows.sigma + $1.columns.sigma } / 6,
        fields.reduce(0) { $0 + $1.sizeShare } / 3
      )
    }
    let (shallow, deep) = try (mean(4), mean(16))
    #expect(1.7...2.3 ~= deep.sigma / shallow.sigma, "\(deep.sigma / shallow.sigma)")
    #expect(deep.share < shallow.share && deep.share < 0.8, "\(deep.share)")
  }

  @Test func `samples are averaged, in one batch or several`() throws {
    let model = try Model(input: [1, 12, 12]) {
      FoveaLayers.Conv2d(4, kernel: 3, padding: 1)
      FoveaLayers.ReLU()
      FoveaLayers.Conv2d(4, kernel: 3, padding: 1)
    }
    let network = Network(model)
    let single = noise([1, 1, 12, 12], count: 2, seed: 3)
    #expect(single == noise([1, 1, 12, 12], count: 2, seed: 3))
    #expect(single != noise([1, 1, 12, 12], count: 2, seed: 4))
    let both = Tensor([2, 1, 12, 12], single.flatMap(\.floats))
    let (apart, together) = try (network.field(samples: single), network.field(samples: [both]))
    #expect(apart.samples == 2 && together.samples == 2)
    for (left, right) in zip(apart.gradients, together.gradients) {
      #expect((left - right).magnitude < 1e-6)
    }
    #expect(apart.gradients != (try network.field(samples: [single[0]]).gradients))
  }

  @Test func `a report is read again from JSON`() throws {
    let field = try stack(1).field()
    let data = try JSONEncoder().encode(field)
    #expect(try JSONDecoder().decode(EffectiveReceptiveField.self, from: data) == field)
  }

  @Test func `what has no effective field is refused`() throws {
    let network = try stack(2)
    #expect(throws: AttributionError.noSamples) { try network.field(samples: []) }
    #expect(throws: AttributionError.place(row: 72, column: 0, path: "1", [1, 16, 72, 72])) {
      try network.field(at: (72, 0))
    }
    #expect(throws: AttributionError.noGradient(path: "1", samples: 2)) {
      try network.filled(with: 0).field()
    }
    #expect(throws: AttributionError.notFinite(path: "1")) {
      try network.filled(with: .nan).field()
    }
    #expect(throws: RuntimeError.self) {
      let wrong =
        noise([1, 3, 72, 72], count: 1, seed: 0)
        + noise([1, 3, 8, 8], count: 1, seed: 0)
      return try network.field(samples: wrong)
    }
    let row = try Network(Model(input: [1, 4, 4]) { FoveaLayers.Flatten() })
    #expect(throws: AttributionError.noMap(path: "0", [1, 16])) { try row.field() }
  }

  @Test func `errors say what is wrong and what to do`() {
    let cases: [(AttributionError, String)] = [
      (.noMap(path: "fc", [1, 10]), "no rows and columns; name a layer before it"),
      (.place(row: 9, column: 0, path: "conv", [1, 2, 4, 5]), "0...3 and a column of 0...4"),
      (.noImage("input", [1, 7]), "which is no image"), (.noSamples, "give at least one"),
      (.noGradient(path: "relu", samples: 3), "of 3 samples"),
      (.notFinite(path: "relu"), "use an earlier checkpoint"),
    ]
    for (error, words) in cases { #expect("\(error)".contains(words), "\(error)") }
  }
}
