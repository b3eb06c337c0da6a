import Foundation
import FoveaData
import FoveaTensors
import FoveaTraining
import Testing

@testable import FoveaCommands

/// A folder with folders of runs that nobody trained, removed with the test.
private final class Project {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
      .resolvingSymlinksInPath()
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  @discardableResult
  func run(_ path: String) throws -> RunFolder {
    let run = RunFolder(url.appendingPathComponent(path))
    try FileManager.default.createDirectory(at: run.url, withIntermediateDirectories: true)
    try run.write(TrainConfiguration(TrainCommand(dataset: "mnist-mini")), to: run.configuration)
    return run
  }

  func names() throws -> [String] {
    var filter = RunFilter()
    filter.sort = .folder
    return try ListRunsCommand(project: url.path, filter: filter).run().runs.map(\.name)
  }
}

@Suite struct RunTests {
  @Test func `the database takes many writers at once`() async throws {
    let project = try Project()
    let count = 24
    let runs = try (0..<count).map { try project.run("runs/\($0)") }
    let url = project.url
    try await withThrowingTaskGroup { group in
      for run in runs { group.addTask { try RunIndex(project: url).register(run) } }
      try await group.waitForAll()
    }
    #expect(try RunIndex(project: url).runs().count == count)
  }

  @Test func `runs are found where they may be, and nowhere else`() throws {
    let project = try Project()
    for path in ["one", "a/b/c/four", "a/b/c/d/five", ".hidden/run", "one/inside"] {
      try project.run(path)
    }
    try FileManager.default.createSymbolicLink(
      at: project.url.appendingPathComponent("link"),
      withDestinationURL: project.url.appendingPathComponent("a/b/c/d"))
    #expect(try project.names() == ["four", "one"])
  }

  @Test func `a run that is reached by two paths is one, and is kept`() throws {
    let project = try Project()
    let run = try project.run("disk/run")
    let link = project.url.appendingPathComponent("link")
    try FileManager.default.createSymbolicLink(
      at: link, withDestinationURL: project.url.appendingPathComponent("disk"))
    try RunIndex(project: project.url).register(RunFolder(link.appendingPathComponent("run")))
    #expect(try project.names() == ["run"])
    var prune = PruneRunsCommand(project: project.url.path)
    (prune.keepBest, prune.deletes) = (1, true)
    #expect(try prune.run().runs.isEmpty)
    #expect(run.hasConfiguration)

    // Moved, with a link where it was.
    try FileManager.default.moveItem(
      at: run.url, to: project.url.appendingPathComponent("moved"))
    try FileManager.default.createSymbolicLink(
      at: run.url, withDestinationURL: project.url.appendingPathComponent("moved"))
    #expect(try project.names() == ["moved"])
  }

  @Test func `a folder that is trained in is locked, also where it is moved`() throws {
    let project = try Project()
    let folder = try RunFolder.create(at: project.url.appendingPathComponent("a").path, name: "")
    try withExtendedLifetime(RunLock(folder)) {
      #expect(RunLock.isHeld(folder))
      #expect(throws: CommandError.training(folder.url.path)) { try RunLock(folder) }
      let moved = RunFolder(project.url.appendingPathComponent("b"))
      try FileManager.default.moveItem(at: folder.url, to: moved.url)
      #expect(RunLock.isHeld(moved) && !RunLock.isHeld(folder))
      try FileManager.default.moveItem(at: moved.url, to: folder.url)
    }
    #expect(!RunLock.isHeld(folder))
    // What a training leaves that failed before its first file is no run.
    #expect(try RunFolder.create(at: folder.url.path, name: "").url.path == folder.url.path)
  }

  @Test func `numbers that no run has are damage`() throws {
    let project = try Project()
    let run = try project.run("run")
    let most = "\(Int.max)"
    try Data("epoch,train_loss,seconds\n1,0.5,2\n\(most),1,1\n1e15,1,1\n".utf8)
      .write(to: run.metrics)
    #expect(run.readEpochs().map(\.epoch) == [1])
    let rows = ["1,1,1,1,1,1,1", "1,\(most),1,1,1,1,1", "\(most),1,1,1,1,1,1"]
    try Data(("header\n" + rows.joined(separator: "\n")).utf8).write(to: run.steps)
    #expect(run.readSteps().map(\.step) == [0])

    let images = try ImageDataset(
      name: "x", images: Tensor([1, 1, 1, 1], [UInt8(0)]), labels: [0], classNames: ["a"],
      normalization: Normalization(mean: [0], deviation: [1]))
    func write(version: Int = 1, firstStep: Int = 0, epochs: Int = 1) throws {
      let session = RunSession(
        started: Date(), ended: nil, outcome: .stopped, reason: nil, firstStep: firstStep,
        epochs: epochs, environment: try RunEnvironment.current(threads: 1), code: nil)
      try run.write(
        RunManifest(
          formatVersion: version, id: "x", seed: 0, options: [:],
          data: DataFingerprint(training: images, validation: images), startingWeights: nil,
          sessions: [session]), to: run.manifest)
    }
    try write()
    #expect(try run.readManifest().sessions.count == 1)
    try write(version: 2)
    #expect(throws: CommandError.self) { try run.readManifest() }
    for step in [-1, 1 << 53, Int.max] {
      try write(firstStep: step)
      #expect(throws: CommandError.self) { try run.readManifest() }
    }
    for epochs in [0, 1_000_001, Int.max] {
      try write(epochs: epochs)
      #expect(throws: CommandError.self) { try run.readManifest() }
    }
    for (step, count) in [(0, 1), (Int.max, nil)] as [(Int, Int?)] {
      let finding = HealthFinding(kind: .noLearning, step: step, layer: nil, evidence: "")
      try run.write([finding], to: run.health)
      #expect(run.readFindings()?.count == count)
    }
    _ = try RunPage(run).page.html()
  }

