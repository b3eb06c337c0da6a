import Foundation
import FoveaTensors
import OrderedCollections
import FuzzSupport
import Testing

@testable import FoveaFormats

@Suite struct WeightFitTests {
  static let slots = [
    WeightSlot("conv1.weight", [2, 3, 1, 1]), WeightSlot("bn1.weight", [2]),
    WeightSlot("fc.weight", [5, 2]), WeightSlot("fc.bias", [5]),
    WeightSlot("aux.weight", [4], isRequired: false),
  ]

  /// Numbers counted up over all slots.
  static func weights(_ prefix: String = "", of slots: [WeightSlot] = slots) -> Weights {
    var weights = Weights()
    var next: Float = 1
    for slot in slots where slot.isRequired {
      weights[prefix + slot.name] = Tensor(
        slot.shape, (0..<slot.shape.elementCount).map { next + Float($0) })
      next += Float(slot.shape.elementCount)
    }
    return weights
  }

  static let initial = weights().tensors.mapValues { Tensor(zeros: $0.shape) }

  static func fitted(
    _ weights: Weights, _ change: (inout WeightOptions) -> Void = { _ in }
  ) throws(WeightMismatch) -> (weights: Weights, report: WeightReport) {
    var options = WeightOptions()
    change(&options)
    return try weights.fitted(to: slots, initial: Weights(initial), options: options)
  }

  @Test(arguments: ["", "module.", "module.model.", "_orig_mod.module.", "backbone."])
  func `wrappers' prefixes are taken away`(prefix: String) throws {
    var file = Self.weights(prefix)
    file[prefix + "bn1.num_batches_tracked"] = Tensor(.scalar, [Int32(7)])
    file["n_averaged"] = prefix.isEmpty ? nil : Tensor(.scalar, [Int32(7)])
    let (weights, report) = try Self.fitted(file)
    #expect(weights == Self.weights())
    #expect(report.prefix == prefix && report.isComplete && report.matched.count == 4)
    #expect(report.ignored.contains("bn1.num_batches_tracked"))
  }

  @Test func `a prefix that one name lacks stays, and is refused with the nearest names`() throws {
    var file = Self.weights("teacher.")
    file["step"] = Tensor(1)
    let error = #expect(throws: WeightMismatch.self) { try Self.fitted(file) }
    let report = try #require(error?.report)
    #expect(report.missing.count == 4 && report.unexpected.count == 5 && report.matched.isEmpty)
    #expect(report.missing[0].near.first == "teacher.conv1.weight")
    #expect(report.unexpected[2].near.first == "fc.weight")
    #expect(error?.description.contains("none were taken") == true)
  }

