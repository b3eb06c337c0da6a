import Foundation

/// How far a sweep has come.
///
/// All follows from the trainings' results, which a file keeps: so what goes on chooses as it would have.
struct SweepState {
  let folder: URL
  private(set) var trials: [SweepTrial]
  private let epochs: [Int]
  private let rungs: [SweepStrategy.Rung]
  private let measure: BestMeasure

  init(
    folder: URL, trials: [SweepTrial], configurations: [TrainConfiguration],
    rungs: [SweepStrategy.Rung], measure: BestMeasure
  ) {
    self.folder = folder
    self.trials = trials
    epochs = configurations.map(\.epochs)
    self.rungs = rungs
    self.measure = measure
  }

  /// The next training, by its place, and the epoch that it is to come to; `nil` where all is done.
  func next() -> (index: Int, epochs: Int)? {
    for (rung, members) in memberships() {
      let waiting = members.first { !isDone($0, at: rung) }
      if let waiting { return (waiting, target(of: waiting, at: rung)) }
    }
    return nil
  }

  /// The epochs that are still to be trained, if nothing fails or ends early.
  var epochsLeft: Int {
    var done = trials.map { $0.failure == nil ? $0.results.last?.epochs ?? 0 : .max }
    var left = 0
    for (rung, members) in memberships() {
      for index in members {
        left += max(target(of: index, at: rung) - done[index], 0)
        done[index] = max(done[index], target(of: index, at: rung))
      }
    }
    // Who comes into later rungs is not known yet; how many is.
    for rung in rungs.indices.dropFirst(memberships().count) {
      left += rungs[rung].trials * (rungs[rung].epochs - rungs[rung - 1].epochs)
    }
    return left
  }

  mutating func finish(_ index: Int, _ report: TrainReport) throws {
    let known = trials[index].results.last?.epochs ?? 0
    let last = report.epochs.last
    // The epochs' own times, as the report's are those of the last process.
    let seconds = report.epochs.dropFirst(known).reduce(0) { $0 + $1.seconds }
    trials[index].results.append(
      SweepTrial.Result(
        // A training that ended early has come as far as it will.
        epochs: report.endedEarly ? max(report.epochs.count, epochs[index]) : report.epochs.count,
        accuracy: last?.accuracy, loss: last?.validationLoss, seconds: seconds))
    try save()
  }

  mutating func fail(_ index: Int, reason: String) throws {
    trials[index].failure = reason
    try save()
  }

  private func save() throws {
    try RunFolder(folder).write(
      trials, to: folder.appendingPathComponent(SweepCommand.trialsName))
  }

  private func target(of index: Int, at rung: SweepStrategy.Rung) -> Int {
    min(rung.epochs, epochs[index])
  }

  private func isDone(_ index: Int, at rung: SweepStrategy.Rung) -> Bool {
    trials[index].failure != nil
      || trials[index].results.contains { $0.epochs >= target(of: index, at: rung) }
  }

  /// Who is trained in each rung, as far as that is settled.
  private func memberships() -> [(rung: SweepStrategy.Rung, members: [Int])] {
    var result: [(rung: SweepStrategy.Rung, members: [Int])] = []
    var members = Array(trials.indices)
    for rung in rungs {
      if let last = result.last {
        guard members.allSatisfy({ isDone($0, at: last.rung) }) else { break }
        let scored = members.compactMap { index in
          trials[index].score(afterEpochs: target(of: index, at: last.rung), by: measure)
            .map { (index: index, score: $0) }
        }
        // Of equals the first; the order of numbers is kept.
        members = scored.sorted { ($0.score, $1.index) > ($1.score, $0.index) }
          .prefix(rung.trials).map(\.index).sorted()
      }
      result.append((rung, members))
    }
    return result
  }
}
