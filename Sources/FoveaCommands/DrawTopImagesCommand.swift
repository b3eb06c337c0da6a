public import FoveaData
import FoveaDrawing
import FoveaFormats
import FoveaRuntime
import FoveaTensors
import FoveaTraining

/// Draws the images of a dataset that a layer's channels answer to most, a row a channel.
///
/// An image's answer is the largest element of the channel's map (M. Zeiler and R. Fergus, arXiv:1311.2901).
public struct DrawTopImagesCommand: Hashable, Codable, Sendable {
  /// A checkpoint's file, or a run's folder.
  public var model: String
  /// The dataset's name, or the path of a folder or table of images.
  public var dataset: String
  /// The SVG or PNG file.
  public var output: String
  /// The layer's path; the last one with a map where left out.
  public var layer: String?
  /// The channels, from 0; the first eight where left out.
  public var channels: [Int]?
  /// Images of a channel.
  public var images = 8
  /// Which part of the dataset.
  public var split = MNIST.Split.test
  /// How files tell their classes; as in the network's run where left out.
  public var classRules = ClassRules()
  /// What happens to images that cannot be read.
  public var damagedImages = DamagedImagePolicy.fail
  /// Where the dataset's files are.
  public var data: String?
  /// Threads; they change no result.
  public var threads: Int?

  /// What was drawn.
  public struct Report: Hashable, Codable, Sendable {
    /// The file.
    public let picture: PictureReport
    /// The layer's path.
    public let layer: String
    /// How many images were looked at.
    public let images: Int
    /// How many images could not be read and were left out.
    public let damaged: Int
    /// Which part of the dataset they are.
    public let part: String
    /// The channels.
    public let channels: [Channel]
  }

  /// A channel with the images that it answers to most, the first one most.
  public struct Channel: Hashable, Codable, Sendable {
    /// Which channel, from 0.
    public let channel: Int
    /// The images.
    public let answers: [Answer]
  }

  /// What a channel answers to an image.
  public struct Answer: Hashable, Codable, Sendable {
    /// Where the image stands in the dataset's part.
    public let index: Int
    /// The image's class.
    public let label: String
    /// The largest element of the channel's map.
    public let largest: Float
  }

  /// Makes the request.
  public init(model: String, dataset: String, output: String) {
    self.model = model
    self.dataset = dataset
    self.output = output
  }

  private static let defaultChannels = 8
  /// The most images of a batch.
  private static let batchSize = 64
  /// About the most bytes of a layer's output for a batch.
  private static let batchBytes = 64 << 20
  /// The most images in the picture, and in a row of it.
  private static let (mostCells, mostImages) = (1024, 32)