  @Test(.timeLimit(.minutes(1)))
  func `files that are none, too large or damaged stop nothing`() throws {
    let project = try Project()
    try project.run("good")
    let pipe = try project.run("pipe")
    try FileManager.default.removeItem(at: pipe.configuration)
    #expect(mkfifo(pipe.configuration.path, 0o600) == 0)
    let table = try project.run("table")
    try Data("epoch,train_loss,seconds\n1,0.5,2\nx,y\n-1,1,1\n2,inf,1\n".utf8)
      .write(to: table.metrics)
    try Data("step\n1,2,3\n\u{0}".utf8).write(to: table.steps)
    try Data([0xff, 0xfe, 0x00]).write(to: table.manifest)
    #expect(try project.names() == ["good", "table"])
    #expect(table.readEpochs().map(\.epoch) == [1, 2])
    #expect(table.readSteps().isEmpty)
    #expect(throws: CommandError.self) { try pipe.readConfiguration() }
    #expect(try ShowRunCommand(table.url.path).run().summary.outcome == .interrupted)
  }

  @Test func `only the steps that count make the parts of a run`() throws {
    func phases(_ sessions: [(Int, Int)]) throws -> [[Int]] {
      let environment = try RunEnvironment.current(threads: 1)
      return ReproduceCommand.phases(
        sessions.map { first, epochs in
          RunSession(
            started: Date(), ended: nil, outcome: .stopped, reason: nil, firstStep: first,
            epochs: epochs, environment: environment, code: nil)
        }
      ).map { [$0.firstStep, $0.epochs] }
    }
    #expect(try phases([(0, 5)]) == [[0, 5]])
    #expect(try phases([(0, 5), (40, 5), (70, 5)]) == [[0, 5]])
    #expect(try phases([(0, 2), (20, 4), (30, 6)]) == [[0, 2], [20, 4], [30, 6]])
    // Killed before its first checkpoint: nothing of it is left.
    #expect(try phases([(0, 2), (0, 4)]) == [[0, 4]])
    #expect(try phases([(0, 2), (20, 4), (20, 2)]) == [[0, 2]])
  }

  @Test func `a fingerprint changes with pixels and labels`() throws {
    func images(pixel: UInt8 = 7, label: Int32 = 1) throws -> ImageDataset {
      let bytes = [UInt8](repeating: 0, count: 15) + [pixel]
      return try ImageDataset(
        name: "x", images: Tensor([4, 1, 2, 2], bytes), labels: [0, 1, 0, label],
        classNames: ["a", "b"], normalization: Normalization(mean: [0], deviation: [1]))
    }
    let plain = try DataFingerprint(training: images(), validation: images())
    #expect(plain.training == plain.validation && plain.method == .contents)
    #expect(
      try plain.difference(from: DataFingerprint(training: images(), validation: images())) == nil)
    let others = [try images(pixel: 8), try images(label: 0)]
    for other in others {
      let changed = try DataFingerprint(training: other, validation: images())
      #expect(
        changed.difference(from: plain) == "the 4 training images or their labels are others")
    }
  }

  @Test func `lines of a table are read as RFC 4180 has them`() {
    #expect(csvCells("a,1,2") == ["a", "1", "2"])
    #expect(csvCells("\"a,b\",\"say \"\"no\"\"\",") == ["a,b", "say \"no\"", ""])
    for text in ["plain", "with, comma", "say \"no\"", "\"", ""] {
      #expect(csvCells(csvCell(text)[...]) == [text])
    }
  }

  @Test func `a command line says what a configuration does, and a shell reads it`() throws {
    var command = TrainCommand(dataset: "mnist-mini")
    command.recipe.frozen = ["0.*", "1 .*"]
    command.recipe.clipNorm = 2
    command.recipe.normalizationGroups = 8
    command.recipe.threePhase = true
    command.dropLast = true
    command.data = "it's here"
    let line = try TrainConfiguration(command).commandLine
    #expect(line.hasPrefix("fovea train mnist-mini --batch-size 64 --clip-norm 2.0"))
    #expect(line.contains("--data 'it'\\''s here'") && line.contains("--drop-last --epochs 5"))
    #expect(line.contains("--freeze '0.*' --freeze '1 .*'"))
    #expect(line.contains("--norm 'group:8'") && line.contains("--three-phase"))
    #expect(!line.contains("none") && !line.contains("--augment"))
    let digits = try TrainConfiguration(TrainCommand(dataset: "mnist-mini"))
    #expect(digits.options["--data"] == "found by name")
    #expect(digits.options["--temperature"] == nil && digits.options["--zero-gamma"] == "no")
    command.recipe.teacher = "run"
    let taught = try TrainConfiguration(command)
    #expect(taught.options["--loss"] == "distillation")
    #expect(taught.options["--teacher-share"] == "0.9")
    #expect(!taught.commandLine.contains("--loss"))
    #expect(taught.commandLine.contains("--teacher run --teacher-share 0.9 --temperature 4.0"))
    #expect(quoted("") == "''" && quoted("a b") == "'a b'")
  }
}
