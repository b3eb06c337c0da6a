public import Foundation
import FoveaFormats

/// Writes a JSON object a look, a line each, with what `ActivationStats` has seen.
///
/// A line has the fields of `ObservedStep`, `layers` with those of `LayerStatistics`; steps and epochs count from 1, and
/// what is `nil` is left out. It is written when the look's update has been made, so that its `updateRatio` is known.
public final class LayerLogger: TrainingLogger {
  public private(set) var failure: (any Error)?
  private let earlier: [ObservedStep]
  private let file: LineFile
  private let encoder = JSONEncoder()
  private var stats: ActivationStats?
  /// How many looks of this run are in the file.
  private var written = 0

  /// More than the looks of any training take.
  private static let mostBytes = 1 << 30
  /// More than a look at ten thousand layers takes.
  private static let mostLineBytes = 16 << 20

  /// Brings a file to where a training stands: looks past that are dropped, all where it has not begun, and so are
  /// lines that are damaged.
  ///
  /// - Parameters:
  ///   - url: The file, made where it is missing.
  ///   - progress: How far the training is; `nil` at its start.
  /// - Throws: `FileWriteError`, what the system says, or `TrainingError.log` for something else than a plain file, or one of
  ///   more than 1 GiB.
  public init(_ url: URL, after progress: TrainingProgress? = nil) throws {
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    earlier = try Self.looks(in: url, before: progress?.step ?? 0)
    let encoder = encoder
    file = try LineFile(url, lines: earlier.map { try Self.line(of: $0, encoder) })
  }

  public var requirements: [any TrainingObserver.Type] { [ActivationStats.self] }

  /// Every look of the training, in order, with those of earlier runs that the file had.
  public var steps: [ObservedStep] { earlier + (stats?.steps ?? []) }

  public func attach(to observers: [any TrainingObserver]) {
    stats = observers[ActivationStats.self]
  }

  public func receive(_ event: TrainingEvent) -> TrainingAction {
    switch event {
    case .stepEnded: write(before: stats?.firstUnfinished)
    case .epochEnded, .ended: finish()
    case .began, .epochBegan, .imagesSkipped, .updateSkipped, .normalizationsRead, .validationBegan:
      break
    }
    return failure == nil ? .proceed : .stop
  }

  /// Writes looks that no update has followed too, such as one at a step that failed.
  public func finish() {
    write(before: nil)
    attempt { try file.synchronize() }
  }

  private func write(before end: Int?) {
    let new = (stats?.steps ?? []).dropFirst(written).prefix { $0.step < end ?? .max }
    guard !new.isEmpty else { return }
    written += new.count
    attempt { for step in new { try file.append(Self.line(of: step, encoder)) } }
  }

  private func attempt(_ body: () throws -> Void) {
    do {
      try body()
    } catch {
      failure = failure ?? error
    }
  }

  /// Every look of a file, in order; none where there is no file.
  ///
  /// - Throws: What the system says, or `TrainingError.log` for something else than a plain file, or one of
  ///   more than 1 GiB.
  public static func steps(in url: URL) throws -> [ObservedStep] {
    try looks(in: url, before: .max)
  }

  private static func line(of step: ObservedStep, _ encoder: JSONEncoder) throws -> String {
    String(decoding: try encoder.encode(step.moved(by: 1)), as: UTF8.self)
  }

  /// The looks of a file that are whole, in order, and before a step.
  private static func looks(in url: URL, before end: Int) throws -> [ObservedStep] {
    let path = url.resolvingSymlinksInPath().path
    guard end > 0, FileManager.default.fileExists(atPath: path) else { return [] }
    let attributes = try writingLog(url) {
      try FileManager.default.attributesOfItem(atPath: path)
    }
    // A named pipe would keep the training waiting.
    guard attributes[.type] as? FileAttributeType == .typeRegular,
      attributes[.size] as? Int ?? .max <= mostBytes
    else {
      throw TrainingError.log(
        file: url.path, problem: "it is no plain file of at most \(mostBytes >> 30) GiB")
    }
    let data = try writingLog(url) { try Data(contentsOf: url) }
    let decoder = JSONDecoder()
    var kept: [ObservedStep] = []
    for line in data.split(separator: UInt8(ascii: "\n")) where line.count <= mostLineBytes {
      guard let look = try? decoder.decode(ObservedStep.self, from: line), look.isPlausible
      else { continue }
      let step = look.moved(by: -1)
      if step.step < end, step.step > kept.last?.step ?? -1 { kept.append(step) }
    }
    return kept
  }
}

extension ObservedStep {
  /// The same with epoch and step counted from elsewhere.
  fileprivate func moved(by places: Int) -> ObservedStep {
    ObservedStep(
      epoch: epoch + places, step: step + places, learningRate: learningRate, images: images,
      recentLooks: recentLooks, recentImages: recentImages, layers: layers)
  }

  /// Whether a look that a file tells of may have been: of steps and epochs from 1, and with layers that have names
  /// of their own.
  fileprivate var isPlausible: Bool {
    [epoch, step, images, recentLooks, recentImages].allSatisfy { LayerStatistics.counts ~= $0 }
      && epoch > 0 && step > 0 && !layers.isEmpty && layers.allSatisfy(\.isPlausible)
      && Set(layers.map(\.path)).count == layers.count
  }
}

extension LayerStatistics {
  /// What numbers of elements may be.
  fileprivate static let counts = 0..<(1 << 50)

  fileprivate var isPlausible: Bool {
    path.utf8.count <= 1000 && path.unicodeScalars.allSatisfy { $0.value >= 32 }
      && histogram.count == Self.histogramBins
      && (histogram + [channels, notFiniteCount]).allSatisfy { Self.counts ~= $0 }
  }
}
