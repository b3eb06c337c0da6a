import Foundation
import FoveaLayers
import FoveaTensors
import FoveaTraining
import FoveaZoo

/// A network that a command measures: one by name, whose weights are random, or a trained one.
struct MeasuredNetwork {
  let model: Model
  /// Where the network was trained; `nil` for one by name.
  let checkpoint: Checkpoint?

  private static let seed: UInt64 = 0

  /// Finds the network called `name`, else the checkpoint's file or run folder of that path.
  ///
  /// - Parameter input: One image, `[C, H, W]`, for a network by name; the published one where left out.
  /// - Throws: `CommandError` for an unknown name, or where a trained network is to have another input.
  init(requested name: String, input: Shape?) throws {
    let isName = AnalysedNetwork.isNamed(name)
    guard !isName, name.contains(where: { "./".contains($0) }) || Self.isFile(name) else {
      let entry = try ZooModel.requested(name)
      let shape = try entry.requestedBatch(1, of: input)
      model = try entry.build(input: Shape(Array(shape.dimensions.dropFirst())))
      checkpoint = nil
      return
    }
    guard input == nil else {
      throw CommandError.conflict("--input", reason: "a trained network has the input of its data")
    }
    let checkpoint = try Checkpoint(requested: name)
    model = checkpoint.model
    self.checkpoint = checkpoint
  }

  private static func isFile(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: path)
  }

  /// Parameters and buffers: the checkpoint's, or random ones of a fixed seed.
  var weights: Weights {
    guard let checkpoint else { return model.initialWeights(seed: Self.seed) }
    var weights = Weights()
    for parameter in model.parameters {
      weights[parameter.name] = checkpoint.weights[parameter.name]
    }
    return weights
  }

  /// The shape of a batch of images.
  ///
  /// - Throws: `CommandError` for a size that no batch has.
  func batchShape(_ batch: Int) throws(CommandError) -> Shape {
    guard 1...1_000_000 ~= batch, let shape = Shape(checking: [batch] + model.inputShape.dimensions)
    else { throw .option("--batch", value: "\(batch)", allowed: "1 to 1000000") }
    return shape
  }

  /// Normally distributed numbers of a fixed seed, channels-last.
  static func randomImages(_ shape: Shape) -> Tensor {
    let stream = RandomStream(seed: seed, named: "bench/images")
    return Tensor(shape, stream.normals(shape.elementCount, deviation: 1))
      .reordered(.channelsLast)
  }
}
