import Foundation
import FoveaTensors
import FuzzSupport
import Testing

@testable import FoveaFormats

/// What Tools/golden/pytorch_files.py recorded.
enum PyTorchGolden {
  static func url(_ name: String, _ suffix: String = "pth") throws -> URL {
    try #require(
      Bundle.module.url(
        forResource: name, withExtension: suffix, subdirectory: "Golden/pytorch"))
  }

  static let expected = Result {
    try Safetensors(contentsOf: url("expected", "safetensors")).weights
  }

  /// The tensors that a file was made of, by name.
  static func tensors(of file: String) throws -> [String: Tensor] {
    let all = try expected.get().tensors.filter { $0.key.hasPrefix(file + "/") }
    return Dictionary(
      uniqueKeysWithValues: all.map { (String($0.key.dropFirst(file.count + 1)), $0.value) })
  }
}

@Suite struct PyTorchFileTests {
  static let files =
    (2...5).flatMap { ["protocol\($0)", "legacy\($0)"] } + [
      "deflated", "parameters", "element_types", "legacy_element_types", "strided",
      "legacy_strided", "checkpoint", "legacy_checkpoint", "nested", "average",
    ]

  @Test(arguments: files)
  func `holds what PyTorch saved`(name: String) throws {
    let file = try PyTorchFile(contentsOf: PyTorchGolden.url(name))
    let expected = try PyTorchGolden.tensors(of: name)
    #expect(!expected.isEmpty)
    #expect(Set(file.weights.names) == Set(expected.keys))
    for (key, tensor) in expected { #expect(file.weights[key] == tensor, "\(key)") }
    let decoded = try PyTorchFile(decoding: Data(contentsOf: PyTorchGolden.url(name)))
    #expect(decoded.weights == file.weights)
  }

  @Test func `names keep the file's order`() throws {
    let file = try PyTorchFile(contentsOf: PyTorchGolden.url("protocol2"))
    #expect(Array(file.weights.names.prefix(3)) == ["conv.weight", "conv.bias", "norm.weight"])
    #expect(file.entry.isEmpty && file.otherEntries.isEmpty && file.skippedKeys.isEmpty)
  }

  @Test(arguments: ["checkpoint", "legacy_checkpoint"])
  func `a checkpoint's weights are found, and others on request`(name: String) throws {
    let url = try PyTorchGolden.url(name)
    let file = try PyTorchFile(contentsOf: url)
    #expect(file.entry == "state_dict")
    #expect(file.otherEntries.contains("ema"))
    let plain = try #require(file.weights["module.fc.bias"])
    let average = try PyTorchFile(contentsOf: url, entry: "ema")
    #expect(average.weights["fc.bias"]?.floats == plain.floats.map { $0 * 2 })
    let error = #expect(throws: PyTorchFileError.self) {
      try PyTorchFile(contentsOf: url, entry: "teacher")
    }
    guard case .noEntry("teacher", let entries) = error?.problem else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(entries.contains("state_dict") && entries.contains("ema"))
  }

  @Test func `nested dictionaries and moving averages alone are found`() throws {
    #expect(try PyTorchFile(contentsOf: PyTorchGolden.url("nested")).entry == "model.state_dict")
    #expect(try PyTorchFile(contentsOf: PyTorchGolden.url("average")).entry == "model_ema")
  }

  @Test func `writing to a tensor of a mapped file leaves the file and copies alone`() throws {
    let url = try PyTorchGolden.url("protocol2")
    let before = try Data(contentsOf: url)
    let file = try PyTorchFile(contentsOf: url)
    let name = "fc.weight"
    var tensor = try #require(file.weights[name])
    let first = tensor.floats
    tensor.withUnsafeMutableElements(of: Float.self) { $0[0] = 77 }
    #expect(tensor.floats[0] == 77)
    #expect(file.weights[name]?.floats == first)
    #expect(try Data(contentsOf: url) == before)
  }

  @Test(arguments: [
    ("harmful", "posix.system"), ("legacy_harmful", "posix.system"),
    ("module", "torch.nn.modules.container.Sequential"), ("complex", "torch.ComplexFloatStorage"),
  ])
  func `what is no weight is refused by its name`(name: String, global: String) throws {
    let url = try PyTorchGolden.url(name)
    #expect(throws: PyTorchFileError(file: url.path, problem: .forbiddenGlobal(global))) {
      try PyTorchFile(contentsOf: url)
    }
    #expect(!FileManager.default.fileExists(atPath: "harmed"))
  }

  @Test func `a file without a dictionary of tensors is refused`() throws {
    let url = try PyTorchGolden.url("list")
    #expect(throws: PyTorchFileError(file: url.path, problem: .noWeights(keys: []))) {
      try PyTorchFile(contentsOf: url)
    }
  }

  @Test func `damaged files are read or refused, within the bound`() throws {
    let originals = try (Self.files + ["harmful", "legacy_harmful"]).map {
      Array(try Data(contentsOf: PyTorchGolden.url($0)))
    }
    let largest = originals.map(\.count).max() ?? 0
    var (readCount, forbidden) = (0, 0)
    for round in 0..<Fuzz.rounds {
      let bytes = Data(Fuzz.file(from: originals, round: round, named: "pth"))
      do {
        let file = try PyTorchFile(decoding: bytes)
        let byteCount = file.weights.tensors.values.reduce(0) { $0 + $1.byteCount }
        #expect(byteCount <= 1 << 20 + 16 * 1032 * largest, "round \(round)")
        readCount += 1
      } catch {
        if case .forbiddenGlobal = error.problem { forbidden += 1 }
        #expect(error.description.utf8.count < 6000, "round \(round)")
      }
    }
    #expect(readCount > Fuzz.rounds / 100)
    #expect(forbidden > Fuzz.rounds / 100)
  }
}
