import FoveaData
import Foundation
import Testing

@Suite(.serialized) struct QuantizeToolTests {
  let folder: TemporaryFolder
  let tool: Tool

  init() throws {
    folder = try TemporaryFolder()
    tool = Tool(folder: folder.url)
  }

  @Test func `a trained network is quantised, refused and forced, and answers as before`() throws {
    let training = try tool.run(
      "train", "mnist-mini", "--epochs", "3", "--schedule", "one-cycle", "--max-lr", "0.06",
      "--out", "run")
    #expect(training.status == 0, "\(training.errors)")

    let missing = try tool.run("quantize", "run", "--output", "int8.safetensors")
    #expect(missing.status == 2 && missing.errors.contains("--calibration"))

    let file = folder.url.appendingPathComponent("int8.safetensors")
    let refused = try tool.run(
      "quantize", "run", "--calibration", "mnist-mini", "--tolerance", "1e-9", "--output",
      "int8.safetensors")
    #expect(refused.status == 1)
    #expect(refused.errors.contains("--force"), "\(refused.errors)")
    #expect(refused.output.contains("errs too much"))
    #expect(!FileManager.default.fileExists(atPath: file.path))
    for text in [refused.output, refused.errors] {
      #expect(!text.contains("\u{1b}") && !text.contains("\r"))
    }

    let forced = try tool.run(
      "quantize", "run", "--calibration", "mnist-mini", "--samples", "64", "--tolerance", "1e-9",
      "--force", "--output", "int8.safetensors", "--json")
    #expect(forced.status == 0, "\(forced.errors)")
    let report = try forced.json()
    #expect(
      Set(report.keys).subtracting(["refusal"]) == [
        "instructionSet", "layers", "quantizedLayers", "calibrationImages", "floatMilliseconds",
        "int8Milliseconds", "floatAccuracy", "int8Accuracy", "output",
      ])
    let layers = try #require(report["layers"] as? [[String: Any]])
    #expect(layers.allSatisfy { $0["verdict"] as? String == "forced" })
    #expect(report["quantizedLayers"] as? Int == layers.count)
    #expect(report["calibrationImages"] as? Int == 64)
    let float = try #require(report["floatAccuracy"] as? Double)
    let int8 = try #require(report["int8Accuracy"] as? Double)
    #expect(float > 0.95 && abs(float - int8) <= 0.005, "\(float), \(int8)")

    let evaluation = try tool.run("evaluate", "int8.safetensors", "mnist-mini", "--json")
    #expect(try evaluation.json()["accuracy"] as? Double == int8)
    try Netpbm.encoded(MNIST.mini(.test).prefix(1).images)
      .write(to: folder.url.appendingPathComponent("seven.pgm"))
    let answer = try tool.run("predict", "int8.safetensors", "seven.pgm", "--json")
    #expect(answer.status == 0 && answer.output.contains("\"7\""), "\(answer.errors)")
    let bench = try tool.run("bench", "int8.safetensors", "--runs", "3", "--json")
    #expect(bench.status == 0, "\(bench.errors)")
    #expect(bench.output.contains("QuantizedConv2d"))
  }

  @Test func `a network by name is measured, and nothing written`() throws {
    let outcome = try tool.run("quantize", "simple-cnn", "--threads", "1")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("Int8/float") && !outcome.output.contains("Accuracy"))
  }
}
