import FoveaTraining
import Foundation
import Testing

/// `fovea train --norm` and `--three-phase`.
@Suite struct NormalizationToolTests {
  let folder: TemporaryFolder
  let tool: Tool

  init() throws {
    folder = try TemporaryFolder()
    tool = Tool(folder: folder.url)
  }

  private func checkpoint(_ run: String) throws -> Checkpoint {
    try Checkpoint(
      contentsOf: folder.url.appendingPathComponent("\(run)/checkpoint.safetensors"))
  }

  private static let short = ["train", "mnist-mini", "--epochs", "1", "--batch-size", "1024"]

  @Test func `group normalisation takes the place of batch normalisation`() throws {
    let plain = try tool.run(Self.short + ["--out", "plain"])
    #expect(plain.status == 0, "\(plain.errors)")
    let grouped = try tool.run(Self.short + ["--norm", "group:2", "--out", "grouped"])
    #expect(grouped.status == 0, "\(grouped.errors)")
    #expect(grouped.output.contains("group normalisation, groups"), "\(grouped.output)")
    let (batch, group) = (try checkpoint("plain").model, try checkpoint("grouped").model)
    func operations(_ checkpoint: Checkpoint) -> Set<String> {
      Set(checkpoint.model.training.nodes.map(\.operation.name))
    }
    #expect(operations(try checkpoint("plain")).contains("BatchNorm2dTraining"))
    #expect(operations(try checkpoint("grouped")).contains("GroupNorm"))
    #expect(!operations(try checkpoint("grouped")).contains("BatchNorm2dTraining"))
    #expect(
      group.parameters.map(\.name)
        == batch.parameters.map(\.name).filter { !$0.contains("running") })

    // It goes on, is evaluated, reproduced, and is the start of another.
    let more = try tool.run("train", "--resume", "--out", "grouped", "--epochs", "2")
    #expect(more.status == 0, "\(more.errors)")
    let other = try tool.run("train", "--resume", "--out", "grouped", "--norm", "group:1")
    #expect(other.errors.contains("--norm group:1 contradicts"), "\(other.errors)")
    #expect(try tool.run("evaluate", "grouped", "mnist-mini").status == 0)
    let again = try tool.run("reproduce", "grouped", "--quiet")
    #expect(again.status == 0, "\(again.output)\(again.errors)")
    for source in ["plain", "grouped"] {
      let tuned = try tool.run(
        Self.short + ["--from", source, "--norm", "group:2", "--out", "from-\(source)"])
      #expect(tuned.status == 0, "\(tuned.errors)")
      #expect(!tuned.output.contains("Left at initial values"), "\(tuned.output)")
    }
  }

  @Test func `groups that there cannot be are refused`() throws {
    let cases: [(options: [String], words: String)] = [
      (["--norm", "batch"], "write group: and a number, such as group:8"),
      (["--norm", "group:0"], "--norm is group:1 to group:1000000"),
      (["--norm", "group:3"], "divides each normalisation's channels"),
      (["--model", "lenet5", "--norm", "group:2"], "has no batch normalisation to replace"),
      (["--schedule", "cosine", "--three-phase"], "the schedule cosine does not read it"),
      (
        ["--from", "nowhere", "--model", "lenet5", "--epochs", "2", "--freeze-body", "1"]
          + ["--three-phase"], "a cycle of two phases for each of its parts"
      ),
    ]
    for (options, words) in cases {
      let outcome = try tool.run(Self.short + options + ["--out", "run"])
      #expect(outcome.status == 2, "\(options): \(outcome.status)")
      #expect(outcome.errors.contains(words), "\(options): \(outcome.errors)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.url.path + "/run"))
  }

  @Test(arguments: ["one-cycle", "pytorch-one-cycle"])
  func `three phases rise, fall as they rose, and fall to the end`(schedule: String) throws {
    let outcome = try tool.run(
      "train", "mnist-mini", "--epochs", "4", "--batch-size", "1200", "--schedule", schedule,
      "--max-lr", "0.01", "--three-phase", "--out", "run")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("phases of 1cycle"), "\(outcome.output)")
    let steps = try String(
      contentsOf: folder.url.appendingPathComponent("run/steps.csv"), encoding: .utf8)
    let rows = steps.split(separator: "\n").map { $0.split(separator: ",") }
    let column = try #require(rows.first?.firstIndex { $0.contains("lr") || $0.contains("rate") })
    let rates = rows.dropFirst().compactMap { Double($0[column]) }
    #expect(rates.count == 40)
    let top = try #require(rates.indices.max { rates[$0] < rates[$1] })
    #expect(abs(rates[top] - 0.01) < 1e-6)
    // PyTorch counts to a step before the end of a phase.
    #expect(top == (schedule == "one-cycle" ? 10 : 11))
    for offset in 1...top {
      #expect(abs(rates[top - offset] - rates[top + offset]) < 1e-8, "\(offset)")
    }
    #expect(rates[(2 * top)...].allSatisfy { $0 <= rates[0] * 1.000_1 })
    #expect(try #require(rates.last) < rates[0] / 50)
  }
}
