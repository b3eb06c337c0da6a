import Foundation
import Testing

/// What `fovea train` says of a run, and what `fovea runs` makes of it.
@Suite(.serialized) struct RunsToolTests {
  let folder: TemporaryFolder
  let tool: Tool

  init() throws {
    folder = try TemporaryFolder()
    tool = Tool(folder: folder.url)
  }

  private func train(_ name: String, _ options: String...) throws {
    let arguments = ["train", "mnist-mini", "--epochs", "1", "--batch-size", "512"]
    let outcome = try tool.run(arguments + options + ["--out", name])
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  /// The runs' names and how they ended, in the order of their folders.
  private func list(_ options: String...) throws -> [[String]] {
    let outcome = try tool.run(["runs", "list", "--sort", "folder", "--json"] + options)
    #expect(outcome.status == 0, "\(outcome.errors)")
    let runs = try #require(try outcome.json()["runs"] as? [[String: Any]])
    return runs.map { run in
      let path = run["folder"] as? String ?? ""
      return [URL(fileURLWithPath: path).lastPathComponent, run["outcome"] as? String ?? ""]
    }
  }

  private func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }

  @Test func `a run's folder says where it comes from`() throws {
    try train("run", "--ema", "0.9", "--threads", "1")
    let file = folder.url.appendingPathComponent("run/run.json")
    let manifest = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    #expect(manifest["formatVersion"] as? Int == 1)
    #expect(manifest["seed"] as? Int == 0)
    let options = try #require(manifest["options"] as? [String: String])
    #expect(options["--batch-size"] == "512" && options["--ema"] == "0.9")
    // What was not asked for has its default.
    #expect(options["--weight-decay"] == "0.01" && options["--clip-norm"] == "none")
    #expect(options["--momentum"] == "set by the schedule" && options["--threads"] == "1")
    let data = try #require(manifest["data"] as? [String: Any])
    #expect(data["method"] as? String == "contents")
    #expect(data["trainingImages"] as? Int == 12_000)
    #expect((data["training"] as? String)?.count == 64)
    let sessions = try #require(manifest["sessions"] as? [[String: Any]])
    #expect(sessions.count == 1)
    #expect(sessions[0]["outcome"] as? String == "completed")
    #expect((sessions[0]["started"] as? String)?.hasSuffix("Z") == true)
    let environment = try #require(sessions[0]["environment"] as? [String: Any])
    for key in ["fovea", "swift", "operatingSystem", "processor", "instructionSet", "cores"] {
      #expect(environment[key] != nil, "\(key)")
    }
  }

  @Test func `the commit of the user's code is part of a run`() throws {
    func git(_ arguments: String...) throws {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c"] + arguments
      process.currentDirectoryURL = folder.url
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
    }
    try git("init")
    let notes = folder.url.appendingPathComponent("notes.txt")
    try Data("one".utf8).write(to: notes)
    try git("add", "notes.txt")
    try git("commit", "-m", "Note")
    try train("clean")
    try Data("two".utf8).write(to: notes)
    try train("dirty")
    for (name, isDirty) in [("clean", false), ("dirty", true)] {
      let shown = try tool.run("runs", "show", name, "--json").json()
      let manifest = try #require(shown["manifest"] as? [String: Any])
      let session = try #require((manifest["sessions"] as? [[String: Any]])?.first)
      let code = try #require(session["code"] as? [String: Any], "is there a git?")
      #expect((code["commit"] as? String)?.count ?? 0 >= 40)
      #expect(code["isDirty"] as? Bool == isDirty)
    }
  }

  @Test func `runs are listed, compared, drawn and exported`() throws {
    try train("runs/train/slow", "--max-lr", "0.0001")
    try train("runs/train/fast")
    #expect(try list() == [["fast", "completed"], ["slow", "completed"]])
    let best = try tool.run("runs", "list", "--sort", "accuracy", "--limit", "1")
    #expect(best.output.contains("runs/train/fast"), "\(best.output)")
    #expect(!best.output.contains("runs/train/slow"))
    #expect(try list("--dataset", "mnist").isEmpty)
    #expect(try list("--outcome", "failed").isEmpty)

    let comparison = try tool.run("runs", "compare", "fast", "slow")
    #expect(comparison.status == 0, "\(comparison.errors)")
    for words in ["--max-lr", "0.01", "0.0001", "best accuracy"] {
      #expect(comparison.output.contains(words), "\(comparison.output)")
    }
    #expect(!comparison.output.contains("--batch-size"))
    let all = try tool.run("runs", "compare", "fast", "slow", "--all")
    #expect(all.output.contains("--batch-size"))

    let plot = try tool.run(
      "runs", "plot", "fast", "slow", "--of", "accuracy", "learning-rate", "--out", "both.svg")
    #expect(plot.status == 0, "\(plot.errors)")
    let svg = try String(contentsOfFile: path("both.svg"), encoding: .utf8)
    #expect(svg.contains(">fast<") && svg.contains(">slow<") && svg.contains("learning rate"))

    let table = try tool.run("runs", "export", "--sort", "folder").output.split(separator: "\n")
    #expect(table.count == 3)
    #expect(table[0].hasPrefix("folder,id,dataset,model,outcome,started"))
    #expect(table[0].contains(",max-lr,") && table[1].contains("runs/train/fast,"))
    let names = table[0].split(separator: ",")
    #expect(Set(names).count == names.count)
    let epochs = try tool.run("runs", "export", "--epochs", "--out", "epochs.csv")
    #expect(epochs.status == 0 && epochs.output.isEmpty)
    let rows = try String(contentsOfFile: path("epochs.csv"), encoding: .utf8)
    #expect(rows.split(separator: "\n").count == 3)
    let json = try tool.run("runs", "export", "--format", "json")
    let array = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [Any]
    #expect(array?.count == 2)

    let unknown = try tool.run("runs", "show", "fats")
    #expect(unknown.status == 2 && unknown.errors.contains("did you mean 'fast'"))
  }

