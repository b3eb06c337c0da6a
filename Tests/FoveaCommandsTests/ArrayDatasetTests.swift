import Foundation
import FoveaData
import FoveaFormats
import FoveaTensors
import FoveaTraining
import FuzzSupport
import Testing

@testable import FoveaCommands

/// Arrays of NumPy of twelve channels: the classes differ in the last one.
private final class ArrayFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  static let side = 32

  static func images(
    _ count: Int, channels: Int = 12, scale: Float = 1, seed: UInt64 = 1
  ) -> Tensor {
    let stream = RandomStream(seed: seed, named: "arrays")
    let plane = side * side
    return Tensor(
      [count, channels, side, side],
      (0..<count * channels * plane).map { place -> Float in
        let (image, channel) = (place / (channels * plane), place / plane % channels)
        let signal: Float = channel == channels - 1 && image % 2 == 1 ? 0.5 : 0
        return scale * (signal + Float(stream.integer(at: UInt64(place), below: 1000)) / 2000)
      })
  }

  static func labels(_ count: Int) -> Tensor { Tensor([count], (0..<count).map { Int32($0 % 2) }) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  @discardableResult
  func writeArchive(_ name: String, _ arrays: [(String, Tensor)]) throws -> String {
    var zip = ZipBuilder(arrays.map { ("\($0).npy", [UInt8](NumPyFile($1).encoded())) })
    zip.hasChecksums = true
    try zip.data.write(to: url.appendingPathComponent(name))
    return path(name)
  }

  func write(_ name: String, _ tensor: Tensor) throws {
    let file = url.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try NumPyFile(tensor).write(to: file)
  }
}

