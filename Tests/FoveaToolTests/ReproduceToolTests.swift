import Foundation
import FoveaRuntime
import Testing

/// `fovea reproduce`: the same bits, or what differs.
@Suite(.serialized) struct ReproduceToolTests {
  let folder: TemporaryFolder
  let tool: Tool

  init() throws {
    folder = try TemporaryFolder()
    tool = Tool(folder: folder.url)
  }

  private func train(_ options: String...) throws -> Tool.Outcome {
    try tool.run(["train"] + options + ["--out", "run"])
  }

  @Test func `a run comes out the same, on any number of threads`() throws {
    let trained = try train(
      "mnist-mini", "--epochs", "2", "--batch-size", "512", "--ema", "0.9", "--mixup", "0.2",
      "--threads", "2")
    #expect(trained.status == 0, "\(trained.errors)")
    let again = try tool.run("reproduce", "run", "--threads", "1", "--json")
    #expect(again.status == 0, "\(again.errors)")
    let report = try again.json()
    #expect(report["isEqual"] as? Bool == true)
    #expect(report["steps"] as? Int == 48)
    #expect(report["differentTensors"] as? Int == 0)
    let conditions = try #require(report["conditions"] as? [[String: Any]])
    #expect(conditions.map { $0["name"] as? String } == ["threads"])
    let second = folder.url.appendingPathComponent("run-reproduced/run.json")
    #expect(FileManager.default.fileExists(atPath: second.path))
  }

  @Test func `a share that an earlier version took for nothing stops no run`() throws {
    let trained = try train(
      "mnist-mini", "--model", "lenet5", "--epochs", "1", "--batch-size", "500", "--image-size",
      "28")
    #expect(trained.status == 0, "\(trained.errors)")
    let file = folder.url.appendingPathComponent("run/config.json")
    var configuration = try #require(
      JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    var images = try #require(configuration["images"] as? [String: Any])
    images["validation"] = 0.3
    configuration["images"] = images
    try JSONSerialization.data(withJSONObject: configuration).write(to: file)
    let again = try tool.run("reproduce", "run")
    #expect(again.status == 0, "\(again.output)\(again.errors)")
    let longer = try tool.run("train", "--resume", "--out", "run", "--epochs", "2")
    #expect(longer.status == 0, "\(longer.errors)")
    let refused = try tool.run("train", "mnist-mini", "--validation", "0.3", "--out", "other")
    #expect(refused.status == 2 && refused.errors.contains("--validation"), "\(refused.errors)")
  }

  @Test func `a run in parts, of more and more epochs, comes out the same`() throws {
    let process = try tool.start(
      ["train", "mnist-mini", "--batch-size", "256", "--epochs", "2", "--out", "run"])
    let log = folder.url.appendingPathComponent("run/steps.csv")
    func lines() -> Int {
      ((try? String(contentsOf: log, encoding: .utf8)) ?? "").split(separator: "\n").count
    }
    while process.isRunning, lines() < 4 { usleep(1000) }
    kill(process.processIdentifier, SIGINT)
    #expect(try tool.outcome(of: process).status == 1)
    let taken = lines() - 1
    let stopped = try tool.run("reproduce", "run", "--out", "first")
    #expect(stopped.status == 0, "\(stopped.output)\(stopped.errors)")
    #expect(
      stopped.output.contains("Equal, bit for bit: \(taken) steps and"), "\(stopped.output)")

