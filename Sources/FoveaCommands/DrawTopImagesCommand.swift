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
  /// The channels, from 0; the first eight where empty.
  public var channels: [Int] = []
  /// Images of a channel.
  public var images = 8
  /// Which part of the dataset.
  public var split = MNIST.Split.test
  /// How files tell their classes; as in the network's run where left out.
  public var classRules = ClassRules()
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
    /// The row and column where it is.
    public let place: [Int]
  }

  /// Makes the request.
  public init(model: String, dataset: String, output: String) {
    self.model = model
    self.dataset = dataset
    self.output = output
  }

  private static let defaultChannels = 8
  private static let batchSize = 64

  /// Looks at all images of the part, and draws.
  ///
  /// - Parameter progress: Told of downloads.
  /// - Throws: `CommandError` for a wrong request, `AnalysisError` for an unknown layer, what data and files throw.
  public nonisolated(nonsending) func run(
    progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
  ) async throws -> Report {
    let file = try PictureFile(requested: output)
    guard 1...64 ~= images else {
      throw CommandError.option("--images", value: "\(images)", allowed: "1 to 64")
    }
    let weights = try Checkpoint.file(requested: model, isBest: false)
    let measured = try MeasuredNetwork(requested: weights.path, input: nil)
    guard let input = measured.checkpoint?.input else {
      throw CommandError.missing("a trained network", remedy: "name a checkpoint or a run's folder")
    }
    let layer = try MapLayer(layer, of: measured, label: model)
    let channels = try chosenChannels(of: layer)
    var request = DatasetRequest(dataset, data: data)
    request.read(by: classRules)
    request.follow(RunFolder(weights.deletingLastPathComponent()), rules: classRules)
    let (dataset, part) = try await request.images(split, for: input, progress: progress)
    let answers = try await answers(of: layer, channels, to: dataset, network: measured)
    let found = zip(channels, answers).map { Channel(channel: $0, answers: $1) }
    let indices = Array(Set(found.flatMap { $0.answers.map(\.index) })).sorted()
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
      note: "of \(counted(dataset.count, "image")), by the largest element of a channel's map",
      cells: cells, columns: found.first?.answers.count)
    return Report(
      picture: try file.write(grid), layer: layer.path, images: dataset.count, part: part,
      channels: found)
  }

  private func chosenChannels(of layer: MapLayer) throws(CommandError) -> [Int] {
    guard !channels.isEmpty else { return Array(0..<min(Self.defaultChannels, layer.channels)) }
    if let wrong = channels.first(where: { !(0..<layer.channels ~= $0) }) {
      throw .option(
        "--channels", value: "\(wrong)",
        allowed: "0 to \(layer.channels - 1), the channels of \(layer.path)")
    }
    return channels
  }

  /// For each channel the images with the largest answers, of equals the first.
  private nonisolated(nonsending) func answers(
    of layer: MapLayer, _ channels: [Int], to dataset: any LabelledImages, network: MeasuredNetwork
  ) async throws -> [[Answer]] {
    let variables = try VariableStore(network.weights)
    let pool = try ThreadPool(threads: threads)
    var programs: [Int: Program] = [:]
    var best = [[Answer]](repeating: [], count: channels.count)
    for try await batch in DataLoader(dataset, batchSize: Self.batchSize).batches(epoch: 0) {
      let count = batch.indices.count
      let program =
        try programs[count]
        ?? layer.program(images: batch.images.shape, variables: variables, pool: pool)
      programs[count] = program
      let maps = try layer.maps(of: batch.images, by: program)
      let (width, area) = (maps.shape[3], maps.shape[2] * maps.shape[3])
      let elements = maps.floats
      let labels = batch.labels.elements(of: Int32.self)
      for (row, index) in batch.indices.enumerated() {
        for (place, channel) in channels.enumerated() {
          let start = (row * layer.channels + channel) * area
          let map = elements[start..<start + area]
          guard let largest = map.indices.max(by: { map[$0] < map[$1] }) else { continue }
          let answer = Answer(
            index: index, label: dataset.description.classNames[Int(labels[row])],
            largest: map[largest], place: [(largest - start) / width, (largest - start) % width])
          let position = best[place].firstIndex { $0.largest < answer.largest }
          best[place].insert(answer, at: position ?? best[place].count)
          if best[place].count > images { best[place].removeLast() }
        }
      }
    }
    return best
  }
}
