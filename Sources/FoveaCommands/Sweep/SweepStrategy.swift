/// How a sweep goes through a space.
public enum SweepStrategy: Hashable, Codable, Sendable {
  /// Every combination.
  case grid
  /// So many combinations, drawn at random.
  case random(trials: Int)
  /// So many combinations, drawn at random; after some epochs only the best go on, again and again.
  ///
  /// From `minEpochs` on each rung has `factor` times the epochs, and the best of each `factor` trainings. A training has its schedule for
  /// all epochs from the start, and goes on where it was stopped.
  ///
  /// K. Jamieson and A. Talwalkar, arXiv:1502.07943.
  case halving(trials: Int, factor: Int, minEpochs: Int)

  /// The epochs up to which trainings go before the next choice, and how many of them are trained.
  struct Rung: Hashable {
    let epochs: Int
    let trials: Int
  }

  /// Throws for numbers that there are not.
  ///
  /// - Parameter epochs: Those of each training; the most that there are where it is not known yet.
  func check(epochs: Int = RunFile.epochs.upperBound) throws(CommandError) {
    func require(
      _ range: ClosedRange<Int>, _ option: String, _ value: Int
    ) throws(CommandError) {
      guard range.contains(value) else {
        throw .option(
          option, value: "\(value)", allowed: "\(range.lowerBound) to \(range.upperBound)")
      }
    }
    switch self {
    case .grid: break
    case .random(let trials): try require(1...SearchSpace.largestCount, "--trials", trials)
    case .halving(let trials, let factor, let minEpochs):
      try require(2...SearchSpace.largestCount, "--trials", trials)
      try require(2...100, "--factor", factor)
      try require(1...epochs, "--min-epochs", minEpochs)
    }
  }

  /// The settings of each training.
  ///
  /// - Throws: `CommandError` for numbers that there are not, and where trainings are too many.
  func trials(of space: SearchSpace, seed: UInt64) throws(CommandError) -> [[SearchSpace.Setting]] {
    try check()
    return switch self {
    case .grid: try space.grid()
    case .random(let trials), .halving(let trials, _, _): space.sample(trials, seed: seed)
    }
  }

  /// The rungs of some trainings of so many epochs; one where none is stopped early.
  func rungs(trials: Int, epochs: Int) -> [Rung] {
    guard case .halving(_, let factor, let minEpochs) = self else {
      return [Rung(epochs: epochs, trials: trials)]
    }
    var rungs = [Rung(epochs: min(minEpochs, epochs), trials: trials)]
    while let last = rungs.last, last.epochs < epochs {
      let left = max(last.trials / factor, 1)
      // A single one has nobody to be compared with.
      let next = left == 1 ? epochs : min(last.epochs * factor, epochs)
      rungs.append(Rung(epochs: next, trials: left))
    }
    return rungs
  }
}
