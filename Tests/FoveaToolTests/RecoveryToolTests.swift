import Foundation
import FoveaFormats
import FoveaTensors
import Testing

/// Trainings whose disk, files or data are not as they should be.
@Suite(.serialized) struct RecoveryToolTests {
  let folder: TemporaryFolder
  let tool: Tool

  init() throws {
    folder = try TemporaryFolder()
    tool = Tool(folder: folder.url)
  }

  private func path(_ name: String) -> String { folder.url.appendingPathComponent(name).path }

  private func weights(_ run: String) throws -> Weights {
    try Safetensors(contentsOf: URL(fileURLWithPath: path("\(run)/checkpoint.safetensors"))).weights
  }

  /// Runs the tool where no file may pass a size, as on a disk that is full by then.
  private func run(fileLimitKiB limit: Int, _ arguments: [String]) throws -> Tool.Outcome {
    let script = folder.url.appendingPathComponent("limited.sh")
    // The signal that the limit sends would end the process; a full disk sends none.
    try Data("trap '' XFSZ\nulimit -f \(limit)\nexec \"$@\"\n".utf8).write(to: script)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = [script.path, try Tool.location().path] + arguments
    process.currentDirectoryURL = folder.url
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let text = try [output, errors].map {
      String(decoding: try $0.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    }
    process.waitUntilExit()
    return Tool.Outcome(status: process.terminationStatus, output: text[0], errors: text[1])
  }

  @Test func `a full disk ends a training with a clear error, and it goes on once there is room`()
    throws
  {
    let arguments = ["train", "mnist-mini", "--epochs", "2", "--batch-size", "512"]
    let whole = try tool.run(arguments + ["--out", "whole"])
    #expect(whole.status == 0, "\(whole.errors)")

    // The checkpoint does not fit, everything smaller does.
    let full = try run(fileLimitKiB: 48, arguments + ["--out", "run"])
    #expect(full.status == 1, "\(full.output)")
    #expect(full.errors.contains("safetensors could not be written"), "\(full.errors)")
    #expect(full.errors.contains("not full"), "\(full.errors)")
    let names = try FileManager.default.contentsOfDirectory(atPath: path("run"))
    #expect(!names.contains { $0.hasSuffix(".tmp") }, "\(names)")
    let listed = try tool.run("runs", "list")
    #expect(listed.output.contains("failed"), "\(listed.output)")

    let resumed = try tool.run("train", "--resume", "--out", "run")
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try weights("run") == weights("whole"))
    #expect(try tool.run("runs", "list").output.contains("failed") == false)
  }

  @Test func `killed, stopped and resumed in turn, with all that a step may do, is as never ended`()
    throws
  {
    let options = [
      "train", "mnist-mini", "--epochs", "3", "--batch-size", "128", "--mixup", "0.2", "--ema",
      "0.9", "--accumulate", "3", "--schedule", "plateau", "--clip-norm", "1", "--out",
    ]
    let whole = try tool.run(options + ["whole"])
    #expect(whole.status == 0, "\(whole.errors)")

    let log = URL(fileURLWithPath: path("run/steps.csv"))
    func steps() -> Int {
      ((try? String(contentsOf: log, encoding: .utf8)) ?? "").split(separator: "\n").count - 1
    }
    // Past the first epoch's checkpoint, then some steps further.
    for (signal, arguments) in [
      (SIGKILL, options + ["run"]), (SIGINT, ["train", "--resume", "--out", "run"]),
    ] {
      let least = max(100, steps() + 5)
      let process = try tool.start(arguments)
      while process.isRunning, steps() < least { usleep(500) }
      kill(process.processIdentifier, signal)
      #expect(try tool.outcome(of: process).status != 0)
    }
    let resumed = try tool.run("train", "--resume", "--out", "run")
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(try weights("run") == weights("whole"))
    let shown = try tool.run("runs", "show", "run", "--json").json()
    let manifest = try #require(shown["manifest"] as? [String: Any])
    let outcomes = (manifest["sessions"] as? [[String: Any]])?.map { $0["outcome"] as? String }
    #expect(outcomes == ["running", "stopped", "completed"])
    let again = try tool.run("reproduce", "run", "--quiet")
    #expect(again.status == 0, "\(again.output)\(again.errors)")
  }

  @Test func `a disk that is full from the start is named`() throws {
    let full = try run(
      fileLimitKiB: 0, ["train", "mnist-mini", "--epochs", "1", "--out", "run"])
    #expect(full.status == 1)
    #expect(full.errors.contains("could not be written"), "\(full.errors)")
  }

