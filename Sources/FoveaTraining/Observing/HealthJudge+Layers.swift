extension HealthJudge {
  /// The share of elements that leave next to nothing from which a layer has collapsed.
  private static let collapsedShare = 0.95
  /// The share below which a collapsed layer has come back.
  private static let recoveredShare = 0.9
  /// The share of an output's spread at the first look below which a layer has collapsed that no nonlinearity reads.
  private static let leastSpreadShare = 1e-3
  /// The share of channels that may be dead.
  private static let deadShare = 0.5
  /// The share of a sigmoid's or tanh's inputs that may be large.
  private static let saturatedShare = 0.7
  /// The largest standard deviation of outputs, and norm of gradients, that there should be.
  private static let largestSpread = 1e3
  /// The least that a layer's update ratio should be of the largest layer's.
  private static let leastRatioShare = 1e-4

  static func layerFindings(_ observed: [ObservedStep]) -> [HealthFinding] {
    guard let first = observed.first else { return [] }
    return first.layers.indices.flatMap { index in
      let seen = observed.filter { $0.layers.indices.contains(index) }
        .map { LayerSight(step: $0.step, layer: $0.layers[index], in: $0) }
      return [
        explodingActivations(seen), collapse(seen) ?? lostSpread(seen), deadUnits(seen),
        saturatedUnits(seen), explodingGradients(seen), vanishingGradients(seen),
      ].compactMap { $0 }
    }
  }

  private static func explodingActivations(_ seen: [LayerSight]) -> HealthFinding? {
    guard
      let bad = seen.first(where: {
        $0.layer.notFiniteCount > 0 || $0.layer.standardDeviation > largestSpread
      })
    else { return nil }
    let evidence =
      bad.layer.notFiniteCount > 0
      ? "\(bad.layer.notFiniteCount) outputs are not finite"
      : "the outputs' standard deviation is \(short(bad.layer.standardDeviation))"
    return bad.finding(.explodingActivations, evidence)
  }

  /// Before a rectifier judged from the first look on; before others only of layers that were alive then, as small
  /// numbers pass those.
  private static func collapse(_ seen: [LayerSight]) -> HealthFinding? {
    var (cycles, isDown) = (0, false)
    var start: (sight: LayerSight, entry: ActivationEntry)?
    for sight in seen {
      guard let entry = sight.layer.entry else { return nil }
      if entry.kind != .rectifier, seen[0].layer.entry?.idleShare ?? 1 > 0.5 { return nil }
      if !isDown, entry.idleShare >= collapsedShare {
        isDown = true
        start = start ?? (sight, entry)
      } else if isDown, entry.idleShare < recoveredShare {
        isDown = false
        cycles += 1
      }
    }
    guard let (sight, entry) = start else { return nil }
    let returns = "and came back \(cycles == 1 ? "once" : "\(cycles) times")"
    let fate = cycles == 0 ? "and stayed there" : isDown ? returns + ", to go again" : returns
    let what = entry.isOwnOutput ? "outputs" : "outputs, normalised or pooled,"
    let bound = entry.kind == .rectifier ? "at most 0.05" : "near zero"
    return sight.finding(
      .activationCollapse, "\(short(100 * entry.idleShare)) % of the \(what) are \(bound), \(fate)")
  }

  /// The collapse of a layer whatever reads it: by what its outputs differed at the first look.
  private static func lostSpread(_ seen: [LayerSight]) -> HealthFinding? {
    guard let first = seen.first?.layer.standardDeviation, first > 0,
      let bad = seen.first(where: {
        $0.layer.notFiniteCount == 0 && $0.layer.standardDeviation < leastSpreadShare * first
      })
    else { return nil }
    return bad.finding(
      .activationCollapse,
      "the outputs' standard deviation fell from \(short(first)) to "
        + short(bad.layer.standardDeviation))
  }

  private static func deadUnits(_ seen: [LayerSight]) -> HealthFinding? {
    let late = seen.suffix((seen.count + 1) / 2)
    let dead = late.filter {
      guard let entry = $0.layer.entry, entry.kind == .rectifier else { return false }
      return Double(entry.deadChannels) > deadShare * Double($0.layer.channels)
    }
    guard let last = late.last?.layer.entry, 2 * dead.count > late.count, let first = dead.first,
      let entry = first.layer.entry
    else { return nil }
    return first.finding(
      .deadUnits,
      "\(entry.deadChannels) of \(first.layer.channels) channels are never above zero, and "
        + "\(last.deadChannels) in the last batch that was looked at")
  }

  private static func saturatedUnits(_ seen: [LayerSight]) -> HealthFinding? {
    let late = seen.suffix((seen.count + 1) / 2)
    let bad = late.filter { $0.layer.entry?.saturatedShare ?? 0 > saturatedShare }
    guard 2 * bad.count > late.count, let first = bad.first, let entry = first.layer.entry else {
      return nil
    }
    return first.finding(
      .saturatedUnits,
      "\(short(100 * entry.saturatedShare)) % of what enters the \(entry.kind.rawValue) is so large that it "
        + "gives back less than a fiftieth of its gradient")
  }

  private static func explodingGradients(_ seen: [LayerSight]) -> HealthFinding? {
    guard let bad = seen.first(where: { $0.layer.gradientNorm ?? 0 > largestSpread }) else {
      return nil
    }
    return bad.finding(
      .explodingGradients, "their norm is \(short(bad.layer.gradientNorm ?? 0))")
  }

  private static func vanishingGradients(_ seen: [LayerSight]) -> HealthFinding? {
    let bad = seen.filter { sight in
      guard let ratio = sight.layer.updateRatio, sight.largestRatio > 0 else { return false }
      return ratio < leastRatioShare * sight.largestRatio
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