  @Test func `missing, unexpected and misfitting tensors are refused unless asked for`() throws {
    var file = Self.weights()
    file["bn1.weight"] = nil
    #expect(throws: WeightMismatch.self) { try Self.fitted(file) }
    let allowed = try Self.fitted(file) { $0.allowsMissing = true }
    #expect(allowed.report.initialized == ["bn1.weight"])
    #expect(allowed.weights["bn1.weight"]?.floats == [0, 0])

    file = Self.weights()
    file["extra.weight"] = Tensor(1)
    #expect(throws: WeightMismatch.self) { try Self.fitted(file) }
    #expect(try Self.fitted(file) { $0.allowsUnexpected = true }.weights == Self.weights())

    file = Self.weights()
    file["bn1.weight"] = Tensor([3], [Float(1), 2, 3])
    let error = #expect(throws: WeightMismatch.self) {
      try Self.fitted(file) {
        ($0.allowsMissing, $0.allowsUnexpected, $0.dropsHead) = (true, true, true)
      }
    }
    #expect(
      error?.report.misfitting == [.init(name: "bn1.weight", expected: [2], actual: [3])])
  }

  @Test func `the head is dropped on request where classes differ`() throws {
    var file = Self.weights()
    file["fc.weight"] = Tensor(zeros: [1000, 2])
    file["fc.bias"] = Tensor(zeros: [1000])
    #expect(throws: WeightMismatch.self) { try Self.fitted(file) }
    let (weights, report) = try Self.fitted(file) { $0.dropsHead = true }
    #expect(report.initialized == ["fc.weight", "fc.bias"] && report.matched.count == 2)
    #expect(weights["fc.weight"]?.shape == [5, 2])
    file["fc.weight"] = nil
    file["fc.bias"] = nil
    #expect(try Self.fitted(file) { $0.dropsHead = true }.report.initialized.count == 2)
  }

  @Test func `the first convolution is adapted to other channels on request`() throws {
    let slots = [WeightSlot("conv1.weight", [1, 1, 1, 2])]
    let file = Weights(["conv1.weight": Tensor([1, 3, 1, 2], [Float(1), 2, 3, 4, 5, 6])])
    #expect(throws: WeightMismatch.self) { try file.fitted(to: slots) }
    var options = WeightOptions()
    options.adaptsInputChannels = true
    let grey = try file.fitted(to: slots, options: options)
    #expect(grey.weights["conv1.weight"]?.floats == [9, 12])
    #expect(grey.report.reshaped.map(\.kind) == [.summedChannels])
    let four = try file.fitted(
      to: [WeightSlot("conv1.weight", [1, 4, 1, 2])], options: options)
    #expect(four.weights["conv1.weight"]?.floats == [0.75, 1.5, 2.25, 3, 3.75, 4.5, 0.75, 1.5])
  }

  @Test func `old and other libraries' names are translated`() throws {
    let name = "features.denseblock1.denselayer2.norm1.weight"
    let slots = [WeightSlot(name, [1]), WeightSlot("classifier.weight", [2, 1])]
    let file = Weights([
      "features.denseblock1.denselayer2.norm.1.weight": Tensor([1], [Float(3)]),
      "head.fc.weight": Tensor([2, 1], [Float(4), 5]),
    ])
    let (weights, report) = try file.fitted(to: slots)
    #expect(weights[name]?.floats == [3] && weights["classifier.weight"]?.floats == [4, 5])
    #expect(report.renamed.count == 2)
  }

  @Test func `a dense layer becomes a convolution of the same numbers, and no other shape`() throws
  {
    let matrix = Weights(["fc.weight": Tensor([2, 4], (0..<8).map(Float.init))])
    let (weights, report) = try matrix.fitted(to: [WeightSlot("fc.weight", [2, 1, 2, 2])])
    #expect(weights["fc.weight"] == Tensor([2, 1, 2, 2], (0..<8).map(Float.init)))
    #expect(report.reshaped.map(\.kind) == [.reshaped])
    #expect(throws: WeightMismatch.self) {
      try matrix.fitted(to: [WeightSlot("fc.weight", [4, 2])])
    }
    #expect(throws: WeightMismatch.self) {
      try matrix.fitted(to: [WeightSlot("fc.weight", [4, 2, 1, 1])])
    }
  }

  @Test func `whole numbers become floats`() throws {
    let file = Weights(["a": Tensor([2], [Int32(-1), 2]), "b": Tensor([1], [UInt8(255)])])
    let slots = [WeightSlot("a", [2]), WeightSlot("b", [1])]
    let weights = try file.fitted(to: slots).weights
    #expect(weights["a"]?.floats == [-1, 2] && weights["b"]?.floats == [255])
  }

  @Test func `a file's content says what it is`() throws {
    let pyTorch = try WeightFile(contentsOf: PyTorchGolden.url("checkpoint"))
    #expect(pyTorch.format == .pyTorch && pyTorch.entry == "state_dict")
    #expect(try WeightFile(contentsOf: PyTorchGolden.url("legacy2")).format == .pyTorch)
    #expect(try WeightFile(contentsOf: NumPyTests.url("deflated", "npz")).format == .numPy)
    let safetensors = Safetensors(
      weights: Weights(["a": Tensor(1), "optimizer/a/momentum": Tensor(2)]))
    #expect(try WeightFile(decoding: safetensors.encoded()).format == .safetensors)
    var checkpoint = safetensors
    checkpoint.metadata[WeightFile.checkpointKey] = "{}"
    let read = try WeightFile(decoding: checkpoint.encoded())
    #expect(read.format == .checkpoint && Array(read.weights.names) == ["a"])
    let problems: [(Data, WeightFileError.Problem)] = [
      (Data("hello".utf8), .unknown), (Data("{}".utf8), .json), (Data(), .unknown),
      (Data([0x89] + "HDF\r\n\u{1a}\n".utf8), .keras), (Data([8, 10, 0x12, 0]), .onnx),
      (try Data(contentsOf: NumPyTests.url("float32")), .oneArray),
      (ZipBuilder([("model.weights.h5", [])]).data, .keras),
    ]
    for (data, problem) in problems {
      #expect(throws: WeightFileError(file: "f", problem: problem)) {
        try WeightFile(decoding: data, file: "f")
      }
    }
  }

  @Test func `the report's text names what needs attention`() throws {
    var file = Self.weights("module.")
    file["module.bn1.weight"] = nil
    file["module.bn1.gamma"] = Tensor(zeros: [2])
    let error = #expect(throws: WeightMismatch.self) { try Self.fitted(file) }
    #expect(
      error?.report.lines == [
        "Matched: 3 of the network's 4 tensors", "Prefix taken away: module.",
        "Missing in the file: 1", "  bn1.weight [2]; near: bn1.gamma",
        "Unexpected in the file: 1", "  bn1.gamma [2]; near: bn1.weight",
      ])
  }
}
