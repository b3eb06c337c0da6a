extension HealthJudge {
  /// The fewest images that a batch normalisation should measure together.
  private static let fewestImages = 4
  /// The share of the first values in running statistics that there may be.
  private static let startShare = 0.1
  /// The share of suspicious labels below which they are those that any dataset has.
  private static let suspectShare = 0.01

  static func normalizationFindings(_ evidence: HealthEvidence) -> [HealthFinding] {
    let outline = evidence.outline
    var found = outline.trainingLayersInEvaluation.map {
      HealthFinding(
        kind: .trainingModeInEvaluation, step: outline.firstStep, layer: $0,
        evidence: "it draws numbers or measures the batch where the model is evaluated")
    }
    if let first = outline.normalizations.first, outline.batchSize < fewestImages {
      let all = outline.normalizations.count
      found.append(
        HealthFinding(
          kind: .batchNormOnFewImages, step: outline.firstStep, layer: first.path,
          evidence: "\(all == 1 ? "it measures" : "it and \(all - 1) others measure") batches of "
            + "\(outline.batchSize == 1 ? "1 image" : "\(outline.batchSize) images")"))
    }
    // One for all layers, which learn their statistics from the same batches.
    guard let states = evidence.normalizations, let last = evidence.steps.last else { return found }
    let begun = Dictionary(outline.normalizations.map { ($0.path, $0) }) { first, _ in first }
    let late = states.compactMap { state -> (path: String, share: Double)? in
      guard begun[state.path]?.isAtStart == true else { return nil }
      var share = 1.0
      if !state.isAtStart {
        for _ in 0..<min(evidence.steps.count, 10_000) { share *= 1 - Double(state.momentum) }
      }
      return share > startShare ? (state.path, share) : nil
    }
    if let first = late.first {
      found.append(
        HealthFinding(
          kind: .statisticsAtStart, step: last.step, layer: first.path,
          evidence:
            "after \(evidence.steps.count) steps \(short(100 * first.share)) % of its running statistics "
            + "\(late.count == 1 ? "" : "and those of \(late.count - 1) other layers ")"
            + "are the values of the start, by which the network answers when it is evaluated"))
    }
    return found
  }

  static func labelNoise(_ evidence: HealthEvidence) -> [HealthFinding] {
    guard let labels = evidence.labels, labels.images > 0,
      let fewest = labels.suspects.map(\.epochs).min(),
      Double(labels.suspects.count) >= suspectShare * Double(labels.images)
    else { return [] }
    let step = evidence.steps.last { $0.epoch == labels.suspects.map(\.epoch).min() }?.step
    let named = labels.suspects.prefix(5).map {
      "\($0.name) (\($0.label), taken for \($0.answer))"
    }.joined(separator: ", ")
    let count = labels.suspects.count
    return [
      HealthFinding(
        kind: .labelNoise, step: step ?? 0, layer: nil,
        evidence:
          "\(count) of \(labels.images) images were taken for another class in \(fewest) epochs in a "
          + "row or more, with a probability of \(short(labels.confidence)) or more: \(named)"
          + (count > 5 ? ", …" : ""))
    ]
  }
}
