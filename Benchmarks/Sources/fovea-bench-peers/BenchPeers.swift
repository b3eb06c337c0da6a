import ArgumentParser
import Foundation
import Fovea

/// Times Fovea and its peers in turns, in one run, on the same number of threads, and prints ratios.
@main
struct BenchPeers: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fovea-bench-peers",
    abstract: "Times Fovea and its peers in turns, on the same networks and inputs.",
    subcommands: [Compare.self, Loading.self, PeakMemory.self, ColdStart.self],
    defaultSubcommand: Compare.self)
}

struct Compare: ParsableCommand {
  private static let memory = "memory"
  private static let coldStart = "cold-start"

  @Option(help: "The Python that has the peers' packages.")
  var python = "python3"

  @Option(help: "The folder for converted networks.")
  var cache = ".bench-peers/cache"

  @Option(help: "Threads of each side.")
  var threads = 2

  @Option(help: "How many times each peer takes its turn.")
  var rounds = 5

  @Option(help: "How long a turn is, in seconds.")
  var seconds = 1.0

  @Option(
    help: """
      Only the works of which this is a part, such as vgg16, infer, train, memory or cold-start; may be \
      given several times.
      """)
  var only: [String] = []

  @Option(help: "Write the numbers as JSON.")
  var json: String?

  func validate() throws {
    guard threads > 0, rounds > 0, seconds > 0 else {
      throw ValidationError("--threads, --rounds and --seconds are above 0.")
    }
  }

  private func isWanted(_ name: String) -> Bool {
    only.isEmpty || only.contains { name.contains($0) }
  }

  func run() throws {
    let scripts = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Peers").standardizedFileURL.path
    try FileManager.default.createDirectory(
      atPath: cache, withIntermediateDirectories: true)
    let setup = PeerSetup(
      python: python, scripts: scripts, cache: URL(fileURLWithPath: cache).path, threads: threads)
    var report = Report(threads: threads, rounds: rounds)
    var hasDifferences = false
    do {
      let comparison = try Comparison(setup, rounds: rounds, secondsOfTurn: seconds)
      for work in Work.all where isWanted("\(work.kind.rawValue) \(work.network)") {
        if let result = try comparison.measure(work, progress: show) { report.works.append(result) }
      }
      report.peers = comparison.greetings
      report.notes = comparison.notes
      hasDifferences = comparison.hasDifferences
    }
    // The peers above are gone by now, and with them their memory.
    let processes = FreshProcesses(setup: setup)
    if isWanted(Self.memory) {
      show("Memory of a training")
      if let memory = try processes.trainingMemory() {
        report.trainingMemoryBytes = memory.own
        report.trainingMemoryPeerBytes = memory.peer
        report.trainingMemoryPeerStartBytes = memory.peerAtStart
      }
    }
    if isWanted(Self.coldStart) {
      show("Cold start")
      report.coldStartMilliseconds = try processes.coldStart(rounds: rounds)
    }
    print(report.lines.joined(separator: "\n"))
    if let json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
      try AtomicFile.write(encoder.encode(report), to: URL(fileURLWithPath: json))
    }
    if hasDifferences { throw ExitCode.failure }
  }

  /// Progress goes to the error stream, so that the output is the table alone.
  private func show(_ line: String) {
    FileHandle.standardError.write(Data("\(line)\n".utf8))
  }
}
