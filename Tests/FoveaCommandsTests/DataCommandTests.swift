import Foundation
import FoveaData
import FoveaTraining
import Testing

@testable import FoveaCommands

/// A folder of grey pictures, two classes of bright and dark, removed with the test.
private final class PictureFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func write(_ path: String, _ bytes: Data) throws {
    let file = url.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try bytes.write(to: file)
  }

  /// A picture of `side`², all different by `number`.
  func picture(_ path: String, number: Int, isBright: Bool, side: Int = 32) throws {
    let pixels = (0..<side * side).map { place in
      UInt8((isBright ? 150 : 20) + (place * 7 + number * 31) % 80)
    }
    try write(path, Data("P5 \(side) \(side) 255\n".utf8) + Data(pixels))
  }

  /// `count` pictures of each class.
  func fill(_ parent: String = "", count: Int, first: Int = 0) throws {
    for number in first..<first + count {
      try picture("\(parent)bright/\(number).pgm", number: number, isBright: true)
      try picture("\(parent)dark/\(number).pgm", number: number, isBright: false)
    }
  }
}

@Suite struct DataCommandTests {
  @Test func `a report tells every fault of a dataset, the gravest first`() async throws {
    let folder = try PictureFolder()
    try folder.fill("train/", count: 4)
    try folder.fill("val/", count: 2, first: 10)
    try folder.picture("val/dark/leak.pgm", number: 0, isBright: false)
    try folder.picture("train/bright/both.pgm", number: 1, isBright: false)
    try folder.picture("train/bright/again.pgm", number: 2, isBright: true)
    try folder.picture("train/rare/1.pgm", number: 77, isBright: true)
    try folder.write("train/dark/broken.pgm", Data("P5 32 32 255\n".utf8))
    let report = try await DataCommand(DatasetRequest(folder.url.path)).run()
    #expect(report.parts.map(\.name) == ["train", "val"])
    #expect(report.parts.map(\.images) == [12, 5])
    #expect(report.classes.map(\.name) == ["bright", "dark", "rare"])
    #expect(report.classes.map(\.counts) == [[6, 2], [5, 3], [1, 0]])
    #expect(
      report.problems.map(\.kind) == [.damaged, .leak, .contradiction, .duplicate, .missingClass])
    #expect(report.problems[0].images == ["train/dark/broken.pgm"])
    #expect(report.problems[1].images == ["train/dark/0.pgm", "val/dark/leak.pgm"])
    #expect(report.channels == [1: 16])
    #expect(report.normalization.mean.count == 1)
  }

  @Test func `a network for other classes is not measured on a dataset by name`() async throws {
    let text = """
      {"name": "fashion-mnist", "classNames": ["Trouser", "Dress"], "imageShape": [1, 28, 28],
       "normalization": {"mean": [0.1], "deviation": [0.3]}}
      """
    let input = try JSONDecoder().decode(DatasetDescription.self, from: Data(text.utf8))
    await #expect(
      throws: CommandError.otherClasses(
        "mnist-mini", expected: ["Trouser", "Dress"], actual: (0...9).map(String.init))
    ) { _ = try await DatasetRequest("mnist-mini").images(.test, for: input, progress: { _ in }) }
  }

  @Test func `what is no dataset is refused with what there is`() async throws {
    let error = await #expect(throws: CommandError.self) {
      try await DataCommand(DatasetRequest("minst")).run()
    }
    #expect(error?.isUsage == true)
    #expect(error?.description.contains("did you mean 'mnist'?") == true)
  }

  @Test(arguments: ["grid.svg", "grid.png"])
  func `a preview draws the batch`(name: String) async throws {
    let folder = try PictureFolder()
    try folder.fill(count: 6)
    let file = folder.url.appendingPathComponent(name)
    var command = PreviewCommand(
      DatasetRequest(folder.url.path), ImagePreparation(augmentation: .strong), count: 6,
      output: file.path)
    command.mixing = .mixup(alpha: 1)
    let report = try await command.run()
    let data = try Data(contentsOf: file)
    #expect(data.count == report.bytes)
    if report.format == .svg {
      let text = String(decoding: data, as: UTF8.self)
      #expect(text.components(separatedBy: "<image").count == 7)
      #expect(text.contains(" % bright") || text.contains(" % dark"))
    } else {
      #expect(try ImageDecoder().decode(data).channels == 3)
    }
  }

  @Test func `a folder is learned from, and a stopped training goes on to the same weights`()
    async throws
  {
    final class Stop: TrainingObserver {
      let step: Int
      init(after step: Int) { self.step = step }
      func receive(_ event: TrainingEvent) -> TrainingAction {
        if case .stepEnded(let record) = event, record.step == step { .stop } else { .proceed }
      }
    }
    let folder = try PictureFolder()
    try folder.fill(count: 20)
    let runs = try PictureFolder()
    func command(_ run: String, isResumed: Bool = false) -> TrainCommand {
      let output = runs.url.appendingPathComponent(run).path
      var command = TrainCommand(
        dataset: folder.url.path, output: output, isResumed: isResumed)
      guard !isResumed else { return command }
      command.epochs = 3
      command.batchSize = 8
      command.images.augmentation = .standard
      command.images.mixup = 0.4
      command.images.validation = 0.25
      return command
    }
    let whole = try await command("whole").run()
    #expect((whole.accuracy ?? 0) > 0.9)
    let stopped = try await command("parts").run(observers: [Stop(after: 5)])
    #expect(stopped.wasStopped)
    let resumed = try await command("parts", isResumed: true).run()
    #expect(resumed.accuracy == whole.accuracy)
    func checkpoint(_ run: String) throws -> Checkpoint {
      try Checkpoint(requested: runs.url.appendingPathComponent(run).path)
    }
    let (first, second) = (try checkpoint("whole"), try checkpoint("parts"))
    #expect(first.weights == second.weights)
    #expect(first.input.normalization.mean.count == 1)
    // By the run's own split; a checkpoint elsewhere knows of none.
    let evaluation = try await EvaluateCommand(
      checkpoint: whole.run, dataset: folder.url.path
    ).run()
    #expect(evaluation.images == 10)
    #expect(evaluation.part == "validation")
    #expect(evaluation.accuracy == whole.accuracy)
    let learned = try await EvaluateCommand(
      checkpoint: whole.run, dataset: folder.url.path, split: .training
    ).run()
    #expect(learned.images == 30)
    #expect(learned.part == "training")
    let copy = runs.url.appendingPathComponent("copy.safetensors")
    try FileManager.default.copyItem(
      at: URL(fileURLWithPath: whole.run).appendingPathComponent("checkpoint.safetensors"),
      to: copy)
    let all = try await EvaluateCommand(checkpoint: copy.path, dataset: folder.url.path).run()
    #expect(all.images == 40)
    #expect(all.part == "all")
    try folder.fill("other/", count: 1)
    let error = await #expect(throws: CommandError.self) {
      try await EvaluateCommand(checkpoint: whole.run, dataset: folder.url.path).run()
    }
    #expect(error?.description.contains("has the classes bright, dark, other") == true)
  }

  @Test func `what is refused leaves the run as it was`() async throws {
    let folder = try PictureFolder()
    try folder.fill(count: 8)
    let runs = try PictureFolder()
    let run = RunFolder(runs.url.appendingPathComponent("run"))
    var command = TrainCommand(dataset: folder.url.path, output: run.url.path)
    (command.epochs, command.batchSize) = (1, 8)
    _ = try await command.run()
    let (configuration, manifest) = (
      try Data(contentsOf: run.configuration), try Data(contentsOf: run.manifest)
    )
    try folder.picture("dark/3.pgm", number: 70, isBright: false)
    var further = TrainCommand(output: run.url.path, isResumed: true)
    further.epochs = 2
    let changed = await #expect(throws: CommandError.self) { try await further.run() }
    #expect(changed?.description.contains("put the images back") == true)
    #expect(try Data(contentsOf: run.configuration) == configuration)
    #expect(try Data(contentsOf: run.manifest) == manifest)

    let damage = manifest.prefix(40)
    try damage.write(to: run.manifest)
    let damaged = await #expect(throws: CommandError.self) { try await further.run() }
    #expect(damaged?.description.contains("run.json") == true)
    #expect(try Data(contentsOf: run.configuration) == configuration)
    #expect(try Data(contentsOf: run.manifest) == damage)
  }

  @Test func `a damaged image ends a training by name, or is left out`() async throws {
    let folder = try PictureFolder()
    try folder.fill(count: 8)
    try folder.write("dark/3.pgm", Data("P5 32 32 255\n".utf8))
    var command = TrainCommand(dataset: folder.url.path)
    command.epochs = 1
    command.batchSize = 4
    let runs = try PictureFolder()
    command.output = runs.url.appendingPathComponent("fail").path
    let error = await #expect(throws: DamagedImage.self) { try await command.run() }
    #expect(error?.name == "dark/3.pgm")
    #expect(error?.reason.hasPrefix("it ") == true, "\(error?.reason ?? "")")
    command.images.damagedImages = .skip
    command.output = runs.url.appendingPathComponent("skip").path
    let report = try await command.run()
    #expect(!report.wasStopped)
    var evaluation = EvaluateCommand(
      checkpoint: report.run, dataset: folder.url.path, split: .training)
    evaluation.damagedImages = .skip
    let validation = try await evaluation.run()
    evaluation.split = .test
    let measured = try await evaluation.run()
    #expect(validation.images + measured.images == 15)
    #expect(validation.damaged + measured.damaged == 1)
  }

  @Test func `a class alone, or with one image, is a fault of a folder`() async throws {
    let folder = try PictureFolder()
    for number in 0..<4 { try folder.picture("one/\(number).pgm", number: number, isBright: true) }
    let alone = try await DataCommand(DatasetRequest(folder.url.path)).run()
    #expect(alone.problems.map(\.kind) == [.singleClass])
    try folder.picture("rare/9.pgm", number: 9, isBright: false)
    let rare = try await DataCommand(DatasetRequest(folder.url.path)).run()
    #expect(rare.problems.map(\.kind) == [.rareClass])
  }

  @Test func `a share for validation has no place where there are parts`() async throws {
    let folder = try PictureFolder()
    try folder.fill("train/", count: 2)
    try folder.fill("val/", count: 2, first: 10)
    var command = TrainCommand(dataset: folder.url.path)
    command.images.validation = 0.5
    let error = await #expect(throws: CommandError.self) { try await command.run() }
    #expect(error?.description.contains("is in parts already, the folders train and val") == true)
  }

  @Test func `options that contradict each other are refused before anything is read`() throws {
    var command = TrainCommand(dataset: "mnist-mini")
    command.images.mixup = 0.2
    command.recipe.loss = .focal
    #expect(throws: CommandError.self) { try TrainConfiguration(command) }
    command.recipe.loss = nil
    #expect(
      try TrainConfiguration(command).learnerSettings(headPaths: []).loss == .softCrossEntropy())
    command.images.mixup = -1
    #expect(throws: CommandError.self) { try TrainConfiguration(command) }
  }
}
