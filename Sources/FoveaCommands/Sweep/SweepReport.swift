/// One training of a sweep.
public struct SweepTrial: Hashable, Codable, Sendable {
  /// Its number, from 1.
  public let number: Int
  /// What is tried.
  public let settings: [SearchSpace.Setting]
  /// The run's folder.
  public let run: String
  /// What came out, each time that it was trained for some epochs.
  public internal(set) var results: [Result] = []
  /// Why it could not be trained, such as a loss that is no number; `nil` where it could.
  public internal(set) var failure: String?

  /// What came out after some epochs.
  public struct Result: Hashable, Codable, Sendable {
    /// How many epochs were trained.
    public let epochs: Int
    /// The share of validation images whose class was found, 0 to 1.
    public let accuracy: Double?
    /// The mean loss of the validation images.
    public let loss: Double?
    /// How long these epochs took, without those of earlier results.
    public let seconds: Double
  }

  /// How good it was after some epochs, more being better; `nil` where it was not trained so far.
  func score(afterEpochs epochs: Int, by measure: BestMeasure) -> Double? {
    guard failure == nil, let result = results.first(where: { $0.epochs >= epochs }) else {
      return nil
    }
    let score =
      switch measure {
      case .accuracy: result.accuracy
      case .loss: result.loss.map { -$0 }
      }
    return score.flatMap { $0.isNaN ? nil : $0 }
  }
}

/// What came out of a sweep.
public struct SweepReport: Hashable, Codable, Sendable {
  /// The trainings, in order.
  public let trials: [SweepTrial]
  /// The numbers of the trainings that have a result, the best first: those that were stopped early come later, and those
  /// that failed last.
  public let ranking: [Int]
  /// The arguments of `fovea train` that train the best anew; `nil` where none was trained.
  public let best: [String]?
  /// What the best was chosen by.
  public let measure: BestMeasure
  /// The folder of all runs.
  public let folder: String
  /// Whether it was stopped before all was done; not part of the JSON.
  public let wasStopped: Bool

  private enum CodingKeys: CodingKey { case trials, ranking, best, measure, folder }

  init(
    _ trials: [SweepTrial], of request: SweepCommand, folder: String, wasStopped: Bool
  ) {
    let ranked = trials.filter { !$0.results.isEmpty || $0.failure != nil }
      .sorted { request.prefers($0, to: $1) }
    self.trials = trials
    measure = request.measure
    self.folder = folder
    self.wasStopped = wasStopped
    ranking = ranked.map(\.number)
    best = ranked.first { $0.failure == nil }.map {
      request.shared + $0.settings.flatMap(\.arguments)
    }
  }

  /// Reads the report of a finished sweep.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    trials = try values.decode([SweepTrial].self, forKey: .trials)
    ranking = try values.decode([Int].self, forKey: .ranking)
    best = try values.decodeIfPresent([String].self, forKey: .best)
    measure = try values.decode(BestMeasure.self, forKey: .measure)
    folder = try values.decode(String.self, forKey: .folder)
    wasStopped = false
  }
}

extension SweepCommand {
  fileprivate func prefers(_ left: SweepTrial, to right: SweepTrial) -> Bool {
    func key(_ trial: SweepTrial) -> (stage: Int, score: Double) {
      guard trial.failure == nil, let epochs = trial.results.last?.epochs else {
        return (-1, -.infinity)
      }
      let score = trial.score(afterEpochs: epochs, by: measure) ?? -.infinity
      // More epochs of halving mean that it was among the best before.
      if case .halving = strategy { return (epochs, score) }
      return (0, score)
    }
    let (first, second) = (key(left), key(right))
    return first == second ? left.number < right.number : first > second
  }
}
