public import FoveaAnalysis
public import FoveaGraph
public import FoveaRuntime
public import FoveaTensors

/// How much each pixel of the input moves one activation of a layer: the gradient of the activation, summed over
/// channels, with respect to the input.
///
/// A receptive field says which pixels can matter; this, how much they do. Its middle matters most, because more
/// paths lead there, so that it is often far smaller than the field by theory.
///
/// - SeeAlso: W. Luo et al., *Understanding the Effective Receptive Field in Deep Convolutional Neural Networks*,
///   arXiv:1701.04128.
public struct EffectiveReceptiveField: Hashable, Codable, Sendable {
  /// A normal distribution along one axis, with the gradient's own mean and variance.
  public struct Gaussian: Hashable, Codable, Sendable {
    /// Its mean, in pixels; the first pixel's centre is 0.
    public let center: Double
    /// Its standard deviation, in pixels.
    public let sigma: Double
  }

  /// The layer's path.
  public let layer: String
  /// The activation's row in the layer's map.
  public let row: Int
  /// Its column.
  public let column: Int
  /// How many inputs the gradients were averaged over.
  public let samples: Int
  /// The pixels that the activation depends on at all.
  public let theoretical: InputRegion
  /// For each pixel of the input, row by row: the gradient's absolute value, summed over the input's channels and
  /// averaged over the samples, as a share of the sum over all pixels.
  public let gradients: [Float]
  /// Along the height.
  public let rows: Gaussian
  /// Along the width.
  public let columns: Gaussian
  /// The share of the gradients in the ellipse that holds 95 % of the normal distribution.
  public let shareInEllipse: Double
  /// The same of the gradients' squares, which weigh large ones more.
  public let squaredShareInEllipse: Double
  /// The fewest pixels that hold 95 % of the gradients.
  public let pixelsOf95Percent: Int
  /// The side of a square of so many pixels, as a share of that of a square of all pixels used by theory.
  public let sizeShare: Double

  /// Semi-axes of the ellipse that holds 95 % of a normal distribution, in standard deviations: `√(−2 · ln 0.05)`.
  public static let ellipseRadius = 2.447_746_830_680_816

  /// Measures.
  ///
  /// - Parameters:
  ///   - value: The layer's result, `[N, C, H, W]`.
  ///   - place: The activation's row and column; the middle of the map where left out.
  ///   - graph: A network as it answers, in the shapes that it was declared with.
  ///   - inputName: The input whose pixels are meant.
  ///   - variables: The network's weights.
  ///   - samples: What the network is run on, each in the input's declared shape, with any batch.
  /// - Throws: `AttributionError`, `AnalysisError` for maps that are too large to look at, `GraphError` where an
  ///   operation on the way has no gradient, `RuntimeError` for samples of another shape.
  /// - Complexity: A forward and a backward pass a sample.
  public init(
    of value: Value, at place: (row: Int, column: Int)? = nil, in graph: Graph,
    input inputName: String,
    variables: VariableStore, samples: some Sequence<Tensor>, pool: ThreadPool
  ) throws {
    var iterator = samples.makeIterator()
    guard let first = iterator.next() else { throw AttributionError.noSamples }
    let shapes = try graph.shapes()
    let path = graph.nodes[value.node].path
    let map = shapes[value]
    guard map.rank == 4 else { throw AttributionError.noMap(path: path, map) }
    let place = place ?? (map[2] / 2, map[3] / 2)
    guard 0..<map[2] ~= place.row, 0..<map[3] ~= place.column else {
      throw AttributionError.place(row: place.row, column: place.column, path: path, map)
    }
    guard first.shape.rank == 4 else { throw AttributionError.noImage(inputName, first.shape) }
    theoretical = try InputRegion(of: value, at: place, in: graph, shapes: shapes, input: inputName)

    let program = try Program(
      Self.differentiated(graph, value, at: place, input: inputName),
      inputs: [inputName: first.shape], variables: variables, pool: pool,
      options: PlanOptions(precision: .exactConvolution))
    let (height, width) = (first.shape[2], first.shape[3])
    var sums = [Double](repeating: 0, count: height * width)
    var count = 0
    var next: Tensor? = first
    while let sample = next {
      try program.run([inputName: sample])
      count += sample.shape[0]
      next = iterator.next()
      // Channels lie together, image after image.
      try program.withOutput(Graph.gradientName(of: inputName)) { gradients in
        let channels = first.shape[1]
        for (index, gradient) in gradients.enumerated() {
          sums[index / channels % sums.count] += Double(gradient.magnitude)
        }
      }
    }
    let total = sums.reduce(0, +)
    guard total.isFinite else { throw AttributionError.notFinite(path: path) }
    guard total > 0 else { throw AttributionError.noGradient(path: path, samples: count) }
    let shares = sums.map { $0 / total }

    layer = path
    (row, column) = place
    self.samples = count
    gradients = shares.map(Float.init)
    let perRow = (0..<height).map { shares[$0 * width..<($0 + 1) * width].reduce(0, +) }
    let perColumn = (0..<width).map { column in
      stride(from: column, to: shares.count, by: width).reduce(0) { $0 + shares[$1] }
    }
    let (rows, columns) = (Gaussian(momentsOf: perRow), Gaussian(momentsOf: perColumn))
    (self.rows, self.columns) = (rows, columns)
    let inside = shares.indices.filter { index in
      let distance = (
        rows.deviations(of: index / width), columns.deviations(of: index % width)
      )
      return distance.0 * distance.0 + distance.1 * distance.1
        <= Self.ellipseRadius * Self.ellipseRadius
    }
    shareInEllipse = inside.reduce(0) { $0 + shares[$1] }
    let squares = shares.reduce(0) { $0 + $1 * $1 }
    squaredShareInEllipse = inside.reduce(0) { $0 + shares[$1] * shares[$1] } / squares
    var held = 0.0
    let largest = shares.sorted(by: >)
    // A little less, for what rounding does to the sum.
    pixelsOf95Percent =
      (largest.firstIndex { share in
        held += share
        return held >= 0.95 - 1e-12
      } ?? largest.count - 1) + 1
    sizeShare = (Double(pixelsOf95Percent) / Double(theoretical.usedPixels)).squareRoot()
  }

