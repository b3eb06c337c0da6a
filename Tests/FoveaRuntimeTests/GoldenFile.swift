import FoveaFormats
import FoveaGraph
import FoveaTensors
import Foundation
import Testing

/// One recorded case of an operation; `Tools/golden/README.md` has the format.
struct GoldenCase: Decodable, CustomTestStringConvertible {
  /// The operation's settings; each operation has some of them.
  struct Arguments: Decodable {
    /// One number or several.
    struct Extents: Decodable {
      let all: [Int]

      init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        all = try (try? [value.decode(Int.self)]) ?? value.decode([Int].self)
      }
    }

    let kernel: [Int]?
    let stride: [Int]?
    let padding: [Int]?
    let dilation: [Int]?
    let groups: Int?
    let ceilMode: Bool?
    let countIncludePad: Bool?
    let outputPadding: [Int]?
    let outputSize: [Int]?
    let training: Bool?
    let momentum: Double?
    let epsilon: Double?
    let axis: Int?
    let axes: [Int]?
    let keepDimensions: Bool?
    let start: Int?
    let end: Int?
    let startAxis: Int?
    let endAxis: Int?
    let shape: [Int]?
    let transposeLeft: Bool?
    let transposeRight: Bool?
    let target: CrossEntropy.Target?
    let labelSmoothing: Float?
    let ignoreIndex: Int32?
    let reduction: CrossEntropy.Reduction?
    let learningRate: Double?
    let betas: [Double]?
    let nesterov: Bool?
    let weightDecay: Double?
    let negativeSlope: Float?
    let minimum: Float?
    let maximum: Float?
    let approximate: GELU.Approximation?
    let alpha: Float?
    let beta: Float?
    let threshold: Float?
    let k: Float?
    let trailingAxes: Int?
    let factor: Int?
    let pad: [Int]?
    let mode: String?
    let value: Float?
    let interpolation: String?
    let alignCorners: Bool?
    let antialias: Bool?
    let size: Extents?
    let scales: [Double]?

    /// The windows along height and width.
    var windows: (rows: Window, columns: Window) {
      get throws {
        let (kernel, stride) = (try #require(kernel), try #require(stride))
        let (padding, dilation) = (try #require(padding), try #require(dilation))
        func window(_ axis: Int) throws -> Window {
          try Window(
            kernel: kernel[axis], stride: stride[axis], dilation: dilation[axis],
            padding: Window.Padding(before: padding[axis], after: padding[axis + 2]),
            ceilMode: ceilMode ?? false)
        }
        return (try window(0), try window(1))
      }
    }
  }

  let name: String
  let arguments: Arguments
  let inputs: [String: String]
  let outputs: [String: String]
  let outputGradients: [String: String]?
  let gradients: [String: String]?

  var testDescription: String { name }
}

/// The recorded cases of one operation, with their tensors.
struct GoldenFile {
  let operation: String
  let cases: [GoldenCase]
  let tensors: Weights

  init(_ operation: String) throws {
    let url = try #require(
      Bundle.module.url(
        forResource: operation, withExtension: "safetensors", subdirectory: "Golden"))
    let contents = try Safetensors(contentsOf: url)
    self.operation = operation
    tensors = contents.weights
    cases = try JSONDecoder().decode(
      [GoldenCase].self, from: Data(try #require(contents.metadata["cases"]).utf8))
  }

  /// The tensor that plays a role in a case.
  func tensor(_ role: String, _ names: [String: String]?) throws -> Tensor {
    let name = try #require(names?[role], "\(operation): no tensor plays \(role)")
    return try #require(tensors[name] as Tensor?, "\(operation): no tensor \(name)")
  }
}

/// Fails once, at the worst element; another shape, or a NaN on either side, never passes.
///
/// - Parameter relative: The largest difference, as a share of the largest expected magnitude.
func expectClose(
  _ actual: Tensor, _ expected: Tensor, relative: Float, _ comment: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.shape == expected.shape else {
    Issue.record(
      "\(comment): shape \(actual.shape), not \(expected.shape)", sourceLocation: sourceLocation)
    return
  }
  if expected.elementType == .int32 {
    #expect(actual == expected, "\(comment)", sourceLocation: sourceLocation)
    return
  }
  let (left, right) = (actual.floats, expected.floats)
  let bound = relative * (right.map(abs).max() ?? 0) + 1e-7
  let differences = zip(left, right).map { abs($0 - $1) }
  let worst =
    differences.firstIndex { $0.isNaN }
    ?? differences.indices.max { differences[$0] < differences[$1] }
  guard let worst, !(differences[worst] <= bound) else { return }
  Issue.record(
    "\(comment): element \(worst) is \(left[worst]), not \(right[worst]) within \(bound)",
    sourceLocation: sourceLocation)
}
