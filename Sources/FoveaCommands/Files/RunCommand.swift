import FoveaData
public import FoveaFormats
import FoveaGraph
import FoveaRuntime
public import FoveaTensors
import Foundation

/// Runs a network on plain tensors: arrays of NumPy in, arrays out.
public struct RunCommand: Hashable, Codable, Sendable {
  /// The network and its weights.
  public var source: NetworkSource
  /// `.npy` files in the order of the network's inputs; the batch is their first extent.
  public var inputs: [String]
  /// The folder for `0.npy`, `1.npy` …, in the order of the network's outputs.
  public var output: String
  /// Threads; they change no result.
  public var threads: Int?
  /// Whether numbers far outside those that the network learned from run, too.
  public var takesAnyRange = false

  /// An array that went in or came out.
  public struct Array: Hashable, Codable, Sendable {
    /// The input's or output's name.
    public let name: String
    /// Its file.
    public let file: String
    /// Its shape.
    public let shape: Shape
  }

  /// What was run.
  public struct Report: Hashable, Codable, Sendable {
    /// What went in.
    public let inputs: [Array]
    /// What came out, in the order of the files.
    public let outputs: [Array]
    /// What came of laying the file's weights onto the network.
    public let weights: WeightReport?
    /// Whether the weights are random.
    public let hasRandomWeights: Bool
    /// The time of the run, in seconds, without planning.
    public let seconds: Double
  }

  /// Asks for a run.
  public init(source: NetworkSource, inputs: [String], output: String, threads: Int? = nil) {
    self.source = source
    self.inputs = inputs
    self.output = output
    self.threads = threads
  }

  /// Runs the network and writes the outputs.
  ///
  /// - Throws: `CommandError` for a wrong request, else what files, weights and networks throw; then nothing
  ///   is written.
  public func run() throws -> Report {
    let arrays = try inputs.map { path in
      guard FileManager.default.fileExists(atPath: path) else {
        throw CommandError.missing(path, remedy: "name a .npy file that is there")
      }
      return try NumPyFile(contentsOf: URL(fileURLWithPath: path)).tensor
    }
    guard !arrays.isEmpty else {
      throw CommandError.missing("--input", remedy: "name a .npy file for each of the inputs")
    }
    let found = try source.load(toRunOn: arrays)
    let graph = found.model.graph
    let names = found.inputNames ?? graph.inputs.map(\.name)
    guard names.count == arrays.count else {
      throw CommandError.option(
        "--input", value: "\(arrays.count) files",
        allowed: "\(names.count) .npy files, for \(names.joined(separator: ", "))")
    }
    var tensors: [String: Tensor] = [:]
    for (name, (path, array)) in zip(names, zip(inputs, arrays)) {
      guard let input = graph.inputs.first(where: { $0.name == name }) else { continue }
      guard let tensor = array.converted(to: input.outputElementType) else {
        throw CommandError.option(
          "--input", value: "\(array.elementType.rawValue) in \(path)",
          allowed: "\(input.outputElementType.rawValue) for \(name)")
      }
      if !takesAnyRange { try check(tensor, against: found.model.information, path) }
      tensors[name] = tensor
    }
    let program = try Program(
      graph, inputs: tensors.mapValues(\.shape), variables: VariableStore(found.model.weights),
      pool: ThreadPool(threads: threads), seed: source.seed)
    let clock = ContinuousClock()
    let start = clock.now
    try program.run(tensors)
    let seconds = (clock.now - start) / .seconds(1)

    let folder = URL(fileURLWithPath: output)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw CommandError.unwritable(output, reason: error.localizedDescription)
    }
    let outputs = try graph.outputs.keys.enumerated().map { index, name in
      let tensor = try program.output(name)
      let file = folder.appendingPathComponent("\(index).npy")
      try NumPyFile(tensor).write(to: file)
      return Array(name: name, file: "\(output)/\(index).npy", shape: tensor.shape)
    }
    return Report(
      inputs: zip(names, zip(inputs, arrays)).map {
        Array(name: $0, file: $1.0, shape: $1.1.shape)
      },
      outputs: outputs, weights: found.report,
      hasRandomWeights: AnalysedNetwork.isNamed(source.network) && source.weights == nil,
      seconds: seconds)
  }
}

extension RunCommand {
  /// Throws where a tensor has numbers that normalised images of the network's training have not.
  private func check(
    _ tensor: Tensor, against information: ModelInformation, _ path: String
  ) throws(DatasetError) {
    guard let preprocessing = information.preprocessing, tensor.shape.rank == 4,
      tensor.shape[1] == preprocessing.mean.count, tensor.elementType == .float32,
      tensor.elementCount > 0
    else { return }
    let range = preprocessing.range ?? [0, 255]
    let ends = zip(preprocessing.mean, preprocessing.deviation).flatMap { mean, deviation in
      range.map { ($0 / (preprocessing.unit ?? 255) - mean) / deviation }
    }
    let expected = ValueRange(minimum: ends.min() ?? 0, maximum: ends.max() ?? 0)
    let indices = Swift.Array(0..<tensor.shape[0])
    try expected.check(
      ArrayStatistics(of: tensor.reordered(.rowMajor), indices: indices).range, of: path)
  }
}

extension Tensor {
  /// The same numbers as another type, or `nil` where that would lose some.
  func converted(to type: ElementType) -> Tensor? {
    switch (elementType, type) {
    case (type, _): self
    case (.int32, .float32): Tensor(shape, elements(of: Int32.self).map(Float.init))
    case (.uint8, .float32): Tensor(shape, elements(of: UInt8.self).map(Float.init))
    case (.uint8, .int32): Tensor(shape, elements(of: UInt8.self).map(Int32.init))
    default: nil
    }
  }
}
