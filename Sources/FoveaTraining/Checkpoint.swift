public import FoveaData
import FoveaFormats
public import FoveaLayers
public import FoveaRuntime
public import FoveaTensors
public import Foundation

/// A model with its weights, and how far its training has come, as one file.
///
/// The file is a safetensors file: tensors by PyTorch's names, an optimiser's memory under
/// `optimizer/`, averages of weights under `average/`, and everything else as JSON in its metadata. One file is written at once or not at
/// all, so weights and state can never belong to different steps.
public struct Checkpoint: Sendable {
  /// What is trained.
  public let model: Model
  /// How it is trained.
  public let settings: LearnerSettings
  /// What the model was trained on: classes, and how pixels become numbers.
  public let input: DatasetDescription
  /// Parameters, buffers and the optimiser's memory.
  public let weights: Weights
  /// How far the training has come; `nil` where none has begun.
  public let progress: TrainingProgress?
  /// Which algorithms convolutions ran by, where they were timed.
  public let algorithms: [String: String]
  /// Which convolutions answer on 8-bit numbers; `nil` for none.
  ///
  /// A training that goes on leaves them in float.
  public let quantization: Quantization?

  /// The version of the format that is written.
  public static let formatVersion = 1

  /// Everything but the tensors.
  private struct Header: Codable {
    let formatVersion: Int
    let model: Model
    let settings: LearnerSettings
    let input: DatasetDescription
    let progress: TrainingProgress?
    let algorithms: [String: String]?
    let quantization: Quantization?
  }

  /// The average of the weights with the model's buffers; `nil` where the training keeps none.
  public var averagedWeights: Weights? {
    guard settings.averaging != nil else { return nil }
    var result = Weights()
    for parameter in model.parameters {
      let average = weights[WeightAveraging.name(of: parameter.name)]
      result[parameter.name] = average ?? weights[parameter.name]
    }
    return result
  }

  private static let headerKey = "fovea.checkpoint"

  /// Gathers what a checkpoint holds.
  public init(
    model: Model, settings: LearnerSettings, input: DatasetDescription, weights: Weights,
    progress: TrainingProgress?, algorithms: [String: String] = [:],
    quantization: Quantization? = nil
  ) {
    self.model = model
    self.settings = settings
    self.input = input
    self.weights = weights
    self.progress = progress
    self.algorithms = algorithms
    self.quantization = quantization
  }

  /// Reads a checkpoint.
  ///
  /// - Throws: `SafetensorsError` where the file is no safetensors file, `TrainingError.checkpoint`
  ///   where it is no checkpoint, or its tensors do not belong to its model.
  public init(contentsOf file: URL) throws {
    let contents = try Safetensors(contentsOf: file)
    func refuse(_ problem: String) -> TrainingError {
      .checkpoint(file: file.path, problem: problem)
    }
    guard let text = contents.metadata[Self.headerKey] else {
      throw refuse("the file has no training state; give a checkpoint that fovea train wrote")
    }
    let header: Header
    do {
      let decoder = JSONDecoder()
      decoder.nonConformingFloatDecodingStrategy = .convertFromString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
      header = try decoder.decode(Header.self, from: Data(text.utf8))
    } catch {
      throw refuse("the training state is damaged (\(error)); use an earlier checkpoint")
    }
    guard header.formatVersion == Self.formatVersion else {
      throw refuse(
        "the format's version is \(header.formatVersion), this program reads "
          + "\(Self.formatVersion); use the program that wrote it")
    }
    guard header.progress?.isConsistent ?? true else {
      throw refuse("the training state has impossible numbers; use an earlier checkpoint")
    }
    let channels = header.input.imageShape.dimensions.first
    guard header.input.imageShape == header.model.inputShape,
      [header.input.normalization.mean, header.input.normalization.deviation]
        .allSatisfy({ $0.count == channels })
    else {
      throw refuse(
        "the model takes \(header.model.inputShape) and was trained on \(header.input.imageShape), "
          + "or the normalisation is for other channels; use an earlier checkpoint")
    }
    for parameter in header.model.parameters {
      guard let tensor = contents.weights[parameter.name] else {
        throw refuse("the tensor \(parameter.name) is missing; use an earlier checkpoint")
      }
      guard tensor.shape == parameter.shape, tensor.elementType == .float32 else {
        throw refuse(
          "the tensor \(parameter.name) is \(tensor.shape), the model has \(parameter.shape); "
            + "use an earlier checkpoint")
      }
    }
    do {
      try header.quantization?.check(for: header.model.inference)
    } catch {
      throw refuse("\(error)")
    }
    self.init(
      model: header.model, settings: header.settings, input: header.input,
      weights: contents.weights, progress: header.progress, algorithms: header.algorithms ?? [:],
      quantization: header.quantization)
  }

  /// Writes the checkpoint in place of `file`, all at once or not at all.
  ///
  /// - Throws: What the file system refuses; then the earlier file is still there.
  public func write(to file: URL) throws {
    let header = Header(
      formatVersion: Self.formatVersion, model: model, settings: settings, input: input,
      progress: progress, algorithms: algorithms.isEmpty ? nil : algorithms,
      quantization: quantization)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    // A loss that is no number must not cost the weights.
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let text = String(decoding: try encoder.encode(header), as: UTF8.self)
    let contents = Safetensors(weights: weights, metadata: [Self.headerKey: text])
    try AtomicFile.write(contents.encoded(), to: file)
  }
}