  @Test func `folders that are moved, deleted or copied are noticed, and the database may go`()
    throws
  {
    try train("runs/train/one")
    try train("elsewhere/two")
    #expect(try list() == [["two", "completed"], ["one", "completed"]])
    let files = FileManager.default
    try files.moveItem(atPath: path("elsewhere/two"), toPath: path("moved"))
    let moved = try tool.run("runs", "list")
    #expect(moved.output.contains("Moved: elsewhere/two is moved now."), "\(moved.output)")
    #expect(try list() == [["moved", "completed"], ["one", "completed"]])
    try files.copyItem(atPath: path("moved"), toPath: path("copied"))
    #expect(try list().count == 3)
    try files.removeItem(atPath: path("moved"))
    let gone = try tool.run("runs", "list")
    #expect(gone.output.contains("Gone: moved."), "\(gone.output)")

    let expected = [["copied", "completed"], ["one", "completed"]]
    try files.removeItem(atPath: path(".fovea"))
    #expect(try list() == expected)
    let database = folder.url.appendingPathComponent(".fovea/runs.sqlite")
    for damage in [Data("no database at all".utf8), Data(repeating: 7, count: 9000)] {
      try damage.write(to: database)
      #expect(try list() == expected)
      #expect(try list() == expected)
    }
    // A folder with a file where the database's folder should be.
    try files.removeItem(atPath: path(".fovea"))
    try Data().write(to: folder.url.appendingPathComponent(".fovea"))
    #expect(try list() == expected)
    // Folders that are no runs, or damaged ones.
    try files.createDirectory(atPath: path("odd"), withIntermediateDirectories: true)
    try Data("{}".utf8).write(to: folder.url.appendingPathComponent("odd/config.json"))
    try Data("{".utf8).write(to: folder.url.appendingPathComponent("copied/run.json"))
    #expect(try list().map { $0[0] } == ["copied", "one"])
  }

  @Test func `two trainings at once do not hurt each other`() throws {
    let arguments = ["train", "mnist-mini", "--epochs", "1", "--threads", "1", "--out"]
    let first = try tool.start(arguments + ["a"], name: "a")
    let second = try tool.start(arguments + ["b"], name: "b")
    for (process, name) in [(first, "a"), (second, "b")] {
      let outcome = try tool.outcome(of: process, name: name)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    #expect(try list() == [["a", "completed"], ["b", "completed"]])
  }

  @Test func `a run that trains is left alone, and one that was killed is interrupted`() throws {
    let process = try tool.start(
      ["train", "mnist-mini", "--epochs", "500", "--out", "run"], name: "long")
    let checkpoint = path("run/checkpoint.safetensors")
    while process.isRunning, !FileManager.default.fileExists(atPath: checkpoint) { usleep(2000) }
    #expect(try list() == [["run", "running"]])
    let twice = try tool.run("train", "--resume", "--out", "run")
    #expect(twice.status == 1 && twice.errors.contains("another process trains in run"))
    let spared = try tool.run("runs", "prune", "--older-than", "0", "--yes")
    #expect(spared.output.contains("No run is to be deleted."), "\(spared.output)")
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    #expect(try list() == [["run", "interrupted"]])

    let refused = try tool.run("runs", "prune")
    #expect(refused.status == 2 && refused.errors.contains("--outcome failed"))
    let listed = try tool.run("runs", "prune", "--outcome", "interrupted")
    #expect(listed.output.contains("would be deleted. Do so with --yes."), "\(listed.output)")
    #expect(FileManager.default.fileExists(atPath: checkpoint))
    let deleted = try tool.run("runs", "prune", "--outcome", "interrupted", "--yes")
    #expect(deleted.status == 0 && deleted.output.contains("Deleted 1 run"), "\(deleted.output)")
    #expect(!FileManager.default.fileExists(atPath: path("run")))
    #expect(try list().isEmpty)
  }

  @Test func `pruning keeps the best, other people's folders and runs in runs`() throws {
    try train("good")
    try train("bad", "--max-lr", "1e-6")
    try train("outer", "--max-lr", "1e-6")
    try FileManager.default.copyItem(atPath: path("bad"), toPath: path("outer/inner"))
    let outcome = try tool.run("runs", "prune", "--keep-best", "1", "--yes")
    #expect(outcome.status == 1, "\(outcome.output)")
    #expect(outcome.output.contains("stays: another run lies in it"), "\(outcome.output)")
    #expect(try list() == [["good", "completed"], ["outer", "completed"]])
    let recent = try tool.run("runs", "prune", "--older-than", "1", "--yes")
    #expect(recent.output.contains("No run is to be deleted."))
  }
}
