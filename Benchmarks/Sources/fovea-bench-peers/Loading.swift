import ArgumentParser
import Foundation
import Fovea

/// Times the way from JPEG files to batches, in turns with torchvision and PyTorch's DataLoader.
struct Loading: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "loading",
    abstract: "Times the way from image files to batches, against torchvision and PyTorch.")

  /// What happens to an image; the peer's cases have the same names.
  enum Case: String, CaseIterable {
    case decode
    case augment
    case trivialAugment = "trivial-augment"

    var transforms: [ImageTransform] {
      let crop: [ImageTransform] = [.randomCrop(32, padding: 4), .randomHorizontalFlip()]
      return switch self {
      case .decode: [.resizeExactly(32)]
      case .augment: crop
      case .trivialAugment: crop + [.trivialAugmentWide()]
      }
    }
  }

  @Option(help: "The Python that has torchvision.")
  var python = "python3"

  @Option(help: "A folder with a folder of 32×32 images for each class.")
  var images: String

  @Option(help: "Workers of each side.")
  var workers = 2

  @Option(help: "Images of a batch.")
  var batch = 128

  @Option(help: "Images of a turn.")
  var count = 10_000

  @Option(help: "How many turns each side takes.")
  var rounds = 5

  func validate() throws {
    guard workers > 0, batch > 0, count > 0, rounds > 0 else {
      throw ValidationError("--workers, --batch, --count and --rounds are above 0.")
    }
  }

  func run() async throws {
    let files = try ImageFiles.folder(URL(fileURLWithPath: images))
    let step = max(files.labels.count / count, 1)
    let chosen = Array(stride(from: 0, to: files.labels.count, by: step).prefix(count))
    let peer = try LoadingPeer(self)
    print(
      "\(peer.greeting); \(chosen.count) images, batch \(batch), \(workers) workers, \(rounds) rounds"
    )
    print("case             Fovea, images/s  PyTorch, images/s  ratio, median (least to most)")
    for example in Case.allCases {
      let pipeline = try ImagePipeline(
        files, indices: chosen, transforms: example.transforms, size: 32,
        normalization: CIFAR.cifar10.normalization)
      let loader = DataLoader(pipeline, batchSize: batch, shuffleSeed: 1, workers: workers)
      _ = try await Self.imagesPerSecond(loader, epoch: 0)
      var (own, others, ratios) = ([Double](), [Double](), [Double]())
      for round in 1...rounds {
        own.append(try await Self.imagesPerSecond(loader, epoch: round))
        others.append(try peer.imagesPerSecond(example))
        ratios.append(own[round - 1] / others[round - 1])
      }
      func text(_ number: Double, _ decimals: Int) -> String {
        String(format: "%.\(decimals)f", number)
      }
      print(
        example.rawValue.padding(toLength: 17, withPad: " ", startingAt: 0)
          + text(Self.median(own), 0).padding(toLength: 17, withPad: " ", startingAt: 0)
          + text(Self.median(others), 0).padding(toLength: 19, withPad: " ", startingAt: 0)
          + "\(text(Self.median(ratios), 2)) (\(text(ratios.min() ?? 0, 2)) to \(text(ratios.max() ?? 0, 2)))"
      )
    }
  }

  private static func imagesPerSecond(_ loader: DataLoader, epoch: Int) async throws -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    var count = 0
    for try await batch in loader.batches(epoch: epoch) { count += batch.indices.count }
    return Double(count) / ((clock.now - start) / .seconds(1))
  }

  private static func median(_ numbers: [Double]) -> Double {
    let sorted = numbers.sorted()
    return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }
}

/// PyTorch's side, a process that times itself on request.
private final class LoadingPeer {
  private(set) var greeting = ""
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()

  init(_ command: Loading) throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Peers/data_peer.py").standardizedFileURL.path
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      command.python, script, "--images", command.images, "--batch", "\(command.batch)",
      "--workers", "\(command.workers)", "--count", "\(command.count)",
    ]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    greeting = try readLine()
    guard greeting.hasPrefix("ready ") else { throw Peer.Failure(description: greeting) }
    greeting.removeFirst("ready ".count)
  }

  func imagesPerSecond(_ example: Loading.Case) throws -> Double {
    try input.fileHandleForWriting.write(contentsOf: Data("\(example.rawValue)\n".utf8))
    let answer = try readLine()
    guard let number = Double(answer) else { throw Peer.Failure(description: answer) }
    return number
  }

  private func readLine() throws -> String {
    var line = Data()
    while let byte = try output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty {
      if byte[0] == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
      line.append(byte)
    }
    throw Peer.Failure(description: "the process has ended")
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.terminate()
  }
}
