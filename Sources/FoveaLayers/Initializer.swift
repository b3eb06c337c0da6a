import Foundation
public import FoveaTensors

/// How a parameter starts.
///
/// Fans of a weight `[out, in, kH, kW]`: `fanIn = in · kH · kW`, `fanOut = out · kH · kW`.
public enum Initializer: Hashable, Codable, Sendable {
  /// Which fan keeps its variance.
  public enum Fan: String, Hashable, Codable, Sendable {
    /// Activations keep their variance on the way forward.
    case fanIn
    /// Gradients keep theirs on the way back.
    case fanOut
  }

  /// The same number in every element.
  case constant(Float)
  /// Uniform in `-bound ..< bound`.
  case uniform(bound: Float)
  /// Normal with mean 0.
  case normal(deviation: Float)
  /// Uniform in ±√(6 / ((1 + a²) · fan)); `a` is the slope of ReLU's negative side.
  ///
  /// K. He et al., arXiv:1502.01852.
  case kaimingUniform(a: Float = 0, fan: Fan = .fanIn)
  /// Normal with deviation √(2 / ((1 + a²) · fan)).
  case kaimingNormal(a: Float = 0, fan: Fan = .fanIn)
  /// Uniform in ±gain · √(6 / (fanIn + fanOut)).
  ///
  /// X. Glorot and Y. Bengio, AISTATS 2010.
  case xavierUniform(gain: Float = 1)
  /// Normal with deviation gain · √(2 / (fanIn + fanOut)).
  case xavierNormal(gain: Float = 1)
  /// Rows (or columns, where there are fewer) of length `gain` at right angles to each other.
  ///
  /// A. Saxe et al., arXiv:1312.6120.
  case orthogonal(gain: Float = 1)

  /// What PyTorch's `Conv2d` and `Linear` start their weights from.
  public static let pytorchDefault = Initializer.kaimingUniform(a: Float(5).squareRoot())

  /// What PyTorch's `Conv2d` and `Linear` start their biases from: uniform in ±1/√fanIn.
  public static func pytorchBias(fanIn: Int) -> Initializer {
    .uniform(bound: 1 / Float(max(fanIn, 1)).squareRoot())
  }

  /// The numbers: they depend on the stream and the shape only.
  public func tensor(_ shape: Shape, _ stream: RandomStream) -> Tensor {
    let (fanIn, fanOut) = Self.fans(of: shape)
    switch self {
    case .constant(let value): return Tensor(shape, repeatElement(value, count: shape.elementCount))
    case .uniform(let bound): return Self.uniform(shape, bound: bound, stream)
    case .normal(let deviation): return Self.normal(shape, deviation: deviation, stream)
    case .kaimingUniform(let a, let fan):
      let size = fan == .fanIn ? fanIn : fanOut
      return Self.uniform(shape, bound: (6 / ((1 + a * a) * size)).squareRoot(), stream)
    case .kaimingNormal(let a, let fan):
      let size = fan == .fanIn ? fanIn : fanOut
      return Self.normal(shape, deviation: (2 / ((1 + a * a) * size)).squareRoot(), stream)
    case .xavierUniform(let gain):
      return Self.uniform(shape, bound: gain * (6 / (fanIn + fanOut)).squareRoot(), stream)
    case .xavierNormal(let gain):
      return Self.normal(shape, deviation: gain * (2 / (fanIn + fanOut)).squareRoot(), stream)
    case .orthogonal(let gain): return Self.orthogonal(shape, gain: gain, stream)
    }
  }

  /// What the squares of the numbers are on average.
  func meanSquare(of shape: Shape) -> Float {
    let (fanIn, fanOut) = Self.fans(of: shape)
    switch self {
    case .constant(let value): return value * value
    case .uniform(let bound): return bound * bound / 3
    case .normal(let deviation): return deviation * deviation
    case .kaimingUniform(let a, let fan), .kaimingNormal(let a, let fan):
      return 2 / ((1 + a * a) * (fan == .fanIn ? fanIn : fanOut))
    case .xavierUniform(let gain), .xavierNormal(let gain):
      return 2 * gain * gain / (fanIn + fanOut)
    case .orthogonal(let gain):
      let rows = Float(max(shape.dimensions.first ?? 1, 1))
      return gain * gain / max(rows, Float(shape.elementCount) / rows)
    }
  }

  private static func fans(of shape: Shape) -> (fanIn: Float, fanOut: Float) {
    guard shape.rank >= 2 else { return (Float(max(shape.elementCount, 1)), 1) }
    let taps = shape.dimensions.dropFirst(2).reduce(1, *)
    return (Float(max(shape[1] * taps, 1)), Float(max(shape[0] * taps, 1)))
  }

  private static func uniform(_ shape: Shape, bound: Float, _ stream: RandomStream) -> Tensor {
    Tensor(shape, stream.uniforms(shape.elementCount) { (2 * $0 - 1) * bound })
  }

  private static func normal(_ shape: Shape, deviation: Float, _ stream: RandomStream) -> Tensor {
    Tensor(shape, stream.normals(shape.elementCount, deviation: deviation))
  }

  /// Gram–Schmidt on normal vectors, twice over, which keeps right angles to rounding.
  private static func orthogonal(_ shape: Shape, gain: Float, _ stream: RandomStream) -> Tensor {
    let rows = shape.rank == 0 ? 1 : shape[0]
    let columns = rows == 0 ? 0 : shape.elementCount / rows
    let (count, length) = (min(rows, columns), max(rows, columns))
    var vectors: [[Double]] = []
    for index in 0..<count {
      var vector = (0..<length).map { Double(stream.normal(at: UInt64(index * length + $0))) }
      for _ in 0..<2 {
        for other in vectors {
          let overlap = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
          for position in vector.indices { vector[position] -= overlap * other[position] }
        }
      }
      let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      vectors.append(vector.map { $0 / norm })
    }
    let elements = (0..<shape.elementCount).map { element -> Float in
      let (row, column) = (element / columns, element % columns)
      return gain * Float(rows <= columns ? vectors[row][column] : vectors[column][row])
    }
    return Tensor(shape, elements)
  }
}
