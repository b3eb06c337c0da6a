public import FoveaData
import Foundation
import FoveaLayers
public import FoveaRuntime
import FoveaTensors
import FoveaTraining

/// Finds out which convolutions of a network are worth running on 8-bit numbers, and writes the network
/// with them.
public struct QuantizeCommand: Hashable, Codable, Sendable {
  /// A checkpoint's file, a run's folder, or a network by name, which is measured with random weights.
  public var model: String
  /// The dataset whose training images calibrate and whose test images check a trained network.
  public var calibration: String?
  /// How many images calibrate.
  public var samples: Int
  /// The largest error of a layer, as a share of its results' range, and the largest loss of accuracy.
  public var tolerance: Double
  /// Threads; they change times and no result.
  public var threads: Int?
  /// Where the dataset's files are.
  public var data: String?
  /// Whether every layer that can be is taken, and the network is written, whatever was measured.
  public var isForced: Bool
  /// The file to write; nothing is written where left out.
  public var output: String?

  /// What was measured and decided.
  public struct Report: Hashable, Codable, Sendable {
    /// The kernels' instruction set.
    public let instructionSet: InstructionSet
    /// The convolutions, in the order in which they run.
    public let layers: [Quantization.Layer]
    /// How many of them run on 8-bit numbers.
    public let quantizedLayers: Int
    /// How many images calibrated.
    public let calibrationImages: Int
    /// The median time of one image in float.
    public let floatMilliseconds: Double
    /// The median time of one image with the layers that are quantised.
    public let int8Milliseconds: Double
    /// The accuracy on the test images in float, 0 to 1; of a trained network.
    public let floatAccuracy: Double?
    /// The accuracy on the test images with the layers that are quantised.
    public let int8Accuracy: Double?
    /// Why the network had better stay float; `nil` where it had not.
    public let refusal: String?
    /// The file that was written.
    public let output: String?
  }

  /// How the work goes on.
  public enum Progress: Hashable, Sendable {
    /// Layers are watched and timed.
    case layers(Quantizer.Progress)
    /// The whole network is timed.
    case network(Quantizer.Progress)
    /// The test images are run through, in float and quantised.
    case evaluating
  }

  /// Asks for a quantisation; further fields say more.
  public init(
    model: String, calibration: String? = nil, samples: Int = 128, tolerance: Double = 0.01,
    output: String? = nil
  ) {
    self.model = model
    self.calibration = calibration
    self.samples = samples
    self.tolerance = tolerance
    self.output = output
    isForced = false
  }

  private static let calibrationBatch = 8
  private static let evaluationBatch = 256

  /// Measures, decides and writes.
  ///
  /// - Parameters:
  ///   - progress: Is told what happens; what it throws ends the work.
  ///   - downloads: Told of downloads.
  /// - Returns: What was measured, also where that speaks against writing.
  /// - Throws: `CommandError` for a wrong request, else what data, checkpoints and files throw.
  public nonisolated(nonsending) func run(
    progress: (Progress) throws -> Void = { _ in },
    downloads: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
  ) async throws -> Report {
    try check()
    let network = try MeasuredNetwork(requested: model, input: nil)
    let data = try await images(for: network, downloads)
    let calibration = try await calibrationBatches(network, data?.training)
    guard let first = calibration.first else {
      throw CommandError.missing("a calibration image", remedy: "choose another dataset")
    }
    let timing = [Model.inputName: first.leadingImage]
    let quantizer = try Quantizer(
      network.model.inference, variables: VariableStore(network.weights),
      pool: ThreadPool(threads: threads))
    let quantization = try quantizer.quantization(
      calibration: calibration.map { [Model.inputName: $0] }, timing: timing,
      tolerance: tolerance, isForced: isForced
    ) { try progress(.layers($0)) }
    let times = try quantizer.runTimes(quantization, timing) { try progress(.network($0)) }

    var accuracies: (float: Double, int8: Double)?
    if let checkpoint = network.checkpoint, let test = data?.test {
      try progress(.evaluating)
      accuracies = (
        try await accuracy(of: checkpoint, on: test, nil),
        try await accuracy(of: checkpoint, on: test, quantization)
      )
    }
    let refusal = refusal(quantization, times, accuracies)
    var written: String?
    if let output, let checkpoint = network.checkpoint, refusal == nil || isForced {
      try Checkpoint(
        model: checkpoint.model, settings: checkpoint.settings, input: checkpoint.input,
        weights: checkpoint.weights, progress: checkpoint.progress, quantization: quantization
      ).write(to: URL(fileURLWithPath: output))
      written = output
    }
    return Report(
      instructionSet: try InstructionSet.chosen(), layers: quantization.layers,
      quantizedLayers: quantization.quantizedLayers.count,
      calibrationImages: calibration.reduce(0) { $0 + $1.shape[0] },
      floatMilliseconds: times.float * 1000, int8Milliseconds: times.int8 * 1000,
      floatAccuracy: accuracies?.float, int8Accuracy: accuracies?.int8, refusal: refusal,
      output: written)
  }

