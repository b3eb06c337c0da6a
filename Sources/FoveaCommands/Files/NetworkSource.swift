public import FoveaFormats
import FoveaGraph
import FoveaLayers
import FoveaTensors
import FoveaTraining
import FoveaZoo
import Foundation

/// Where a network with its weights comes from: a name and a file of weights, or a file that has both.
public struct NetworkSource: Hashable, Codable, Sendable {
  /// A network by name, a checkpoint, a run's folder, a model file, or a graph's `.json` file.
  public var network: String
  /// A file of weights, for a network by name or a graph; random ones where left out.
  public var weights: String?
  /// Where in a PyTorch checkpoint the weights are, such as `ema`.
  public var entry: String?
  /// What random weights are drawn by.
  public var seed: UInt64 = 0
  /// The number of classes, for a network by name.
  public var classes: Int?
  /// What may be done to weights that do not fit.
  public var options = WeightOptions()

  /// Names a network.
  public init(_ network: String, weights: String? = nil) {
    self.network = network
    self.weights = weights
  }
}

/// A network that was found, with its weights.
struct FoundNetwork {
  var model: PortableModel
  /// What came of laying a file's weights onto the network, where that was done.
  var report: WeightReport?
  /// The file of the weights, where they have one of their own.
  var weightFile: WeightFile?
  /// The training, of a trained network.
  var checkpoint: Checkpoint?
  /// The names of the inputs in the file's order, where the network lacks some that were settled.
  var inputNames: [String]?
}

extension NetworkSource {
  /// Finds the network and its weights.
  ///
  /// - Parameter tensors: What the network is to run on. A network by name is built for the first one, without
  ///   its batch; the published input where left out.
  /// - Throws: `CommandError` for a wrong request, else what files and networks throw.
  func load(toRunOn tensors: [Tensor] = []) throws -> FoundNetwork {
    let first = tensors.first?.shape.dimensions ?? []
    let input = first.count > 1 ? Shape(Array(first.dropFirst())) : nil
    if let entry, weights == nil {
      throw CommandError.conflict("--entry \(entry)", reason: "there is no file of --weights")
    }
    let isFile =
      network.contains { "./".contains($0) } || FileManager.default.fileExists(atPath: network)
    guard isFile, !AnalysedNetwork.isNamed(network) else { return try loadNamed(input: input) }
    if classes != nil {
      throw CommandError.conflict("--classes", reason: "a network from a file has its own")
    }
    guard let found = try loadFile(tensors) else {
      // A graph alone, whose weights come from elsewhere.
      let graph = try AnalysedNetwork(requested: network).graph
      guard weights != nil else {
        throw CommandError.missing("--weights", remedy: "a graph alone has none; name their file")
      }
      let slots = graph.variables.map { WeightSlot($0.name, $0.shape) }
      return try fitted(graph: graph, slots: slots, initial: Weights())
    }
    guard weights == nil else {
      throw CommandError.conflict("--weights", reason: "\(network) has its own weights")
    }
    return found
  }

  private func loadNamed(input: Shape?) throws -> FoundNetwork {
    let limit = 1_000_000
    if let classes, !(1...limit ~= classes) {
      throw CommandError.option("--classes", value: "\(classes)", allowed: "1 to \(limit)")
    }
    let entry = try ZooModel.requested(network)
    let model = try entry.build(input: input, classes: classes)
    // Heads for training alone are in files, and no answer needs them.
    let needed = Set(model.inference.variables.map(\.name))
    let slots = model.parameters.map {
      WeightSlot($0.name, $0.shape, isRequired: needed.contains($0.name))
    }
    var found: FoundNetwork
    if weights == nil {
      found = FoundNetwork(
        model: PortableModel(
          graph: model.inference, weights: model.initialWeights(seed: seed)))
    } else {
      // Drawing numbers takes longer than reading them, so that it is done only where some may be used.
      let isInitialUsed = options.allowsMissing || options.dropsHead
      found = try fitted(
        graph: model.inference, slots: slots,
        initial: isInitialUsed ? model.initialWeights(seed: seed) : Weights())
    }
    found.model.weights.tensors = found.model.weights.tensors.filter { needed.contains($0.key) }
    found.model.information.name = entry.name
    return found
  }

