import Foundation

/// Finds in what a training tells, during it or after it, what is wrong with it.
///
/// It looks at the losses of a classifier that is trained with cross-entropy, and at layers where they were looked at.
public struct HealthWatcher: Hashable, Codable, Sendable {
  /// The number of classes, of which follows the loss of guessing.
  public let classes: Int

  /// The share near zero, by fastai's rule, from which a layer before a ReLU has collapsed.
  private static let collapsedShare = 0.95
  /// The share below which a collapsed layer has come back.
  private static let recoveredShare = 0.9
  /// The share of channels that may be dead.
  private static let deadShare = 0.5
  /// The largest standard deviation of outputs, and norm of gradients, that there should be.
  private static let largestSpread = 1e3
  /// The least that a layer's update ratio should be of the largest layer's.
  private static let leastRatioShare = 1e-4
  /// The largest update ratio at which weights hardly change.
  private static let idleRatio = 1e-5

  /// Watches a classifier.
  public init(classes: Int) { self.classes = classes }

  /// What is wrong, in the order in which it began.
  ///
  /// - Parameters:
  ///   - steps: What `Recorder` has kept.
  ///   - epochs: What `Recorder` has kept.
  ///   - observed: What `ActivationStats` has seen.
  public func findings(
    steps: [StepRecord], epochs: [EpochRecord], observed: [ObservedStep]
  ) -> [HealthFinding] {
    let layers = layerFindings(observed)
    var all = lossFindings(steps) + layers + overfitting(epochs, steps)
    func first(_ kind: HealthFinding.Kind) -> HealthFinding? { all.first { $0.kind == kind } }
    if let exploded = first(.lossNotFinite) ?? first(.lossExploded) {
      all.append(
        HealthFinding(
          kind: .learningRateTooHigh, step: exploded.step, layer: nil,
          evidence: "the loss exploded"))
    } else if let collapse = first(.activationCollapse), collapse.step > observed[0].step {
      all.append(
        HealthFinding(
          kind: .learningRateTooHigh, step: collapse.step, layer: nil,
          evidence: "layers that were alive at the start collapsed"))
    } else if let idle = first(.noLearning) {
      let ratios = observed.flatMap { $0.layers.compactMap(\.updateRatio) }
      if let largest = ratios.max(), largest < Self.idleRatio {
        all.append(
          HealthFinding(
            kind: .learningRateTooLow, step: idle.step, layer: nil,
            evidence: "no step would move a layer by more than \(short(largest)) of its weights"))
      }
    }
    return all.sorted { $0.step < $1.step }
  }

  private func lossFindings(_ steps: [StepRecord]) -> [HealthFinding] {
    var found: [HealthFinding] = []
    if let bad = steps.first(where: { !$0.loss.isFinite }) {
      found.append(
        HealthFinding(
          kind: .lossNotFinite, step: bad.step, layer: nil, evidence: "the loss is \(bad.loss)"))
    }
    let guessing = log(Double(max(classes, 2)))
    let losses = steps.filter(\.loss.isFinite).map { (step: $0.step, loss: Double($0.loss)) }
    var (average, weight, least) = (0.0, 0.0, Double.infinity)
    for (step, loss) in losses {
      average = 0.9 * average + 0.1 * loss
      weight = 0.9 * weight + 0.1
      let smoothed = average / weight
      if smoothed > max(4 * least, 2 * guessing) {
        found.append(
          HealthFinding(
            kind: .lossExploded, step: step, layer: nil,
            evidence: "it has risen from \(short(least)) to \(short(smoothed))"))
        break
      }
      least = min(least, smoothed)
    }
    if losses.count >= 60 {
      let last = losses.suffix(losses.count / 4)
      let mean = last.map(\.loss).reduce(0, +) / Double(last.count)
      if mean > 0.95 * guessing, let first = last.first {
        found.append(
          HealthFinding(
            kind: .noLearning, step: first.step, layer: nil,
            evidence: "the loss is \(short(mean)), and guessing among \(classes) classes has "
              + short(guessing)))
      }
    }
    return found
  }

  private func overfitting(_ epochs: [EpochRecord], _ steps: [StepRecord]) -> [HealthFinding] {
    let known = epochs.compactMap { epoch in epoch.validationLoss.map { (epoch, $0) } }
    guard let best = known.min(by: { $0.1 < $1.1 }), let last = known.last, last.1 > 1.25 * best.1,
      last.0.epoch >= best.0.epoch + 2, last.0.trainingLoss < best.0.trainingLoss
    else { return [] }
    let step = steps.last { $0.epoch == best.0.epoch }?.step ?? 0
    return [
      HealthFinding(
        kind: .overfitting, step: step, layer: nil,
        evidence: "since epoch \(best.0.epoch + 1) the validation loss rose from "
          + "\(short(best.1)) to \(short(last.1)) while the training loss fell")
    ]
  }

