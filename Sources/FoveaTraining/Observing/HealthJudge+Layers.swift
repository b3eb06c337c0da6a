extension HealthJudge {
  /// The share of elements that leave next to nothing from which a layer has collapsed.
  private static let collapsedShare = 0.95
  /// The share below which a collapsed layer has come back.
  private static let recoveredShare = 0.9
  /// The share of an output's spread at the first look below which a layer has collapsed that no nonlinearity reads.
  private static let leastSpreadShare = 1e-3
  /// The fewest looks over which channels are called dead.
  private static let fewestLooks = 2
  /// The share of channels that may be dead.
  private static let deadShare = 0.5
  /// The share of a sigmoid's or tanh's inputs that may be large.
  private static let saturatedShare = 0.7
  /// The largest standard deviation of outputs, and norm of gradients, that there should be.
  private static let largestSpread = 1e3
  /// The least that a layer's gradient should be, over its parameters, of that of the largest layer's.
  private static let leastGradientShare = 1e-4

  static func layerFindings(
    _ observed: [ObservedStep], lossScale: Double
  ) -> [HealthFinding] {
    guard let first = observed.first else { return [] }
    return first.layers.indices.flatMap { index in
      let seen = observed.filter { $0.layers.indices.contains(index) }
        .map { LayerSight(step: $0.step, layer: $0.layers[index], in: $0) }
      return [
        explodingActivations(seen), collapse(seen) ?? lostSpread(seen), deadUnits(seen),
        saturatedUnits(seen), explodingGradients(seen, lossScale), vanishingGradients(seen),
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

  /// Judged over many batches, as a channel may sleep through the images of one.
  private static func deadUnits(_ seen: [LayerSight]) -> HealthFinding? {
    func deadChannels(_ sight: LayerSight) -> Int? {
      guard sight.looks >= fewestLooks, let entry = sight.layer.entry, entry.kind == .rectifier,
        Double(entry.deadChannelsInRecentLooks) > deadShare * Double(sight.layer.channels)
      else { return nil }
      return entry.deadChannelsInRecentLooks
    }
    guard let last = seen.last, let dead = deadChannels(last), let entry = last.layer.entry,
      let first = seen.reversed().prefix(while: { deadChannels($0) != nil }).last
    else { return nil }
    return first.finding(
      .deadUnits,
      "\(dead) of \(last.layer.channels) channels were above zero for none of the \(last.images) images of the "
        + "last \(last.looks) looks, and \(entry.deadChannelsInBatch) in the last batch alone")
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

  private static func explodingGradients(
    _ seen: [LayerSight], _ lossScale: Double
  ) -> HealthFinding? {
    let most = lossScale * largestSpread
    guard let bad = seen.first(where: { $0.layer.gradientNorm ?? 0 > most }) else { return nil }
    return bad.finding(
      .explodingGradients, "their norm is \(short(bad.layer.gradientNorm ?? 0))")
  }

  /// Judged by gradients and not by what updates make of them, as Adam and others give layers of any gradient a step of
  /// the same length, whatever of it is noise.
  private static func vanishingGradients(_ seen: [LayerSight]) -> HealthFinding? {
    let trained = seen.filter { $0.layer.relativeGradient != nil }
    let bad = trained.filter { sight in
      guard let gradient = sight.layer.relativeGradient, sight.largestGradient > 0 else {
        return false
      }
      return gradient < leastGradientShare * sight.largestGradient
    }
    guard 2 * bad.count > trained.count, let first = bad.first else { return nil }
    return first.finding(
      .vanishingGradients,
      "the gradient's norm is \(short(first.layer.relativeGradient ?? 0)) of its weights', and another layer's is "
        + "\(short(first.largestGradient))")
  }
}

/// A layer in one of the batches that were looked at.
private struct LayerSight {
  let step: Int
  let layer: LayerStatistics
  /// The looks that dead channels are counted over, and their images.
  let looks: Int
  let images: Int
  /// The largest gradient of the layers, over the parameters.
  let largestGradient: Double

  init(step: Int, layer: LayerStatistics, in observed: ObservedStep) {
    self.step = step
    self.layer = layer
    (looks, images) = (observed.recentLooks, observed.recentImages)
    largestGradient = observed.layers.compactMap(\.relativeGradient).max() ?? 0
  }

  func finding(_ kind: HealthFinding.Kind, _ evidence: String) -> HealthFinding {
    HealthFinding(kind: kind, step: step, layer: layer.path, evidence: evidence)
  }
}

extension LayerStatistics {
  /// The norm of the gradient over that of the parameters; `nil` where the layer is not trained.
  fileprivate var relativeGradient: Double? {
    guard let gradientNorm, let parameterNorm, parameterNorm > 0 else { return nil }
    return gradientNorm / parameterNorm
  }
}