  /// The network of a file that has weights as well; `nil` for a graph alone.
  private func loadFile(_ tensors: [Tensor]) throws -> FoundNetwork? {
    guard FileManager.default.fileExists(atPath: network) else {
      throw CommandError.missing(
        network, remedy: "name a file that is there, or a network (fovea models)")
    }
    let url = URL(fileURLWithPath: network)
    func trained() throws -> FoundNetwork {
      let checkpoint = try Checkpoint(requested: network)
      return FoundNetwork(model: PortableModel(checkpoint), checkpoint: checkpoint)
    }
    if url.hasDirectoryPath || RunFolder(url).hasCheckpoint { return try trained() }
    do {
      guard !tensors.isEmpty else {
        return FoundNetwork(model: try PortableModel(contentsOf: url))
      }
      let (model, inputs) = try PortableModel.contents(of: url, toRunOn: tensors)
      return FoundNetwork(model: model, inputNames: inputs)
    } catch let error as ModelFileError {
      switch error.problem {
      case .graphAlone: return nil
      case .checkpoint: return try trained()
      default: throw error
      }
    }
  }

  private func fitted(
    graph: Graph, slots: [WeightSlot], initial: Weights
  ) throws -> FoundNetwork {
    let path = weights ?? ""
    guard FileManager.default.fileExists(atPath: path) else {
      throw CommandError.missing(path, remedy: "name a file of weights that is there")
    }
    let file = try WeightFile(contentsOf: URL(fileURLWithPath: path), entry: entry)
    let (fitting, report) = try file.weights.fitted(
      to: slots, initial: initial, options: options, file: path)
    return FoundNetwork(
      model: PortableModel(graph: graph, weights: fitting), report: report, weightFile: file)
  }
}

extension PortableModel {
  /// What a training has made, with what it knows of its data.
  ///
  /// Answers are those in float32, also where the checkpoint was quantised.
  init(_ checkpoint: Checkpoint) {
    let graph = checkpoint.model.inference
    var weights = Weights()
    for variable in graph.variables { weights[variable.name] = checkpoint.weights[variable.name] }
    var information = ModelInformation()
    let normalization = checkpoint.input.normalization
    information.preprocessing = Preprocessing(
      mean: normalization.mean, deviation: normalization.deviation)
    let range = checkpoint.input.range
    if range != .bytes { information.preprocessing?.range = [range.minimum, range.maximum] }
    if normalization.unit != 255 { information.preprocessing?.unit = normalization.unit }
    information.labels = checkpoint.input.classNames
    information.postprocessing = .softmax
    information.recipe = [
      "dataset": checkpoint.input.name, "loss": "\(checkpoint.settings.loss)",
      "optimizer": "\(checkpoint.settings.optimizer)", "seed": "\(checkpoint.settings.seed)",
      "precision": checkpoint.settings.precision.rawValue,
    ]
    if let progress = checkpoint.progress {
      information.recipe["epochs"] = "\(progress.finishedEpochs.count)"
      information.recipe["schedule"] = "\(progress.schedule)"
      if let last = progress.finishedEpochs.last {
        information.metrics["training loss"] = last.trainingLoss
        if let loss = last.validationLoss { information.metrics["validation loss"] = loss }
        for (name, value) in last.metrics { information.metrics[name] = value }
      }
    }
    self.init(graph: graph, weights: weights, information: information)
  }
}

extension RunFolder {
  /// Whether the folder is there and holds a checkpoint.
  fileprivate var hasCheckpoint: Bool {
    FileManager.default.fileExists(atPath: checkpoint.path)
  }
}
