import FoveaData
import FoveaTensors
import FoveaTraining
import Foundation
import Testing

private struct Logs {
  let folder: URL
  let csv: CSVLogger
  let lines: JSONLinesLogger
  let board: TensorBoardLogger

  init(_ folder: URL, after progress: TrainingProgress? = nil) throws {
    self.folder = folder
    csv = try CSVLogger(
      steps: folder.appendingPathComponent("steps.csv"),
      epochs: folder.appendingPathComponent("metrics.csv"), metrics: ["accuracy", "top3"],
      after: progress)
    lines = try JSONLinesLogger(folder.appendingPathComponent("log.jsonl"), after: progress)
    board = try TensorBoardLogger(folder: folder, stepsPerEpoch: 7, after: progress)
  }

  var all: [any TrainingLogger] { [csv, lines, board] }

  func text(_ name: String) throws -> [Substring] {
    try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
      .split(separator: "\n")
  }

  /// The objects of the JSON lines, without what differs from run to run.
  func objects() throws -> [NSDictionary] {
    try text("log.jsonl").map { line in
      let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
      var fields = try #require(object as? [String: Any])
      fields["seconds"] = nil
      fields["waitSeconds"] = nil
      return fields as NSDictionary
    }
  }
}

@Suite struct LoggerTests {
  private static func folder() -> URL {
    FileManager.default.temporaryDirectory.appendingPathComponent("fovea-\(UUID())")
  }

  private static let schedule = Schedule.fastaiOneCycle(maxLearningRate: 0.05)

  @Test func `a resumed training leaves the logs of one that was not stopped`() async throws {
    let (first, second) = (Self.folder(), Self.folder())
    defer { for folder in [first, second] { try? FileManager.default.removeItem(at: folder) } }
    // Two epochs of seven steps.
    let whole = try Logs(first)
    try await LearnerTests.learner().fit(
      epochs: 2, schedule: Self.schedule, observers: whole.all)

    var logs = try Logs(second)
    let stopped = try LearnerTests.learner()
    try await stopped.fit(
      epochs: 2, schedule: Self.schedule, observers: logs.all + [StopAfter(5)])
    let checkpoint = stopped.checkpoint
    // Goes on to the end, as if its last checkpoint were lost.
    try await stopped.resume(observers: logs.all)
    #expect(logs.csv.steps.count == 14)

    logs = try Logs(second, after: checkpoint.progress)
    #expect(logs.csv.steps.count == 5)
    #expect(try logs.text("log.jsonl").count == 5)
    #expect(try logs.text("metrics.csv").count == 1)
    let (training, validation) = try LearnerTests.loaders(images: 400, batchSize: 64)
    try await Learner(resuming: checkpoint, training: training, validation: validation, threads: 2)
      .resume(observers: logs.all)
    #expect(try logs.objects() == whole.objects())
    #expect(try logs.objects().count == 16)
    #expect(try logs.text("steps.csv").count == 15)
    let table = try logs.text("metrics.csv")
    #expect(table[0] == "epoch,train_loss,validation_loss,accuracy,top3,seconds")
    #expect(table.count == 3 && table[2].hasPrefix("2,"))
    for logger in logs.all { #expect(logger.failure == nil) }
  }

  /// A Python that has TensorBoard (Scripts/tensorboard-python.sh); `nil` where none is named.
  private static let python = ProcessInfo.processInfo.environment["PYTHON"]
  private static let whatIsMissing: Comment =
    "PYTHON names no Python with TensorBoard; make test-full makes one"

  /// What TensorBoard's own reader finds in a folder.
  private static func reading(of folder: URL) throws -> BoardReading {
    let python = try #require(python)
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Tools/tensorboard/read_events.py")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = [script.path, folder.path]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(
      process.terminationStatus == 0,
      "\(python) has not what Tools/tensorboard/requirements.txt names, or failed")
    return try JSONDecoder().decode(BoardReading.self, from: data)
  }

  @Test(.enabled(if: python != nil, whatIsMissing))
  func `TensorBoard reads the scalars of a training that was stopped and resumed`() async throws {
    let folder = Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let stopped = try LearnerTests.learner()
    try await stopped.fit(
      epochs: 2, schedule: Self.schedule, observers: Logs(folder).all + [StopAfter(5)])
    let logs = try Logs(folder, after: stopped.checkpoint.progress)
    try await stopped.resume(observers: logs.all)
    let csv = logs.csv
    let read = try Self.reading(of: folder)
    #expect(read.versions == ["brain.Event:2"])
    let losses = try #require(read.scalars["step/loss"])
    #expect(losses.map { $0[0] } == (1...14).map(Double.init))
    #expect(losses.map { Float($0[1]) } == csv.steps.map(\.loss))
    let rates = read.scalars["step/learning rate"]?.map { Float($0[1]) }
    #expect(rates == csv.steps.map(\.learningRate))
    let momenta = read.scalars["step/momentum"]?.map { Float($0[1]) }
    #expect(momenta == csv.steps.map(\.momentum))
    #expect(read.scalars["epoch/accuracy"]?.map { $0[0] } == [7, 14])
    let validation = read.scalars["epoch/validation loss"]?.map { Float($0[1]) }
    #expect(validation == csv.epochs.map { Float($0.validationLoss ?? 0) })
  }

  @Test(.enabled(if: python != nil, whatIsMissing))
  func `TensorBoard reads pictures and histograms`() throws {
    let folder = Self.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    let board = try TensorBoardLogger(folder: folder, stepsPerEpoch: 7)
    try board.record(
      image: RasterImage(height: 3, width: 5, color: [200, 100, 0]), tag: "picture", step: 2)
    board.record(histogramOf: [-1, 0, 0.5, 3], tag: "weights", step: 4)
    #expect(board.failure == nil)
    let read = try Self.reading(of: folder)
    let picture = try #require(read.images["picture"]?.first)
    #expect(Array(picture.prefix(3)) == [2, 5, 3])
    #expect(picture[3] > 60)
    let histogram = try #require(read.histograms["weights"]?.first)
    #expect(histogram == [4, 4, -1, 3, 2.5])
  }

  @Test func `a log that cannot be begun is an error that names the file`() throws {
    let file = Self.folder()
    defer { try? FileManager.default.removeItem(at: file) }
    try Data().write(to: file)
    let inside = file.appendingPathComponent("log")
    #expect { try JSONLinesLogger(inside.appendingPathComponent("log.jsonl")) } throws: {
      "\($0)".contains(inside.path) && "\($0)".contains("cannot be written")
    }
    #expect { try TensorBoardLogger(folder: inside, stepsPerEpoch: 7) } throws: {
      "\($0)".contains(inside.path) && "\($0)".contains("cannot be written")
    }
  }

  private struct BoardReading: Decodable {
    let versions: [String]
    let scalars: [String: [[Double]]]
    let images: [String: [[Double]]]
    let histograms: [String: [[Double]]]
  }
}
