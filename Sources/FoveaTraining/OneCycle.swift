import Foundation

/// How a value goes from one number to another.
public enum Anneal: String, Hashable, Codable, Sendable {
  /// Half a cosine.
  case cosine
  /// A straight line.
  case linear

  func value(from start: Double, to end: Double, share: Double) -> Double {
    switch self {
    case .cosine: end + (start - end) / 2 * (1 + cos(Double.pi * share))
    case .linear: start + (end - start) * share
    }
  }
}

/// A learning rate that rises once and falls once, while momentum falls and rises.
///
/// - SeeAlso: L. Smith, *A disciplined approach to neural network hyper-parameters*, arXiv:1803.09820.
public struct OneCycle: Hashable, Codable, Sendable {
  /// Which steps the ends of the phases fall on.
  public enum Convention: String, Hashable, Codable, Sendable {
    /// Phases end on `share · steps − 1`; the last step reaches the final rate.
    case pytorch
    /// The share of the training that is done is `step / steps`; the last step stops short of the end.
    case fastai
  }

  /// The highest learning rate.
  public var maxLearningRate: Double
  /// The share of the steps on which it rises.
  public var warmUpShare: Double
  /// The first learning rate is the highest over this.
  public var initialDivisor: Double
  /// The last learning rate is the first (PyTorch) or the highest (fastai) over this.
  public var finalDivisor: Double
  /// The shape of rise and fall.
  public var anneal: Anneal
  /// Whether it falls as it rose, and only then to the end (PyTorch's `three_phase`).
  public var threePhase: Bool
  /// Momentum at the highest learning rate.
  public var baseMomentum: Double
  /// Momentum at both ends.
  public var maxMomentum: Double
  /// Whose counting of steps.
  public var convention: Convention

  /// fastai's `fit_one_cycle`.
  public static func fastai(maxLearningRate: Double) -> OneCycle {
    OneCycle(
      maxLearningRate: maxLearningRate, warmUpShare: 0.25, initialDivisor: 25, finalDivisor: 1e5,
      anneal: .cosine, threePhase: false, baseMomentum: 0.85, maxMomentum: 0.95,
      convention: .fastai)
  }

  /// PyTorch's `OneCycleLR`.
  public static func pytorch(maxLearningRate: Double) -> OneCycle {
    OneCycle(
      maxLearningRate: maxLearningRate, warmUpShare: 0.3, initialDivisor: 25, finalDivisor: 1e4,
      anneal: .cosine, threePhase: false, baseMomentum: 0.85, maxMomentum: 0.95,
      convention: .pytorch)
  }

  private struct Phase {
    let end: Double
    let rates: (Double, Double)
    let momenta: (Double, Double)
  }

  private func phases(_ total: Int) -> [Phase] {
    let first = maxLearningRate / initialDivisor
    let last = (convention == .pytorch ? first : maxLearningRate) / finalDivisor
    // fastai measures the share of all steps, PyTorch counts to the last step's number.
    let (scale, offset) = (Double(total), convention == .pytorch ? 1.0 : 0)
    let rise = Phase(
      end: warmUpShare * scale - offset, rates: (first, maxLearningRate),
      momenta: (maxMomentum, baseMomentum))
    guard threePhase else {
      let fall = Phase(
        end: scale - offset, rates: (maxLearningRate, last), momenta: (baseMomentum, maxMomentum))
      return [rise, fall]
    }
    let back = Phase(
      end: 2 * (warmUpShare * scale - offset), rates: (maxLearningRate, first),
      momenta: (baseMomentum, maxMomentum))
    let fall = Phase(
      end: scale - offset, rates: (first, last), momenta: (maxMomentum, maxMomentum))
    return [rise, back, fall]
  }

  func settings(step: Int, of total: Int) -> (rate: Double, momentum: Double) {
    let phases = phases(total)
    let position = Double(step)
    var start = 0.0
    for (index, phase) in phases.enumerated() {
      guard position <= phase.end || index == phases.count - 1 else {
        start = phase.end
        continue
      }
      let length = phase.end - start
      let share = length > 0 ? min((position - start) / length, 1) : 1
      return (
        anneal.value(from: phase.rates.0, to: phase.rates.1, share: share),
        anneal.value(from: phase.momenta.0, to: phase.momenta.1, share: share)
      )
    }
    return (maxLearningRate, baseMomentum)
  }
}
