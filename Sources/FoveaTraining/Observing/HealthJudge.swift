import Foundation

/// Judges by what a training tells what is wrong with it.
///
/// Cross-entropy is compared with that of guessing, any other loss with what it was in the run's own first steps, and
/// layers are judged where they were looked at.
public enum HealthJudge {
  /// The largest update ratio at which weights hardly change.
  private static let idleRatio = 1e-5
  /// The fewest steps by which a training as a whole is judged.
  private static let fewestSteps = 60
  /// The share of the time that may be spent waiting for images.
  private static let waitingShare = 0.5

  /// What is wrong, in the order in which it began.
  public static func findings(in evidence: HealthEvidence) -> [HealthFinding] {
    let found =
      lossFindings(evidence)
      + layerFindings(evidence.observed, lossScale: evidence.lossScale) + overfitting(evidence)
      + normalizationFindings(evidence) + labelNoise(evidence) + dataBound(evidence)
    return (found + learningRate(evidence, found)).sorted { $0.step < $1.step }
  }

  private static func lossFindings(_ evidence: HealthEvidence) -> [HealthFinding] {
    var found: [HealthFinding] = []
    if let bad = evidence.steps.first(where: { !$0.loss.isFinite }) {
      found.append(
        HealthFinding(
          kind: .lossNotFinite, step: bad.step, layer: nil, evidence: "the loss is \(bad.loss)"))
    }
    let level = evidence.lossOfGuessing ?? evidence.firstLoss
    var (average, weight, least) = (0.0, 0.0, Double.infinity)
    for (step, loss) in evidence.finiteLosses {
      average = 0.9 * average + 0.1 * loss
      weight = 0.9 * weight + 0.1
      let smoothed = average / weight
      if smoothed > max(4 * least, 2 * level) {
        found.append(
          HealthFinding(
            kind: .lossExploded, step: step, layer: nil,
            evidence: "it has risen from \(short(least)) to \(short(smoothed))"))
        break
      }
      least = min(least, smoothed)
    }
    if let (start, last, step) = ends(of: evidence), last > 0.95 * start {
      found.append(
        HealthFinding(
          kind: .noLearning, step: step, layer: nil,
          evidence: "the loss is \(short(last)), and \(evidence.beginning(at: start))"))
    }
    return found
  }

  /// What the loss has to fall from, its mean over the last quarter of the steps, and where that begins; `nil` for
  /// few steps, and where nothing says what it began at.
  private static func ends(
    of evidence: HealthEvidence
  ) -> (start: Double, last: Double, step: Int)? {
    let losses = evidence.finiteLosses
    guard losses.count >= fewestSteps else { return nil }
    let last = losses.suffix(losses.count / 4)
    let start =
      evidence.lossOfGuessing ?? (evidence.outline.firstStep == 0 ? evidence.firstLoss : nil)
    guard let start, let step = last.first?.step else { return nil }
    return (start, last.map(\.loss).reduce(0, +) / Double(last.count), step)
  }

  private static func learningRate(
    _ evidence: HealthEvidence, _ found: [HealthFinding]
  ) -> [HealthFinding] {
    func first(_ kind: HealthFinding.Kind) -> HealthFinding? { found.first { $0.kind == kind } }
    func tooHigh(_ step: Int, _ reason: String) -> [HealthFinding] {
      [HealthFinding(kind: .learningRateTooHigh, step: step, layer: nil, evidence: reason)]
    }
    if let exploded = first(.lossNotFinite) ?? first(.lossExploded) {
      return tooHigh(exploded.step, "the loss exploded")
    }
    if let collapse = first(.activationCollapse), collapse.step > evidence.observed[0].step {
      return tooHigh(collapse.step, "layers that were alive at the start collapsed")
    }
    guard let (level, end, step) = ends(of: evidence) else { return [] }
    let start = evidence.firstLoss
    if end > 1.2 * max(start, level) {
      return tooHigh(
        step,
        "the loss began at \(short(start)) and is \(short(end))"
          + (evidence.lossOfGuessing == nil ? "" : ", more than by guessing"))
    }
    let ratios = evidence.observed.flatMap { $0.layers.compactMap(\.updateRatio) }
    guard let largest = ratios.max(), largest < idleRatio, end > 0.9 * start, end > 0.5 * level
    else { return [] }
    return [
      HealthFinding(
        kind: .learningRateTooLow, step: step, layer: nil,
        evidence:
          "no update that was looked at moved a layer by more than \(short(largest)) of its weights, and the "
          + "loss went from \(short(start)) to \(short(end))")
    ]
  }

  private static func overfitting(_ evidence: HealthEvidence) -> [HealthFinding] {
    let known = evidence.epochs.compactMap { epoch in epoch.validationLoss.map { (epoch, $0) } }
    guard let best = known.min(by: { $0.1 < $1.1 }), let last = known.last, last.1 > 1.25 * best.1,
      last.0.epoch >= best.0.epoch + 2, last.0.trainingLoss < best.0.trainingLoss
    else { return [] }
    let step = evidence.steps.last { $0.epoch == best.0.epoch }?.step ?? 0
    return [
      HealthFinding(
        kind: .overfitting, step: step, layer: nil,
        evidence: "since epoch \(best.0.epoch + 1) the validation loss rose from "
          + "\(short(best.1)) to \(short(last.1)) while the training loss fell")
    ]
  }

  /// Judged over all steps together, as a wait for the first batch of an epoch is no pattern.
  private static func dataBound(_ evidence: HealthEvidence) -> [HealthFinding] {
    guard let first = evidence.steps.first, evidence.steps.count >= fewestSteps else { return [] }
    let waiting = evidence.steps.map(\.waitSeconds).reduce(0, +)
    let working = evidence.steps.map(\.seconds).reduce(0, +)
    guard waiting > waitingShare * (waiting + working) else { return [] }
    return [
      HealthFinding(
        kind: .dataBound, step: first.step, layer: nil,
        evidence:
          "\(short(100 * waiting / (waiting + working))) % of the steps' time was spent waiting for "
          + "images, \(short(1000 * waiting / Double(evidence.steps.count))) ms a step")
    ]
  }

  static func short(_ number: Double) -> String { String(format: "%.3g", number) }
}

extension HealthEvidence {
  /// The steps whose mean loss is that of the beginning.
  private static let firstSteps = 8

  /// The loss of an answer that gives all classes the same probability; `nil` where the loss has no such level.
  fileprivate var lossOfGuessing: Double? { outline.loss.ofGuessing(among: outline.classes) }

  /// The mean loss of the first steps that were told of; 0 without any.
  fileprivate var firstLoss: Double {
    let first = finiteLosses.prefix(Self.firstSteps).map(\.loss)
    return first.reduce(0, +) / Double(max(first.count, 1))
  }

  /// How many times as large gradients may be as those of a cross-entropy: a loss that counts in large numbers, such as
  /// a squared error, has large ones.
  fileprivate var lossScale: Double { lossOfGuessing == nil ? max(1, firstLoss) : 1 }

  /// What a loss that has to fall is compared with, in words.
  fileprivate func beginning(at level: Double) -> String {
    lossOfGuessing == nil
      ? "was \(HealthJudge.short(level)) in the first \(Self.firstSteps) steps"
      : "guessing among \(max(outline.classes, 2)) classes has \(HealthJudge.short(level))"
  }

  fileprivate var finiteLosses: [(step: Int, loss: Double)] {
    steps.filter(\.loss.isFinite).map { (step: $0.step, loss: Double($0.loss)) }
  }
}
