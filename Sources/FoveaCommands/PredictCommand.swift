import Foundation
import FoveaData
public import FoveaDrawing
import FoveaLayers
import FoveaRuntime
public import FoveaTensors
import FoveaTraining

/// Asks a trained network what images show.
public struct PredictCommand: Hashable, Codable, Sendable {
  /// A checkpoint's file, or a run's folder.
  public var checkpoint: String
  /// JPEG, PNG, WebP, PGM or PPM files, or numbers of IDX, `.npy` or `.npz` files, as in
  /// `digits-idx3-ubyte.gz:0-9`.
  public var images: [String]
  /// How many classes are named for an image, the likeliest first.
  public var top: Int
  /// Threads; they change no result.
  public var threads: Int?

  /// A class, and how likely it is.
  public struct ClassProbability: Hashable, Codable, Sendable {
    /// The class' name.
    public let name: String
    /// Its index.
    public let index: Int
    /// Its probability, 0 to 1; not a number where the network's answer is none.
    public let probability: Double
  }

  /// What one image shows.
  public struct Prediction: Hashable, Codable, Sendable {
    /// The image.
    public let image: String
    /// Its shape in the file, `[C, H, W]`.
    public let imageShape: Shape
    /// The shape that it was brought to for the network.
    public let inputShape: Shape
    /// The likeliest classes, in order.
    public let classes: [ClassProbability]
  }

  /// What the images show.
  public struct Report: Hashable, Codable, Sendable {
    /// In the order of the request.
    public let predictions: [Prediction]
  }

  /// Asks about images.
  public init(checkpoint: String, images: [String], top: Int = 3, threads: Int? = nil) {
    self.checkpoint = checkpoint
    self.images = images
    self.top = top
    self.threads = threads
  }

  private static let batchSize = 64

  /// Predicts.
  ///
  /// - Throws: `CommandError` for a wrong request, `DatasetError` for images with numbers of another range or
  ///   shape than the network learned from, else what images and checkpoints throw; then nothing is predicted.
  public func run() throws -> Report {
    guard !images.isEmpty else {
      throw CommandError.missing(
        "an image", remedy: "name JPEG, PNG, WebP, PGM, PPM, IDX or NumPy files")
    }
    guard top > 0 else { throw CommandError.option("--top", value: "\(top)", allowed: "1 or more") }
    let checkpoint = try Checkpoint(requested: checkpoint)
    let input = checkpoint.model.inputShape
    let output = try checkpoint.model.outputShape
    guard input.rank == 3, output.rank == 1 else { throw TrainingError.outputShape(output) }

    // Bytes are kept, numbers are made for a batch at a time: they take many times the memory.
    var reader = ImageReader()
    let shown = try images.map(ImageReference.init).flatMap { try reader.images($0) }
    for image in shown { try checkpoint.input.range.check(image.range, of: image.name) }

    let pool = try ThreadPool(threads: threads)
    let variables = try VariableStore(checkpoint.weights)
    var predictions: [Prediction] = []
    for start in stride(from: 0, to: shown.count, by: Self.batchSize) {
      let batch = shown[start..<min(start + Self.batchSize, shown.count)]
      let shape = Shape([batch.count] + input.dimensions)
      let program = try Program(
        checkpoint.model.inference, inputs: [Model.inputName: shape], variables: variables,
        pool: pool, options: PlanOptions(quantization: checkpoint.quantization))
      let numbers = try batch.flatMap { image in
        try checkpoint.input.normalization.normalized(image.fitted(to: input)).floats
      }
      try program.run([Model.inputName: Tensor(shape, numbers)])
      let logits = try program.output(Model.outputName).floats
      for (row, image) in batch.enumerated() {
        predictions.append(
          Prediction(
            image: image.name, imageShape: image.shape, inputShape: input,
            classes: likeliest(
              logits[(row * output[0])..<((row + 1) * output[0])],
              names: checkpoint.input.classNames)))
      }
    }
    return Report(predictions: predictions)
  }

  /// The images with the classes that were found, for a picture.
  ///
  /// - Parameter report: What `run` has found.
  /// - Throws: What images throw.
  public func grid(_ report: Report) throws -> ImageGrid {
    var reader = ImageReader()
    let shown = try images.map(ImageReference.init).flatMap { try reader.images($0) }
    return ImageGrid(
      title: "\(shown.count) images by \(checkpoint)",
      cells: try zip(shown, report.predictions).map { image, prediction in
        let name = URL(fileURLWithPath: image.name).lastPathComponent
        let classes = prediction.classes.map {
          "\(NumberFormat.percent($0.probability, decimals: 0)) \($0.name)"
        }
        return ImageGrid.Cell(try image.picture(), lines: [name] + classes)
      })
  }

  /// The likeliest classes by softmax, ties in the order of the classes.
  private func likeliest(_ logits: ArraySlice<Float>, names: [String]) -> [ClassProbability] {
    let largest = Double(logits.max() ?? 0)
    let powers = logits.map { exp(Double($0) - largest) }
    let sum = powers.reduce(0, +)
    let order = powers.indices.sorted { (powers[$0], $1) > (powers[$1], $0) }
    return order.prefix(top).map { index in
      ClassProbability(
        name: names.indices.contains(index) ? names[index] : "class \(index)", index: index,
        probability: powers[index] / sum)
    }
  }
}
