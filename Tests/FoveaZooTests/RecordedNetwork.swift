import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import Foundation
import Testing

/// What a golden script wrote of a network: its weights' names, its cost, and what known weights give.
struct RecordedNetwork: Decodable {
  let parameters: Int
  let multiplyAdds: Int?
  /// The shape of the images that the logits are of, and the number of classes.
  let input: [Int]?
  let classes: Int?
  let logits: [Float]?
  /// The first bias, and what the gradient by it is.
  let bias: String?
  let biasGradient: [Float]?
  /// A line for each layer: `bn1 weight 64 bias 64 running_mean 64 running_var 64`.
  let entries: [String]

  init(_ name: String) throws {
    let file = try #require(
      Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Golden"))
    self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
  }

  /// The shape of each tensor of the state_dict, by its name.
  var shapes: [String: Shape] {
    get throws {
      var shapes: [String: Shape] = [:]
      for entry in entries {
        let words = entry.split(separator: " ")
        for index in stride(from: 1, to: words.count - 1, by: 2) {
          let extents = try words[index + 1].split(separator: ",").map { try #require(Int($0)) }
          shapes["\(words[0]).\(words[index])"] = Shape(extents)
        }
      }
      return shapes
    }
  }

  /// Compares logits, and the gradient of `Σ logits · upstream` by the first bias, which passes all layers.
  ///
  /// All weights are numbers that both sides make from their names.
  ///
  /// - Parameters:
  ///   - gradientTolerance: The gradient's largest difference, as a share of its largest magnitude.
  ///   - build: Makes the network for an input, without the batch, and a number of classes.
  func expectAgreement(
    gradientTolerance: Float = 2e-2, of build: (_ input: Shape, _ classes: Int) throws -> Model
  ) throws {
    let input = Shape(try #require(self.input))
    let classes = try #require(self.classes)
    let bias = try #require(self.bias)
    let model = try build(Shape(Array(input.dimensions.dropFirst())), classes)
    var weights = Weights()
    for parameter in model.parameters {
      weights[parameter.name] = knownWeight(parameter.name, parameter.shape)
    }
    let upstream: Shape = [input[0], classes]
    var builder = try GraphBuilder(extending: model.inference)
    let product = try builder.apply(
      Binary(.multiply), model.inference.output(named: Model.outputName),
      builder.input("upstream", upstream.replacing(0, with: 1)), path: "loss")
    let loss = try builder.apply(
      Reduce(.sum, axes: [0, 1], keepDimensions: false), product, path: "loss")
    try builder.output("loss", loss)
    let program = try Program(
      differentiate(builder.graph, loss: "loss", withRespectTo: [bias]),
      inputs: [Model.inputName: input, "upstream": upstream], variables: VariableStore(weights),
      pool: ThreadPool(threads: 2))
    try program.run([
      Model.inputName: known("input", input, in: -1...1),
      "upstream": known("upstream", upstream, in: -1...1),
    ])
    try expectClose(program.output(Model.outputName).floats, logits, relative: 5e-5)
    // Where rounding turns a sign at a ReLU, the gradient jumps.
    try expectClose(
      program.output(Graph.gradientName(of: bias)).floats, biasGradient,
      relative: gradientTolerance)
  }

  /// - Parameter relative: The largest difference, as a share of the largest expected magnitude.
  private func expectClose(_ actual: [Float], _ expected: [Float]?, relative: Float) throws {
    let expected = try #require(expected)
    #expect(actual.count == expected.count)
    let scale = expected.map(abs).max() ?? 0
    let worst = zip(actual, expected).max {
      !(abs($0.0 - $0.1) >= abs($1.0 - $1.1))
    }
    let (value, goal) = try #require(worst)
    #expect(abs(value - goal) <= relative * scale, "\(value), not \(goal), of \(scale)")
  }
}