  private func layerFindings(_ observed: [ObservedStep]) -> [HealthFinding] {
    guard let first = observed.first else { return [] }
    return first.layers.indices.flatMap { index in
      let seen = observed.filter { $0.layers.indices.contains(index) }
        .map { LayerSight(step: $0.step, layer: $0.layers[index], in: $0) }
      return [
        explodingActivations(seen), collapse(seen), deadUnits(seen), explodingGradients(seen),
        vanishingGradients(seen),
      ].compactMap { $0 }
    }
  }

  private func explodingActivations(_ seen: [LayerSight]) -> HealthFinding? {
    guard
      let bad = seen.first(where: {
        $0.layer.notFiniteCount > 0 || $0.layer.standardDeviation > Self.largestSpread
      })
    else { return nil }
    let evidence =
      bad.layer.notFiniteCount > 0
      ? "\(bad.layer.notFiniteCount) outputs are not finite"
      : "the outputs' standard deviation is \(short(bad.layer.standardDeviation))"
    return bad.finding(.explodingActivations, evidence)
  }

  private func collapse(_ seen: [LayerSight]) -> HealthFinding? {
    var (cycles, isDown) = (0, false)
    var start: LayerSight?
    for sight in seen where sight.layer.isRectified {
      let share = sight.layer.fastaiNearZeroShare
      if !isDown, share >= Self.collapsedShare {
        isDown = true
        start = start ?? sight
      } else if isDown, share < Self.recoveredShare {
        isDown = false
        cycles += 1
      }
    }
    guard let start else { return nil }
    let returns = "and came back \(cycles == 1 ? "once" : "\(cycles) times")"
    let fate = cycles == 0 ? "and stayed there" : isDown ? returns + ", to go again" : returns
    return start.finding(
      .activationCollapse,
      "\(short(100 * start.layer.fastaiNearZeroShare)) % of the outputs are at most 0.05, \(fate)")
  }

  private func deadUnits(_ seen: [LayerSight]) -> HealthFinding? {
    let late = seen.suffix((seen.count + 1) / 2)
    let dead = late.filter { $0.layer.isRectified && $0.layer.deadShare > Self.deadShare }
    guard let last = late.last, 2 * dead.count > late.count, let first = dead.first else {
      return nil
    }
    let count = last.layer.deadChannels
    return first.finding(
      .deadUnits,
      "\(first.layer.deadChannels) of \(first.layer.channels) channels are never above zero, and "
        + "\(count) in the last batch that was looked at")
  }

  private func explodingGradients(_ seen: [LayerSight]) -> HealthFinding? {
    guard let bad = seen.first(where: { $0.layer.gradientNorm ?? 0 > Self.largestSpread }) else {
      return nil
    }
    return bad.finding(
      .explodingGradients, "their norm is \(short(bad.layer.gradientNorm ?? 0))")
  }

  private func vanishingGradients(_ seen: [LayerSight]) -> HealthFinding? {
    let bad = seen.filter { sight in
      guard let ratio = sight.layer.updateRatio, sight.largestRatio > 0 else { return false }
      return ratio < Self.leastRatioShare * sight.largestRatio
    }
    guard 2 * bad.count > seen.count, let first = bad.first else { return nil }
    return first.finding(
      .vanishingGradients,
      "an update would move the layer by \(short(first.layer.updateRatio ?? 0)) of its weights, and "
        + "another layer by \(short(first.largestRatio))")
  }
}

/// A layer in one of the batches that were looked at.
private struct LayerSight {
  let step: Int
  let layer: LayerStatistics
  /// The largest update ratio of the layers.
  let largestRatio: Double

  init(step: Int, layer: LayerStatistics, in observed: ObservedStep) {
    self.step = step
    self.layer = layer
    largestRatio = observed.layers.compactMap(\.updateRatio).max() ?? 0
  }

  func finding(_ kind: HealthFinding.Kind, _ evidence: String) -> HealthFinding {
    HealthFinding(kind: kind, step: step, layer: layer.path, evidence: evidence)
  }
}

private func short(_ number: Double) -> String { String(format: "%.3g", number) }
