import FoveaFormats
import FoveaTensors
import Foundation
import Testing

@Suite(.serialized) struct NetworkFileToolTests {
  let folder: TemporaryFolder
  let tool: Tool

  init() throws {
    folder = try TemporaryFolder()
    tool = Tool(folder: folder.url)
  }

  private func answer(_ name: String) throws -> Tensor {
    try NumPyFile(contentsOf: folder.url.appendingPathComponent("\(name)/0.npy")).tensor
  }

  @Test func `a trained run is exported with evidence, and answers as before`() throws {
    let training = try tool.run("train", "mnist-mini", "--epochs", "1", "--out", "run")
    #expect(training.status == 0, "\(training.errors)")
    let export = try tool.run("export", "run", "-o", "digits.fovea", "--json")
    #expect(export.status == 0, "\(export.errors)")
    let evidence = try #require(try export.json()["evidence"] as? [[String: Any]])
    #expect(
      evidence.compactMap { $0["inputs"] as? String } == ["random", "mnist-mini test images"])
    #expect(evidence.allSatisfy { $0["largestDifference"] as? Double == 0 })
    let file = folder.url.appendingPathComponent("digits.fovea")
    let information = try PortableModel(contentsOf: file).information
    #expect(information.labels.count == 10 && information.preprocessing?.mean == [0.1307])
    #expect(information.recipe["dataset"] == "mnist-mini" && information.metrics["accuracy"] != nil)
    #expect(information.evidence.count == 2)

    let digits = Tensor(
      [2, 1, 28, 28], RandomStream(seed: 1, stream: 1).normals(1568, deviation: 1))
    try NumPyFile(digits).write(to: folder.url.appendingPathComponent("x.npy"))
    for (name, source) in [
      ("a", "run"), ("b", "digits.fovea"), ("c", "run/checkpoint.safetensors"),
    ] {
      let run = try tool.run("run", source, "--input", "x.npy", "--output", name)
      #expect(run.status == 0 && run.output == "\(name)/0.npy  output [2, 10]\n", "\(run.errors)")
    }
    let weights = try tool.run(
      "run", "simple-cnn", "--weights", "digits.fovea", "--input", "x.npy", "--output", "d")
    #expect(weights.status == 0 && weights.output.contains("Matched: "), "\(weights.errors)")
    #expect(try answer("a") == answer("b"))
    #expect(try answer("a") == answer("c"))
    #expect(try answer("a") == answer("d"))
  }

  @Test func `a harmful file is refused by what it wants, and runs nothing`() throws {
    // A pickle of PyTorch's older form that would call os.system.
    var pickle = Data([0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50])
    pickle += Data([0x19, 0x2e, 0x80, 2, 0x4d, 0xe9, 3, 0x2e, 0x80, 2, 0x7d, 0x2e, 0x80, 2])
    pickle += Data("cos\nsystem\nX".utf8) + Data([12, 0, 0, 0]) + Data("touch harmed\u{85}R.".utf8)
    try pickle.write(to: folder.url.appendingPathComponent("evil.pth"))
    let outcome = try tool.run("import", "evil.pth", "--model", "lenet5", "-o", "x.fovea")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("\"os.system\""), "\(outcome.errors)")
    #expect(outcome.errors.contains("nothing was run"))
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(!files.contains("harmed") && !files.contains("x.fovea"))
  }

  @Test func `weights of another network are refused with the names`() throws {
    var weights = Weights()
    weights["layer1.weight"] = Tensor(zeros: [2])
    try AtomicFile.write(
      Safetensors(weights: weights).encoded(), to: folder.url.appendingPathComponent("w.st"))
    let outcome = try tool.run("import", "w.st", "--model", "lenet5", "-o", "x.fovea")
    #expect(outcome.status == 1 && outcome.output.isEmpty)
    #expect(outcome.errors.contains("none were taken") && outcome.errors.contains("layer1.weight"))
    let usage = try tool.run("export", "lenet5", "-o", "x.txt")
    #expect(usage.status == 2 && usage.errors.contains(".fovea"))
  }
}
