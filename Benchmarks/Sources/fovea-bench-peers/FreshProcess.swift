import ArgumentParser
import Foundation
import Fovea

/// Trains for some steps and prints the most memory that the process has had resident, in bytes.
struct PeakMemory: ParsableCommand {
  static let configuration = CommandConfiguration(shouldDisplay: false)
  static let steps = 3
  /// The work whose memory is compared.
  static let work = Work.all.first { $0.kind == .train && $0.network == "resnet18" }
  /// The largest share of PyTorch's memory.
  static let goal = 0.8

  @Argument var cache: String
  @Option var threads = 2

  func run() throws {
    guard let work = Self.work else { return }
    let network = try ZooModel.named(work.network)
    let run = try FoveaRun(work, network, cache: cache, pool: ThreadPool(threads: threads))
    _ = try run.median(Self.steps)
    let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let peak = status.firstMatch(of: #/VmHWM:\s*(\d+) kB/#)
    print((peak.flatMap { Int($0.1) } ?? 0) * 1024)
  }
}

/// Makes one prediction from a weight file and prints how many seconds reading the file takes.
struct ColdStart: ParsableCommand {
  static let configuration = CommandConfiguration(shouldDisplay: false)
  static let network = "resnet18"
  /// The longest time beyond reading the file.
  static let goalMilliseconds = 300.0

  @Argument var weights: String
  @Option var threads = 2

  func run() throws {
    let clock = ContinuousClock()
    let start = clock.now
    let data = try Data(contentsOf: URL(fileURLWithPath: weights))
    let reading = (clock.now - start) / .milliseconds(1)
    let model = try ZooModel.named(Self.network).build()
    let shape = Shape([1] + model.inputShape.dimensions)
    let program = try Program(
      model.inference, variables: VariableStore(Safetensors(decoding: data).weights),
      pool: ThreadPool(threads: threads))
    try program.run([Model.inputName: Tensor(zeros: shape, order: .channelsLast)])
    let logits = try program.output(Model.outputName).floats
    print("\(reading) \(logits.indices.max { logits[$0] < logits[$1] } ?? 0)")
  }
}

/// What is measured in processes of its own.
struct FreshProcesses {
  let setup: PeerSetup

  /// The median time from the start of a process to its first prediction, less the time of reading
  /// the weight file, in milliseconds.
  func coldStart(rounds: Int) throws -> Double {
    guard let work = Work.all.first(where: { $0.network == ColdStart.network }) else { return .nan }
    try setup.convert(work)
    let weights = "\(setup.cache)/\(work.kind.rawValue)-\(work.network)/weights.safetensors"
    let clock = ContinuousClock()
    return try (0..<rounds).map { _ in
      let start = clock.now
      let output = try ownOutput(["cold-start", weights])
      let whole = (clock.now - start) / .milliseconds(1)
      guard let reading = output.split(separator: " ").first.flatMap({ Double($0) }) else {
        throw Peer.Failure(description: "the cold start gave no prediction")
      }
      return whole - reading
    }.median
  }

  /// The most memory of a training's process, in bytes: Fovea's, and PyTorch's in its better layout, of
  /// which it has some as soon as it has started.
  func trainingMemory() throws -> (own: Int, peer: Int, peerAtStart: Int)? {
    guard let work = PeakMemory.work else { return nil }
    try setup.convert(work)
    let peers = try ["nchw", "channels-last"].map { layout in
      let peer = try Peer(.eager, setup, arguments: ["--layout", layout])
      let atStart = try peer.peakBytes()
      _ = try peer.median(work, PeakMemory.steps)
      return (all: try peer.peakBytes(), atStart: atStart)
    }
    let output = try ownOutput(["peak-memory", setup.cache])
    guard let own = Int(output), let peer = peers.min(by: { $0.all < $1.all }) else {
      throw Peer.Failure(description: "the training gave no memory")
    }
    return (own, peer.all, peer.atStart)
  }

  /// The line that this program prints in a process of its own.
  private func ownOutput(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = Bundle.main.executableURL
    process.arguments = arguments + ["--threads", "\(setup.threads)"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
