import FoveaAnalysis
public import FoveaTraining

/// Looks at how signals go through a network with its first weights, before anything is trained.
public struct PreflightCommand: Hashable, Codable, Sendable {
  /// The training that is to come.
  public var training: TrainCommand

  /// What was seen.
  public struct Report: Hashable, Codable, Sendable {
    /// The network's name.
    public let model: String
    /// The images of the batch that was sent through.
    public let images: Int
    /// The layers' signals, and what is wrong with them.
    public let signals: SignalReport
    /// The layers that LSUV scaled, where it did.
    public let unitVariance: [UnitVarianceInitialization.Layer]?
  }

  /// Asks about a training.
  public init(_ training: TrainCommand) { self.training = training }

  /// Looks.
  ///
  /// - Parameter preparation: Told what happens before, also from other threads.
  /// - Throws: `CommandError` for a wrong request, else what data and models throw.
  public nonisolated(nonsending) func run(
    preparation: @escaping @Sendable (TrainPreparation) -> Void = { _ in }
  ) async throws -> Report {
    let configuration = try TrainConfiguration(training)
    let (learner, start, data) = try await configuration.newLearner(
      workers: training.workers, preparation: preparation)
    return Report(
      model: configuration.model, images: min(data.batchSize, data.dataset.count),
      signals: try await learner.signals(), unitVariance: start.unitVariance)
  }
}
