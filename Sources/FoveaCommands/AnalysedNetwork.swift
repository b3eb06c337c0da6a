import Foundation
import FoveaAnalysis
import FoveaGraph
import FoveaLayers
import FoveaTensors
import FoveaTraining
import FoveaZoo

/// A network that is looked at and not run: one by name, a trained one, or a graph from a file.
struct AnalysedNetwork {
  /// What it was asked for by.
  let label: String
  /// The network as it answers.
  let graph: Graph
  /// The shapes of the graph's inputs.
  let inputs: [String: Shape]
  /// The network with its training; `nil` for a graph from a file.
  let model: Model?

  /// Finds the network called `name`, else the checkpoint, run folder or graph (`.json`) of that path.
  ///
  /// - Parameters:
  ///   - input: One image, `[C, H, W]`; the network's own where left out.
  ///   - classes: The number of classes, for a network by name.
  /// - Throws: `CommandError` for an unknown name or a number out of range, what files throw, and `GraphError` where
  ///   the network does not take such an input.
  init(
    requested name: String, input: Shape? = nil, classes: Int? = nil, batch: Int = 1
  ) throws {
    label = name
    let limit = 1_000_000
    if let classes, !(1...limit ~= classes) {
      throw CommandError.option("--classes", value: "\(classes)", allowed: "1 to \(limit)")
    }
    let isFile =
      name.contains { "./".contains($0) } || FileManager.default.fileExists(atPath: name)
    guard isFile, !Self.isNamed(name) else {
      let entry = try ZooModel.requested(name)
      if classes != nil, entry.defaultClasses == nil {
        throw CommandError.conflict("--classes", reason: "\(name) tells no classes apart")
      }
      let shape = try entry.requestedBatch(batch, of: input)
      let model = try entry.build(
        input: Shape(Array(shape.dimensions.dropFirst())), classes: classes)
      (graph, self.model, inputs) = (model.inference, model, [Model.inputName: shape])
      return
    }
    if classes != nil {
      throw CommandError.conflict("--classes", reason: "a network from a file has its own")
    }
    let own: (name: String, shape: Shape)
    if name.hasSuffix(".json") {
      graph = try Self.readGraph(name)
      model = nil
      guard let first = graph.inputs.first else {
        throw CommandError.damaged(file: name, reason: "its graph has no input")
      }
      own = (first.name, first.shape)
    } else {
      let model = try Checkpoint(requested: name).model
      graph = model.inference
      self.model = model
      own = (Model.inputName, Shape([1] + model.inputShape.dimensions))
    }
    let image = input?.dimensions ?? Array(own.shape.dimensions.dropFirst())
    guard 1...limit ~= batch, let shape = Shape(checking: [batch] + image) else {
      throw CommandError.option("--batch", value: "\(batch)", allowed: "1 to \(limit)")
    }
    inputs = [own.name: shape]
  }

  /// Takes a network that was built already.
  init(label: String, model: Model, input: Shape) {
    self.label = label
    self.model = model
    graph = model.inference
    inputs = [Model.inputName: input]
  }

  /// Whether a network of the zoo has that name.
  static func isNamed(_ name: String) -> Bool { (try? ZooModel.named(name)) != nil }

  /// Whether a network of the zoo or a file has that name.
  static func isKnown(_ name: String) -> Bool {
    isNamed(name) || FileManager.default.fileExists(atPath: name)
  }

  /// The most bytes that a graph's file may have.
  private static let largestFile = 256 << 20

  private static func readGraph(_ path: String) throws -> Graph {
    guard FileManager.default.fileExists(atPath: path) else {
      throw CommandError.missing(
        path, remedy: "name a file that is there, or a network (fovea models)")
    }
    let url = URL(fileURLWithPath: path)
    let size = try url.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
    guard size <= largestFile else {
      throw CommandError.damaged(file: path, reason: "more than \(largestFile) bytes")
    }
    do {
      return try JSONDecoder().decode(Graph.self, from: Data(contentsOf: url))
    } catch let error as GraphError {
      throw error
    } catch let error as DecodingError {
      throw CommandError.damaged(file: path, reason: "no graph: \(error)")
    }
  }

  /// The value that the layer called `path` makes: the last one of that path.
  ///
  /// - Throws: `AnalysisError.unknownLayer` with the nearest paths.
  func value(ofLayer path: String) throws(AnalysisError) -> Value {
    let layers = graph.nodes.indices.filter { !graph.nodes[$0].operation.isSource }
    guard let index = layers.last(where: { graph.nodes[$0].path == path }) else {
      let paths = layers.map { graph.nodes[$0].path }
      let inside = paths.filter { $0.hasPrefix(path + ".") }
      let near = nearestName(to: path, in: paths).map { [$0] } ?? []
      throw .unknownLayer(path, near: inside.isEmpty ? near : Array(inside.suffix(3)))
    }
    return Value(node: index)
  }
}