@Suite struct ArrayDatasetTests {
  @Test func `an archive is learned from, measured on and asked about`() async throws {
    let folder = try ArrayFolder()
    let archive = try folder.writeArchive(
      "satellite.npz",
      [
        ("train_images", ArrayFolder.images(48)), ("train_labels", ArrayFolder.labels(48)),
        ("test_images", ArrayFolder.images(16, seed: 2)), ("test_labels", ArrayFolder.labels(16)),
      ])
    var training = TrainCommand(dataset: archive, output: folder.path("run"))
    training.epochs = 4
    training.batchSize = 8
    let report = try await training.run()
    #expect((report.accuracy ?? 0) > 0.9)

    let evaluation = try await EvaluateCommand(checkpoint: folder.path("run"), dataset: archive)
      .run()
    #expect(evaluation.images == 16)
    #expect(evaluation.accuracy == report.accuracy)

    let prediction = try PredictCommand(
      checkpoint: folder.path("run"), images: ["\(archive):0-3"]
    ).run()
    #expect(prediction.predictions.map { $0.classes[0].index } == [0, 1, 0, 1])
    let grid = try PredictCommand(
      checkpoint: folder.path("run"), images: ["\(archive):0-3"]
    ).grid(prediction)
    #expect(grid.cells.map { $0.lines[0] } == (0..<4).map { "satellite.npz:\($0)" })
    #expect(grid.cells[0].image.format == .rgb)

    // The same images in another unit, or of other channels.
    let bright = try folder.writeArchive(
      "bright.npz",
      [("images", ArrayFolder.images(4, scale: 255)), ("labels", ArrayFolder.labels(4))])
    let range = await #expect(throws: DatasetError.self) {
      try await EvaluateCommand(checkpoint: folder.path("run"), dataset: bright).run()
    }
    #expect(range?.description.contains("the network learned from 0 to 0.9") == true)
    #expect(range?.description.contains("has numbers from 0 to 25") == true)
    #expect(throws: DatasetError.self) {
      try PredictCommand(checkpoint: folder.path("run"), images: ["\(bright):0"]).run()
    }
    let grey = try folder.writeArchive(
      "grey.npz",
      [("images", ArrayFolder.images(4, channels: 1)), ("labels", ArrayFolder.labels(4))])
    let kinds = await #expect(throws: DatasetError.self) {
      try await EvaluateCommand(checkpoint: folder.path("run"), dataset: grey).run()
    }
    #expect(
      kinds?.description.contains(
        "grey images of 32×32, the network takes 12-channel images of 32×32") == true)
  }

  @Test func `a network that learned from bytes refuses shares of 1, and the reverse`() async throws
  {
    let folder = try ArrayFolder()
    let pixels = (0..<20 * 784).map { place -> UInt8 in
      let isBright = place / 784 % 2 == 1
      return UInt8((isBright ? 150 : 0) + place % 100)
    }
    let bytes = Tensor([20, 1, 28, 28], pixels)
    let archive = try folder.writeArchive(
      "bytes.npz", [("images", bytes), ("labels", ArrayFolder.labels(20))])
    var training = TrainCommand(dataset: archive, output: folder.path("run"))
    training.epochs = 1
    training.batchSize = 4
    _ = try await training.run()
    let shares = Tensor([20, 1, 28, 28], pixels.map { Float($0) / 255 })
    try folder.write("shares.npy", shares)
    try folder.write("bytes.npy", bytes)
    func predict(_ images: String) throws -> String? {
      do throws(any Error) {
        _ = try PredictCommand(checkpoint: folder.path("run"), images: [images]).run()
        return nil
      } catch { return "\(error)" }
    }
    #expect(try predict(folder.path("bytes.npy:3")) == nil)
    let refusal = try predict(folder.path("shares.npy:3")) ?? ""
    #expect(refusal.contains("numbers from 0 to 0.9"))
    #expect(refusal.contains("the network learned from 0 to 255"))

    // Numbers that were not normalised are refused by `run`, unless any range will do.
    try folder.write("input.npy", Tensor([20, 1, 28, 28], pixels.map(Float.init)))
    var run = RunCommand(
      source: NetworkSource(folder.path("run")), inputs: [folder.path("input.npy")],
      output: folder.path("answers"))
    let error = #expect(throws: DatasetError.self) { try run.run() }
    #expect(error?.description.contains("numbers from 0 to 2") == true)
    run.takesAnyRange = true
    #expect(try run.run().outputs.count == 1)

    // A model file says the range, too.
    let model = folder.path("model.fovea")
    _ = try ExportCommand(source: NetworkSource(folder.path("run")), output: model).run()
    run.takesAnyRange = false
    run.source = NetworkSource(model)
    #expect(throws: DatasetError.self) { try run.run() }
  }

  @Test func `a folder of arrays is counted, measured and checked`() async throws {
    let folder = try ArrayFolder()
    var numbers = ArrayFolder.images(6).floats
    let size = 12 * ArrayFolder.side * ArrayFolder.side
    numbers[2 * size] = .infinity
    try folder.write(
      "train/images.npy", Tensor([6, 12, ArrayFolder.side, ArrayFolder.side], numbers))
    try folder.write("train/labels.npy", ArrayFolder.labels(6))
    try folder.write("val/images.npy", ArrayFolder.images(2))
    try folder.write("val/labels.npy", ArrayFolder.labels(2))
    try Data("water\nforest\n".utf8).write(to: folder.url.appendingPathComponent("classes.txt"))
    let report = try await DataCommand(DatasetRequest(folder.url.path)).run()
    #expect(report.classes.map(\.name) == ["water", "forest"])
    #expect(report.parts.map(\.name) == ["training", "validation"])
    #expect(report.channels == [12: 8])
    #expect(report.normalization.mean.count == 12)
    #expect(report.range.maximum < 1)
    // Images 0 and 1 are in both parts.
    #expect(report.problems.map(\.kind) == [.damaged, .leak, .leak])
    #expect(report.problems[0].images == ["training/2"])
    #expect(report.problems[1].images == ["training/0", "validation/0"])
    var preview = PreviewCommand(
      DatasetRequest(folder.url.path), count: 4, output: folder.path("batch.png"))
    #expect(try await preview.run().bytes > 0)
    // As a training refuses it.
    preview.preparation.augmentation = .standard
    await #expect(throws: CommandError.self) { try await preview.run() }
    let described = try await DescribeCommand(DatasetRequest(folder.url.path)).run()
    #expect(described.steps.count == 3)
    #expect(described.steps[0].name.hasPrefix("read "))
    #expect(described.steps[0].shape[0] == 12 && described.steps[0].maximum < 1)
    #expect(described.split.hasPrefix("the dataset's own parts: "))
  }

  @Test func `folds are of the images to learn from`() async throws {
    let folder = try ArrayFolder()
    let archive = try folder.writeArchive(
      "parts.npz",
      [
        ("train_images", ArrayFolder.images(12)), ("train_labels", ArrayFolder.labels(12)),
        ("test_images", ArrayFolder.images(4, seed: 2)), ("test_labels", ArrayFolder.labels(4)),
      ])
    var request = DatasetRequest(archive)
    request.splitter = .kFold(count: 3, fold: 1)
    let prepared = try await request.prepared(ImagePreparation())
    #expect(prepared.training.count == 8 && prepared.validation.count == 4)
    let classes = (0..<4).map { prepared.validation.label(of: $0) }
    #expect(classes.sorted() == [0, 0, 1, 1])
    request.splitter = .stratified(validation: 0.5)
    await #expect(throws: CommandError.self) {
      _ = try await request.prepared(ImagePreparation())
    }
  }

  @Test func `what has no place with arrays, or is no such archive, is refused`() async throws {
    let folder = try ArrayFolder()
    let archive = try folder.writeArchive(
      "a.npz", [("images", ArrayFolder.images(4)), ("labels", ArrayFolder.labels(4))])
    var training = TrainCommand(dataset: archive, output: folder.path("run"))
    training.images.augmentation = .standard
    await #expect(throws: CommandError.self) { try await training.run() }
    let other = try folder.writeArchive("b.npz", [("x", ArrayFolder.labels(4))])
    let error = await #expect(throws: DatasetError.self) {
      try await DataCommand(DatasetRequest(other)).run()
    }
    #expect(error?.description.contains("has no array images, it has x") == true)
    let unlabelled = try folder.writeArchive("c.npz", [("images", ArrayFolder.images(4))])
    await #expect(throws: DatasetError.noArray(unlabelled, "labels", known: ["images"])) {
      try await DataCommand(DatasetRequest(unlabelled)).run()
    }
  }
}