  /// Looks at all images of the part, and draws.
  ///
  /// - Parameter progress: Told of downloads.
  /// - Throws: `CommandError` for a wrong request, `AnalysisError` for an unknown layer, what data and files throw.
  public nonisolated(nonsending) func run(
    progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
  ) async throws -> Report {
    let file = try PictureFile(requested: output)
    guard 1...Self.mostImages ~= images else {
      throw CommandError.option(
        "--images", value: "\(images)", allowed: "1 to \(Self.mostImages)")
    }
    let measured = try MeasuredNetwork(requested: model, input: nil)
    guard let input = measured.checkpoint?.input else {
      throw CommandError.missing("a trained network", remedy: "name a checkpoint or a run's folder")
    }
    let layer = try MapLayer(layer, of: measured, label: model, question: .largest)
    let channels = try chosenChannels(of: layer)
    var request = DatasetRequest(dataset, data: data)
    let weights = try Checkpoint.file(requested: model, isBest: false)
    request.follow(RunFolder(weights.deletingLastPathComponent()), rules: classRules)
    let (dataset, part) = try await request.images(split, for: input, progress: progress)
    let (answers, damaged) = try await answers(of: layer, channels, to: dataset, network: measured)
    let found = zip(channels, answers).map { Channel(channel: $0, answers: $1) }
    let seen = dataset.count - damaged
    let indices = Set(found.flatMap { $0.answers.map(\.index) }).sorted()
    guard !indices.isEmpty else {
      throw CommandError.missing(
        "an answer that is a number",
        remedy: "train again with a lower learning rate, or choose an earlier layer with --layer")
    }
    let batch = try DataLoader(dataset, batchSize: indices.count)
      .batch(0, epoch: 0, order: indices)
    let pictures = Dictionary(
      uniqueKeysWithValues: zip(indices, ImageGrid.images(of: batch, dataset.description)))
    let cells = found.flatMap { channel in
      channel.answers.compactMap { answer in
        pictures[answer.index].map {
          ImageGrid.Cell(
            $0,
            lines: [
              "channel \(channel.channel): \(NumberFormat.general(Double(answer.largest)))",
              "true: \(answer.label)", "image \(answer.index)",
            ])
        }
      }
    }
    let grid = ImageGrid(
      title: "What \(layer.path) of \(model) answers to most",
      note: "of \(counted(seen, "image")), by the largest element of a channel's map",
      cells: cells, columns: found.map(\.answers.count).max())
    return Report(
      picture: try file.write(grid), layer: layer.path, images: seen, damaged: damaged,
      part: part, channels: found)
  }

  private func chosenChannels(of layer: MapLayer) throws(CommandError) -> [Int] {
    let count = layer.shape[1]
    guard let channels else { return Array(0..<min(Self.defaultChannels, count)) }
    func refuse(_ allowed: String) -> CommandError {
      .option(
        "--channels", value: channels.map { "\($0)" }.joined(separator: ","), allowed: allowed)
    }
    guard !channels.isEmpty, channels.allSatisfy({ 0..<count ~= $0 }) else {
      throw refuse("0 to \(count - 1), the channels of \(layer.path)")
    }
    guard Set(channels).count == channels.count else { throw refuse("each channel once") }
    guard channels.count * images <= Self.mostCells else {
      throw refuse("so few channels that they have at most \(Self.mostCells) images together")
    }
    return channels
  }

  /// For each channel the images with the largest answers, of equals the first.
  ///
  /// An answer that is no number is none. `damaged` images could not be read.
  private nonisolated(nonsending) func answers(
    of layer: MapLayer, _ channels: [Int], to dataset: any LabelledImages, network: MeasuredNetwork
  ) async throws -> (answers: [[Answer]], damaged: Int) {
    let variables = try VariableStore(network.weights)
    let pool = try ThreadPool(threads: threads)
    let mapBytes = layer.shape.elementCount * MemoryLayout<Float>.size
    let loader = DataLoader(
      dataset, batchSize: max(1, min(Self.batchSize, Self.batchBytes / mapBytes)),
      damagedImages: damagedImages)
    var programs: [Int: Program] = [:]
    var best = [[Answer]](repeating: [], count: channels.count)
    var damaged = 0
    for try await batch in loader.batches(epoch: 0) {
      damaged += batch.damaged.count
      let count = batch.indices.count
      let program =
        try programs[count]
        ?? layer.program(images: batch.images.shape, variables: variables, pool: pool)
      programs[count] = program
      let answers = try layer.answer(to: batch.images, by: program).floats
      let labels = batch.labels.elements(of: Int32.self)
      for (row, index) in batch.indices.enumerated() {
        for (place, channel) in channels.enumerated() {
          let largest = answers[row * layer.shape[1] + channel]
          guard !largest.isNaN else { continue }
          let position = best[place].firstIndex { $0.largest < largest } ?? best[place].count
          guard position < images else { continue }
          let label = dataset.description.classNames[Int(labels[row])]
          best[place].insert(Answer(index: index, label: label, largest: largest), at: position)
          if best[place].count > images { best[place].removeLast() }
        }
      }
    }
    return (best, damaged)
  }
}