  private func check() throws(CommandError) {
    guard 1...1_000_000 ~= samples else {
      throw .option("--samples", value: "\(samples)", allowed: "1 to 1000000")
    }
    guard tolerance > 0, tolerance <= 1 else {
      throw .option("--tolerance", value: "\(tolerance)", allowed: "above 0, at most 1")
    }
    if let threads, !(1...ThreadPool.largestThreadCount ~= threads) {
      throw .option(
        "--threads", value: "\(threads)", allowed: "1 to \(ThreadPool.largestThreadCount)")
    }
  }

  /// A trained network's data; `nil` for a network by name.
  private nonisolated(nonsending) func images(
    for network: MeasuredNetwork, _ downloads: @escaping @Sendable (DownloadProgress) -> Void
  ) async throws -> (training: ImageDataset, test: ImageDataset)? {
    guard let checkpoint = network.checkpoint else {
      let reason = "a network by name has random weights; name a checkpoint or a run's folder"
      if output != nil { throw CommandError.conflict("--output", reason: reason) }
      if calibration != nil { throw CommandError.conflict("--calibration", reason: reason) }
      return nil
    }
    guard let calibration else {
      throw CommandError.missing(
        "--calibration", remedy: "name a dataset like the one of the training")
    }
    let dataset = try DatasetName.requested(calibration)
    let folder = data.map { URL(fileURLWithPath: $0) }
    func load(_ split: MNIST.Split) async throws -> ImageDataset {
      try await dataset.load(split, from: folder, progress: downloads)
        .renamed(normalization: checkpoint.input.normalization)
    }
    return (try await load(.training), try await load(.test))
  }

  /// Images of the dataset in a fixed random order, or random ones.
  private nonisolated(nonsending) func calibrationBatches(
    _ network: MeasuredNetwork, _ dataset: ImageDataset?
  ) async throws -> [Tensor] {
    let size = min(Self.calibrationBatch, samples)
    guard let dataset else {
      return [MeasuredNetwork.randomImages(try network.batchShape(size))]
    }
    let loader = DataLoader(dataset, batchSize: size, shuffleSeed: 0)
    var batches: [Tensor] = []
    for try await batch in loader.batches(epoch: 0) {
      batches.append(batch.images)
      if batches.count * size >= samples { break }
    }
    return batches
  }

  private nonisolated(nonsending) func accuracy(
    of checkpoint: Checkpoint, on images: ImageDataset, _ quantization: Quantization?
  ) async throws -> Double {
    let loader = DataLoader(images, batchSize: Self.evaluationBatch)
    var settings = checkpoint.settings
    settings.metrics = [.accuracy]
    let learner = try Learner(
      checkpoint.model, training: loader, settings: settings, weights: checkpoint.weights,
      threads: threads, quantization: quantization)
    return try await learner.evaluate(loader).metrics[Metric.accuracy.name] ?? 0
  }

  /// Why the network had better stay float.
  private func refusal(
    _ quantization: Quantization, _ times: (float: Double, int8: Double),
    _ accuracies: (float: Double, int8: Double)?
  ) -> String? {
    if quantization.quantizedLayers.isEmpty {
      return "no layer is both faster on 8-bit numbers here and within the tolerance"
    }
    if !(times.int8 < times.float) {
      return "the whole network is no faster with quantised layers here"
    }
    if let accuracies, accuracies.float - accuracies.int8 > tolerance {
      return "the accuracy falls by more than the tolerance"
    }
    return nil
  }
}

extension Tensor {
  /// The first image of a batch.
  fileprivate var leadingImage: Tensor {
    let image = shape.replacing(0, with: 1)
    return Tensor(image, Array(elements(of: Float.self).prefix(image.elementCount)))
  }
}
