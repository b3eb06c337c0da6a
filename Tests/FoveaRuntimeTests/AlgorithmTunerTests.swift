import Foundation
import FoveaLayers
import FoveaTensors
import Testing

@testable import FoveaRuntime

@Suite struct AlgorithmTunerTests {
  /// Eight by eight pixels, where two algorithms cost about the same.
  private static func model() throws -> Model {
    try Model(input: [16, 7, 7]) { Conv2d(16, kernel: 3, padding: 1) }
  }

  private static func temporaryFile() -> URL {
    FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID())/algorithms.json")
  }

  private func run(_ tuner: AlgorithmTuner?, _ options: PlanOptions = PlanOptions()) throws
    -> Tensor
  {
    let model = try Self.model()
    let program = try Program(
      model.inference, variables: VariableStore(model.initialWeights(seed: 3)),
      pool: ThreadPool(threads: 1), options: options, tuner: tuner)
    let image = Tensor(
      [1, 16, 7, 7], (0..<16 * 49).map { Float($0 % 23) / 23 - 0.5 })
    try program.run([Model.inputName: image])
    return try program.output(Model.outputName)
  }

  @Test func `a choice is kept in the file and comes back`() throws {
    let file = Self.temporaryFile()
    defer { try? FileManager.default.removeItem(at: file.deletingLastPathComponent()) }
    let first = AlgorithmTuner(file: file)
    let result = try run(first)
    #expect(!first.choices.isEmpty)
    let second = AlgorithmTuner(file: file)
    #expect(second.choices == first.choices)
    #expect(try run(second).floats == result.floats)
    #expect(second.choices == first.choices)
  }

  @Test func `what is known is obeyed, and what is no algorithm is timed again`() throws {
    let timed = AlgorithmTuner()
    _ = try run(timed)
    let key = try #require(timed.choices.keys.first)
    var results: [[Float]] = []
    for name in ["direct", "winograd2x2", "winograd4x4"] {
      let tuner = AlgorithmTuner()
      tuner.adopt([key: name])
      results.append(try run(tuner).floats)
    }
    // Another algorithm rounds elsewhere; at least two were close enough to be obeyed.
    #expect(Set(results).count >= 2)
    let wrong = AlgorithmTuner()
    wrong.adopt([key: "guess"])
    _ = try run(wrong)
    #expect(wrong.choices[key] != "guess")
  }

  @Test func `exact convolutions leave nothing to choose`() throws {
    let tuner = AlgorithmTuner()
    _ = try run(tuner, PlanOptions(precision: .exactConvolution))
    #expect(tuner.choices.isEmpty)
  }

  @Test(arguments: ["", "no json", "[1]", "{\"a\": 1}"])
  func `a damaged file counts as none`(_ text: String) throws {
    let file = Self.temporaryFile()
    defer { try? FileManager.default.removeItem(at: file.deletingLastPathComponent()) }
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
    let tuner = AlgorithmTuner(file: file)
    #expect(tuner.choices.isEmpty)
    _ = try run(tuner)
    #expect(AlgorithmTuner(file: file).choices == tuner.choices)
  }

  @Test func `a file that cannot be written is no error`() throws {
    let tuner = AlgorithmTuner(file: URL(fileURLWithPath: "/proc/none/algorithms.json"))
    _ = try run(tuner)
    #expect(!tuner.choices.isEmpty)
  }
}
