public import FoveaData
import Foundation
import FoveaFormats
import FoveaTraining

/// Writes all that is known of a run as one HTML page, which needs nothing from the network.
public struct ReportCommand: Hashable, Codable, Sendable {
  /// The run's folder, or its name in the project.
  public var name: String
  /// The page's file; `report.html` in the run's folder where left out.
  public var output: String?
  /// Whether the network is evaluated first on the images that the run was validated on.
  public var evaluates = false
  /// Threads for that; they change no result.
  public var threads: Int?
  /// The project's folder.
  public var project: String

  /// The page that was written.
  public struct Report: Hashable, Codable, Sendable {
    /// The page's file.
    public let file: String
    /// Its size.
    public let bytes: Int
    /// The headings of its parts.
    public let parts: [String]
  }

  /// Asks for a page.
  public init(_ name: String, output: String? = nil, project: String = ".") {
    self.name = name
    self.output = output
    self.project = project
  }

  /// Writes it.
  ///
  /// - Parameter progress: Told of downloads, where it evaluates.
  /// - Throws: `CommandError` where there is no such run; what files throw.
  public nonisolated(nonsending) func run(
    progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
  ) async throws -> Report {
    let folder = try RunIndex.find(name, project: project)
    if evaluates { try await evaluate(folder, progress: progress) }
    let page = try RunPage(folder).page
    let data = Data(page.html().utf8)
    let file = output.map { URL(fileURLWithPath: $0) } ?? folder.page
    try AtomicFile.write(data, to: file)
    return Report(file: file.path, bytes: data.count, parts: page.sections.map(\.title))
  }

  private nonisolated(nonsending) func evaluate(
    _ folder: RunFolder, progress: @escaping @Sendable (DownloadProgress) -> Void
  ) async throws {
    guard FileManager.default.fileExists(atPath: folder.checkpoint.path) else {
      throw CommandError.conflict(
        "--evaluate", reason: "the run in \(folder.url.path) has no checkpoint to evaluate")
    }
    let configuration = try folder.readConfiguration()
    let checkpoint = try Checkpoint(contentsOf: folder.checkpoint)
    let (training, validation) = try await configuration.loaders(
      normalization: checkpoint.input.normalization, workers: nil, progress: progress)
    var settings = checkpoint.settings
    // A teacher is not part of the checkpoint; what its student is measured by needs none.
    if case .distillation = settings.loss { settings.loss = .crossEntropy }
    let learner = try Learner(
      checkpoint.model, training: training, validation: validation, settings: settings,
      weights: checkpoint.weights, threads: threads, quantization: checkpoint.quantization)
    _ = try EvaluationDetails(
      await learner.predictions(on: validation), of: validation.dataset,
      title: "\(configuration.datasetTitle), validation images", folder: folder.evaluation,
      format: .svg)
  }
}
