import FoveaGraph
import FoveaLayers
import FoveaTensors
import Foundation
import FuzzSupport
import OrderedCollections
import Testing

@testable import FoveaFormats

@Suite struct FoveaModelFileTests {
  static let model = Result {
    let network = try Model(input: [3, 8, 8]) {
      FoveaLayers.Conv2d(4, kernel: 3, stride: 2, bias: false)
      FoveaLayers.BatchNorm2d()
      FoveaLayers.ReLU()
      FoveaLayers.Flatten()
      FoveaLayers.Linear(5)
    }
    var information = ModelInformation()
    information.name = "small"
    information.preprocessing = Preprocessing(mean: [0.5, 0.4, 0.3], deviation: [0.2, 0.2, 0.1])
    information.preprocessing?.resizedShorterSide = 10
    information.preprocessing?.centerCrop = [8, 8]
    information.labels = ["a", "b", "c", "d", "ö 🐈"]
    information.postprocessing = .softmax
    information.recipe = ["optimizer": "sgd"]
    information.metrics = ["accuracy": 0.75, "loss": .infinity]
    information.evidence = [
      ParityEvidence(
        comparison: "x", inputs: "random", count: 4, largestDifference: 0, largestOutput: 3,
        topOneAgreement: 1)
    ]
    return PortableModel(
      graph: network.inference, weights: network.initialWeights(seed: 1), information: information)
  }

  /// A file whose header says something else.
  static func file(
    _ change: (inout Safetensors) throws -> Void
  ) throws -> Data {
    var contents = try Safetensors(decoding: FoveaModelFile.encoded(model.get()))
    try change(&contents)
    return try contents.encoded()
  }

  static func problem(_ data: Data) -> ModelFileError.Problem? {
    do {
      _ = try PortableModel(decoding: data)
      return nil
    } catch {
      return (error as? ModelFileError)?.problem
    }
  }

  @Test func `what is written is read again, mapped and from memory`() throws {
    let model = try Self.model.get()
    let data = try FoveaModelFile.encoded(model)
    #expect(try FoveaModelFile.encoded(model) == data)
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).fovea")
    defer { try? FileManager.default.removeItem(at: url) }
    try AtomicFile.write(data, to: url)
    for read in [try PortableModel(decoding: data), try PortableModel(contentsOf: url)] {
      #expect(read.graph == model.graph)
      #expect(read.weights == model.weights)
      #expect(read.information == model.information)
    }
    #expect(try WeightFile(contentsOf: url).format == .foveaModel)
    // The weights outlive the file that they were mapped from.
    let kept = try PortableModel(contentsOf: url).weights
    try AtomicFile.write(Data("gone".utf8), to: url)
    #expect(kept == model.weights)
  }

  @Test func `graph and weights that do not belong together are refused`() throws {
    let name = "4.weight"
    #expect(
      try Self.problem(Self.file { $0.weights.tensors[name] = nil }) == .missingTensor(name))
    #expect(
      try Self.problem(Self.file { $0.weights["extra"] = Tensor(1) }) == .unusedTensor("extra"))
    #expect(
      try Self.problem(Self.file { $0.weights[name] = Tensor(zeros: [5, 1]) })
        == .tensor(name, expected: [5, 36], actual: [5, 1]))
    #expect(
      try Self.problem(Self.file { $0.weights[name] = Tensor(zeros: [5, 36], of: .int32) })
        == .tensor(name, expected: [5, 36], actual: [5, 36]))
    var model = try Self.model.get()
    model.weights[name] = nil
    #expect(throws: ModelFileError(file: "the file", problem: .missingTensor(name))) {
      try FoveaModelFile.encoded(model)
    }
  }

  @Test func `other versions, damaged descriptions and impossible numbers are refused`() throws {
    func header(_ change: (String) -> String) throws -> ModelFileError.Problem? {
      Self.problem(
        try Self.file {
          $0.metadata[FoveaModelFile.headerKey] = change(
            $0.metadata[FoveaModelFile.headerKey] ?? "")
        })
    }
    #expect(
      try header { $0.replacing("\"formatVersion\":1", with: "\"formatVersion\":2") } == .version(2)
    )
    #expect(try header { _ in "{\"formatVersion\":9}" } == .version(9))
    for text in ["", "[]", "{\"formatVersion\":1}", "{\"formatVersion\":1e99}"] {
      guard case .damaged = try header({ _ in text }) else {
        Issue.record("\(text) was read")
        continue
      }
    }
    for (old, new) in [
      ("\"deviation\":[0.2", "\"deviation\":[0"), ("\"mean\":[0.5,", "\"mean\":["),
      ("\"resizedShorterSide\":10", "\"resizedShorterSide\":-10"), ("[8,8]", "[8]"),
      ("\"node\":", "\"node\":9"), ("Conv2d", "Conv9d"),
    ] {
      var isChanged = false
      let problem = try header {
        let text = $0.replacing(old, with: new, maxReplacements: 1)
        isChanged = text != $0
        return text
      }
      #expect(isChanged, "\(old)")
      guard case .damaged = problem else {
        Issue.record("\(new) was read: \(String(describing: problem))")
        continue
      }
    }
  }

  @Test func `files without network or weights are told apart`() throws {
    #expect(Self.problem(try Self.file { $0.metadata = [:] }) == .weightsAlone)
    #expect(
      Self.problem(try Self.file { $0.metadata = [WeightFile.checkpointKey: "{}"] })
        == .checkpoint)
    #expect(Self.problem(Data("{}".utf8)) == .graphAlone)
    #expect(Self.problem(try Data(contentsOf: PyTorchGolden.url("protocol2"))) == .weightsAlone)
    #expect(Self.problem(Data("hello".utf8)) == .unknown)
  }

  @Test func `messages say what is wrong, then what to do`() {
    let problems: [ModelFileError.Problem] = [
      .weightsAlone, .graphAlone, .checkpoint, .version(3), .damaged(reason: "x"),
      .missingTensor("a"), .unusedTensor("a"), .tensor("a", expected: [1], actual: [2]), .unknown,
    ]
    for problem in problems {
      let text = ModelFileError(file: "f", problem: problem).description
      #expect(text.hasPrefix("f: ") && text.contains(";"), "\(text)")
    }
  }

  @Test func `damaged files are read or refused`() throws {
    let model = try Self.model.get()
    let original = Array(try FoveaModelFile.encoded(model))
    var readCount = 0
    for round in 0..<Fuzz.rounds {
      let bytes = Fuzz.file(from: [original], round: round, named: "fovea")
      if (try? PortableModel(decoding: Data(bytes))) != nil { readCount += 1 }
    }
    #expect(readCount > Fuzz.rounds / 100)
    // The description alone, so that the damage stays JSON.
    let contents = try Safetensors(decoding: Data(original))
    let header = Data((contents.metadata[FoveaModelFile.headerKey] ?? "").utf8)
    for round in 0..<Fuzz.rounds / 4 {
      var random = SeededChoices(seed: round, named: "fovea header")
      var tokens = JSONTokens(header)
      for _ in 0..<random.integer(1...3) { tokens.mutate(&random) }
      var damaged = contents
      damaged.metadata[FoveaModelFile.headerKey] = String(decoding: tokens.data, as: UTF8.self)
      _ = try? PortableModel(decoding: damaged.encoded())
    }
  }
}
