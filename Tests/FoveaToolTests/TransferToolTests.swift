import FoveaFormats
import FoveaTensors
import FoveaTraining
import Foundation
import Testing

/// `fovea train --from`.
@Suite struct TransferToolTests {
  let folder: TemporaryFolder
  let tool: Tool

  init() throws {
    folder = try TemporaryFolder()
    tool = Tool(folder: folder.url)
  }

  private static let short = ["--epochs", "1", "--batch-size", "1024", "--seed", "3"]

  private func checkpoint(_ run: String) throws -> Checkpoint {
    try Checkpoint(
      contentsOf: folder.url.appendingPathComponent("\(run)/checkpoint.safetensors"))
  }

  /// Colour images of three classes: a red, a green or a blue square each.
  private func writeImages() throws {
    for (channel, name) in ["red", "green", "blue"].enumerated() {
      let images = folder.url.appendingPathComponent("colours/\(name)")
      try FileManager.default.createDirectory(at: images, withIntermediateDirectories: true)
      for number in 0..<10 {
        var bytes = Data("P6 28 28 255\n".utf8)
        for pixel in 0..<(28 * 28) {
          for other in 0..<3 {
            bytes.append(other == channel ? 200 : UInt8((pixel + number * 7) % 50))
          }
        }
        try bytes.write(to: images.appendingPathComponent("\(number).ppm"))
      }
    }
  }

  @Test func `a run is the start of another, with its network and normalisation`() throws {
    let first = try tool.run(["train", "mnist-mini", "--out", "first"] + Self.short)
    #expect(first.status == 0, "\(first.errors)")
    try writeImages()
    let second = try tool.run(
      [
        "train", "colours", "--from", "first", "--adapt-input", "--freeze-body", "1", "--epochs",
        "2",
        "--batch-size", "8", "--out", "second",
      ])
    #expect(second.status == 0, "\(second.errors)")
    for words in [
      "Weights from first", "Matched:", "channels repeated and scaled", "Left at initial values: 6",
      "mean 0.1307, 0.1307, 0.1307", "epochs of the head alone", "body's rate",
    ] { #expect(second.output.contains(words), "\(words): \(second.output)") }
    let (old, new) = (try checkpoint("first"), try checkpoint("second"))
    #expect(new.input.normalization.mean == [0.1307, 0.1307, 0.1307])
    #expect(new.input.classNames.count == 3 && old.input.classNames.count == 10)
    #expect(new.settings.updates.groups.map(\.frozenEpochs) == [nil, nil, 1])
    let report = folder.url.appendingPathComponent("second/transfer.json")
    #expect(try String(contentsOf: report, encoding: .utf8).contains("\"matched\""))

    // What goes on needs nothing of where it came from.
    try FileManager.default.removeItem(at: folder.url.appendingPathComponent("first"))
    let more = try tool.run("train", "--resume", "--out", "second", "--epochs", "3")
    #expect(more.status == 0, "\(more.errors)")
    #expect(try checkpoint("second").input.normalization == new.input.normalization)
    let other = try tool.run("train", "--resume", "--out", "second", "--freeze-body", "2")
    #expect(other.errors.contains("--freeze-body 2 contradicts"))
  }

  @Test func `a file of weights needs its network's name, and keeps a head that fits`() throws {
    let first = try tool.run(["train", "mnist-mini", "--out", "first"] + Self.short)
    #expect(first.status == 0, "\(first.errors)")
    let old = try checkpoint("first")
    var weights = Weights()
    for parameter in old.model.parameters { weights[parameter.name] = old.weights[parameter.name] }
    try Safetensors(weights: weights, metadata: [:]).encoded()
      .write(to: folder.url.appendingPathComponent("weights.safetensors"))

    let nameless = try tool.run(
      ["train", "mnist-mini", "--from", "weights.safetensors"] + Self.short)
    #expect(nameless.status == 2 && nameless.errors.contains("--model is missing"))
    let arguments =
      ["train", "mnist-mini", "--from", "weights.safetensors", "--model", "simple-cnn"] + Self.short
    let kept = try tool.run(arguments + ["--normalization", "dataset", "--out", "kept"])
    #expect(kept.status == 0, "\(kept.errors)")
    #expect(!kept.output.contains("Left at initial values"))
    #expect(try checkpoint("kept").input.normalization == old.input.normalization)
    let renewed = try tool.run(arguments + ["--new-head", "--out", "renewed"])
    #expect(renewed.output.contains("Left at initial values: 6"), "\(renewed.errors)")
    // A file of weights alone is taken for one that was trained on ImageNet; grey has the mean of its channels.
    let mean = try #require(try checkpoint("renewed").input.normalization.mean.first)
    #expect(abs(mean - (0.485 + 0.456 + 0.406) / 3) < 1e-6)
  }

  @Test func `what cannot be started from is said`() throws {
    let cases: [(arguments: [String], words: String)] = [
      (["--new-head"], "--new-head has no place here"),
      (["--freeze-body", "1"], "name others with --from"),
      (["--from", "nowhere", "--model", "lenet5"], "nowhere is missing"),
      (
        ["--from", "weights.safetensors", "--model", "lenet5"],
        "its weights are not those of lenet5"
      ),
      (
        ["--from", "weights.safetensors", "--model", "lenet5", "--normalization", "checkpoint"],
        "does not say how its images were normalised"
      ),
      (
        ["--from", "weights.safetensors", "--model", "lenet5", "--freeze-body", "1"],
        "--freeze-body is 1 or more and less than all 1 epochs"
      ),
      (
        [
          "--from", "weights.safetensors", "--model", "lenet5", "--body-lr-factor", "0.5",
          "--lr-for", "*=1",
        ], "--lr-for has no place here"
      ),
    ]
    var weights = Weights()
    weights["conv.weight"] = Tensor(zeros: [2, 1, 3, 3])
    try Safetensors(weights: weights, metadata: [:]).encoded()
      .write(to: folder.url.appendingPathComponent("weights.safetensors"))
    for (arguments, words) in cases {
      let outcome = try tool.run(["train", "mnist-mini", "--out", "run"] + Self.short + arguments)
      #expect(outcome.status == 2, "\(arguments)")
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.url.path + "/run"))
  }
}