  @Test func `a text log that the disk has no room for stops the training`() throws {
    let full = try run(
      fileLimitKiB: 32,
      ["train", "mnist-mini", "--epochs", "1", "--batch-size", "16", "--out", "run"])
    #expect(full.status == 1)
    #expect(full.errors.contains("Error: "), "\(full.errors)")
    #expect(full.errors.contains("run/"), "\(full.errors)")
  }

  /// What runs the tool as a user whom permissions bind, which root is not; `nil` where nothing does.
  private static let unprivileged: [String]? = {
    guard geteuid() == 0 else { return [] }
    let launcher = [
      "/usr/bin/env", "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
    ]
    guard let folder = try? TemporaryFolder() else { return nil }
    let version = try? Tool(folder: folder.url, launcher: launcher).run("--version")
    return version?.status == 0 ? launcher : nil
  }()

  @Test(
    .enabled(
      if: unprivileged != nil,
      "root reads everything, and there is no setpriv, or no other user may run the tool"))
  func `folders that cannot be read or written are named`() throws {
    var tool = tool
    tool.launcher = try #require(Self.unprivileged)
    tool.environment["HOME"] = folder.url.path
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o777], ofItemAtPath: folder.url.path)
    let pictures = try PictureSet(folder.url.appendingPathComponent("pictures"))
    try pictures.fill(["bright": 180, "dark": 20], count: 6)
    let locked = path("pictures/dark")
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: locked)
    defer {
      try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: locked)
    }
    let unreadable = try tool.run("train", "pictures", "--epochs", "1", "--out", "run")
    #expect(unreadable.status == 1 && unreadable.errors.contains("dark"), "\(unreadable.errors)")
    let unlisted = try tool.run("report", "pictures/dark")
    #expect(unlisted.status == 1 && unlisted.errors.contains("its permissions forbid it"))
    let others = try PictureSet(folder.url.appendingPathComponent("others"))
    try others.fill(["bright": 180, "dark": 20], count: 6)
    let unwritable = try tool.run("train", "others", "--out", "pictures/dark/run")
    #expect(unwritable.status == 1 && unwritable.errors.contains("cannot be written"))
  }

  @Test func `data of one class, and an empty class, are refused before anything is made`() throws {
    let single = try PictureSet(folder.url.appendingPathComponent("single"))
    try single.fill(["only": 100], count: 4)
    let one = try tool.run("train", "single", "--epochs", "1", "--out", "run")
    #expect(one.status == 1)
    #expect(one.errors.contains("only"), "\(one.errors)")

    let hollow = try PictureSet(folder.url.appendingPathComponent("hollow"))
    try hollow.fill(["bright": 180, "dark": 20], count: 4)
    try FileManager.default.createDirectory(
      atPath: path("hollow/empty"), withIntermediateDirectories: true)
    let empty = try tool.run("train", "hollow", "--epochs", "1", "--out", "run")
    #expect(empty.status == 1)
    #expect(empty.errors.contains("empty"), "\(empty.errors)")
    #expect(!FileManager.default.fileExists(atPath: path("run")))
  }

  @Test func `more classes than outputs are named`() throws {
    let pictures = try PictureSet(folder.url.appendingPathComponent("two"))
    try pictures.fill(["bright": 180, "dark": 20], count: 8)
    let more = try PictureSet(folder.url.appendingPathComponent("three"))
    try more.fill(["bright": 180, "dark": 20, "grey": 90], count: 8)
    let trained = try tool.run(
      "train", "two", "--epochs", "1", "--batch-size", "4", "--out", "run")
    #expect(trained.status == 0, "\(trained.errors)")
    let evaluated = try tool.run("evaluate", "run", "three")
    #expect(evaluated.status == 1)
    for words in ["bright, dark, grey", "bright, dark apart"] {
      #expect(evaluated.errors.contains(words), "\(evaluated.errors)")
    }
    // A run that goes on with a class more.
    let configuration = URL(fileURLWithPath: path("run/config.json"))
    let text = try String(contentsOf: configuration, encoding: .utf8)
    try Data(text.replacingOccurrences(of: "\"two\"", with: "\"three\"").utf8)
      .write(to: configuration)
    let resumed = try tool.run("train", "--resume", "--out", "run", "--epochs", "2")
    #expect(resumed.status == 1)
    #expect(resumed.errors.contains("classes"), "\(resumed.errors)")
  }
}