    #expect(try tool.run("train", "--resume", "--out", "run").status == 0)
    let longer = try tool.run("train", "--resume", "--out", "run", "--epochs", "3")
    #expect(longer.status == 0, "\(longer.errors)")
    let again = try tool.run("reproduce", "run", "--quiet")
    #expect(again.status == 0, "\(again.output)\(again.errors)")
    #expect(again.output.contains("Equal, bit for bit: 141 steps and"), "\(again.output)")
  }

  @Test(
    .enabled(
      if: InstructionSet.available != [.portable], "this processor has portable kernels alone"))
  func `other instructions are named with the first step and tensor`() throws {
    let trained = try train("mnist-mini", "--epochs", "1", "--batch-size", "512")
    #expect(trained.status == 0, "\(trained.errors)")
    var other = tool
    other.environment["FOVEA_ISA"] = "portable"
    let again = try other.run("reproduce", "run", "--quiet")
    #expect(again.status == 1)
    for words in [
      "instruction set", "is the first that differs", "tensors differ; the first is", "FOVEA_ISA=",
    ] {
      #expect(again.output.contains(words), "\(again.output)")
    }
  }

  @Test func `a changed log and changed data are told`() throws {
    let pictures = try PictureSet(folder.url.appendingPathComponent("pictures"))
    try pictures.fill(["bright": 180, "dark": 20], count: 12)
    let trained = try train("pictures", "--epochs", "2", "--batch-size", "6")
    #expect(trained.status == 0, "\(trained.errors)")

    let log = folder.url.appendingPathComponent("run/steps.csv")
    var lines = try String(contentsOf: log, encoding: .utf8).split(separator: "\n")
    var cells = lines[2].split(separator: ",")
    cells[2] = "1.25"
    lines[2] = Substring(cells.joined(separator: ","))
    try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: log)
    let different = try tool.run("reproduce", "run", "--quiet", "--out", "second")
    #expect(different.status == 1)
    #expect(
      different.output.contains("Step 2 is the first that differs: loss was 1.25, is"),
      "\(different.output)")

    try pictures.write("bright", number: 3, level: 90)
    let refused = try tool.run("reproduce", "run", "--out", "third")
    #expect(refused.status == 1)
    #expect(refused.errors.contains("have changed"), "\(refused.errors)")
    #expect(refused.errors.contains("--allow-changed-data"), "\(refused.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.url.path + "/third"))
    let allowed = try tool.run(
      "reproduce", "run", "--quiet", "--out", "third", "--allow-changed-data")
    #expect(allowed.status == 1)
    #expect(allowed.output.contains("The data differ:"), "\(allowed.output)\(allowed.errors)")
    // The same holds for a training that goes on.
    let longer = try tool.run("train", "--resume", "--out", "run", "--epochs", "3")
    #expect(longer.status == 1 && longer.errors.contains("have changed"), "\(longer.errors)")
  }

  @Test func `a run that started from other weights needs them`() throws {
    let options = ["mnist-mini", "--epochs", "1", "--batch-size", "2048"]
    #expect(try tool.run(["train"] + options + ["--out", "source"]).status == 0)
    let trained = try tool.run(
      ["train"] + options + ["--from", "source", "--new-head", "--out", "run"])
    #expect(trained.status == 0, "\(trained.errors)")
    let again = try tool.run("reproduce", "run", "--quiet")
    #expect(again.status == 0, "\(again.output)\(again.errors)")
    let more = ["--epochs", "2", "--resume", "--out", "source"]
    #expect(try tool.run(["train"] + more).status == 0)
    let changed = try tool.run("reproduce", "run", "--quiet")
    #expect(changed.status == 1 && changed.errors.contains("source, which it started from, has"))
    try FileManager.default.removeItem(at: folder.url.appendingPathComponent("source"))
    let gone = try tool.run("reproduce", "run", "--quiet")
    #expect(gone.status == 1 && gone.errors.contains("cannot be read"), "\(gone.errors)")
  }

  @Test func `what cannot be reproduced is refused`() throws {
    let trained = try train("mnist-mini", "--epochs", "1", "--batch-size", "2048")
    #expect(trained.status == 0, "\(trained.errors)")
    let nothing = try tool.run("reproduce", "nowhere")
    #expect(nothing.status == 2 && nothing.errors.contains("nowhere"))
    let files = FileManager.default
    let run = folder.url.appendingPathComponent("run")
    try files.removeItem(at: run.appendingPathComponent("run.json"))
    let early = try tool.run("reproduce", "run")
    #expect(early.status == 1 && early.errors.contains("has no run.json"), "\(early.errors)")
    try Data("{".utf8).write(to: run.appendingPathComponent("run.json"))
    let damaged = try tool.run("reproduce", "run")
    #expect(damaged.status == 1 && damaged.errors.contains("run.json cannot be read"))
  }
}