  /// The network up to a value, and the gradient of the sum of its channels at a place.
  private static func differentiated(
    _ graph: Graph, _ value: Value, at place: (row: Int, column: Int), input: String
  ) throws(GraphError) -> Graph {
    var builder = try GraphBuilder(extending: graph)
    for name in graph.outputs.keys { _ = try builder.removeOutput(name) }
    let row = try builder.apply(
      Slice(axis: 2, start: place.row, end: place.row + 1), value, path: sumName)
    let pixel = try builder.apply(
      Slice(axis: 3, start: place.column, end: place.column + 1), row, path: sumName)
    let sum = try builder.apply(
      Reduce(.sum, axes: [0, 1, 2, 3], keepDimensions: false), pixel, path: sumName)
    try builder.output(sumName, sum)
    return try differentiate(builder.graph, loss: sumName, withRespectTo: [input])
  }

  private static let sumName = "effective-receptive-field"
}

extension EffectiveReceptiveField.Gaussian {
  /// The mean and the deviation of shares that sum to 1.
  fileprivate init(momentsOf shares: [Double]) {
    let center = shares.enumerated().reduce(0) { $0 + Double($1.offset) * $1.element }
    let variance = shares.enumerated().reduce(0) { sum, pixel in
      let distance = Double(pixel.offset) - center
      return sum + distance * distance * pixel.element
    }
    self.center = center
    sigma = variance.squareRoot()
  }

  /// How many deviations a pixel lies from the centre; a distribution without width has its one pixel there.
  fileprivate func deviations(of pixel: Int) -> Double {
    let distance = (Double(pixel) - center).magnitude
    return distance < 0.5 && sigma == 0 ? 0 : distance / sigma
  }
}

extension EffectiveReceptiveField {
  /// Samples of standard normal noise, drawn when they are asked for; the same seed gives the same ones.
  public static func noise(_ shape: Shape, count: Int, seed: UInt64) -> some Sequence<Tensor> {
    (0..<count).lazy.map { number in
      let stream = RandomStream(seed: seed, named: "noise/\(number)")
      return Tensor(shape, order: .channelsLast, filling: Float.self) { target in
        for index in target.indices { target[index] = stream.normal(at: UInt64(index)) }
      }
    }
  }
}
