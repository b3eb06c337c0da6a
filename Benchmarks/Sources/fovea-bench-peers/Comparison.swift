import Foundation
import Fovea

/// A peer's times in one work, and Fovea's beside them.
struct PeerResult: Codable {
  let peer: PeerName
  let milliseconds: Double
  /// Fovea's time by the peer's, in turns that follow each other: the median over the rounds, and the ends.
  let ratio: Double
  let smallestRatio: Double
  let largestRatio: Double
}

/// What came of a goal.
struct GoalResult: Codable {
  let peer: PeerName
  let limit: Double
  let ratio: Double
  var isMet: Bool { ratio <= limit }
}

/// A row of the comparison, measured.
struct WorkResult: Codable {
  let work: String
  let milliseconds: Double
  let peers: [PeerResult]
  let goals: [GoalResult]
}

/// Measures works in turns: Fovea, a peer, Fovea, the next peer, and so on, for some rounds.
final class Comparison {
  private static let mostRuns = 200
  private static let tolerance: Float = 1e-3

  private let setup: PeerSetup
  private let pool: ThreadPool
  private let rounds: Int
  private let secondsOfTurn: Double
  private var peers: [PeerName: Peer] = [:]
  private var quiet = Quiet()
  private var problems: [String] = []

  init(_ setup: PeerSetup, rounds: Int, secondsOfTurn: Double) throws {
    self.setup = setup
    self.rounds = rounds
    self.secondsOfTurn = secondsOfTurn
    pool = try ThreadPool(threads: setup.threads)
  }

  /// Versions and settings of the peers that have started.
  var greetings: [String] { PeerName.allCases.compactMap { peers[$0]?.greeting } }

  /// What could not be measured, came out different, or was disturbed.
  var notes: [String] {
    problems
      + (quiet.busyTurns == 0
        ? []
        : ["\(quiet.busyTurns) of \(quiet.turns) turns began while other programs were at work."])
  }

  /// Measures a work; `nil` where Fovea cannot do it.
  func measure(_ work: Work, progress: (String) -> Void) throws -> WorkResult? {
    progress("\(work.title): preparing")
    try setup.convert(work)
    let own: FoveaRun
    do {
      own = try FoveaRun(work, cache: setup.cache, pool: pool)
    } catch {
      problems.append("\(work.title): skipped, \(error)")
      return nil
    }
    var ready: [(peer: Peer, runs: Int)] = []
    for name in work.peers {
      progress("\(work.title): \(name.rawValue) loads")
      do {
        let peer = try peers[name] ?? Peer(name, setup)
        peers[name] = peer
        compare(own.checked, try peer.checked(work), work, name)
        ready.append((peer, runs(of: try peer.median(work, 3))))
      } catch {
        problems.append("\(work.title): no time of \(name.rawValue), \(error)")
      }
    }
    let ownRuns = runs(of: try own.median(3))

    var times: [Double] = []
    var (theirs, ratios) = (ready.map { _ in [Double]() }, ready.map { _ in [Double]() })
    for round in 1...rounds {
      progress("\(work.title): round \(round) of \(rounds)")
      for (index, (peer, count)) in ready.enumerated() {
        quiet.wait()
        times.append(try own.median(ownRuns))
        quiet.wait()
        theirs[index].append(try peer.median(work, count))
        ratios[index].append((times.last ?? .nan) / (theirs[index].last ?? .nan))
      }
      if ready.isEmpty {
        quiet.wait()
        times.append(try own.median(ownRuns))
      }
    }
    let results = ready.indices.map { index in
      PeerResult(
        peer: ready[index].peer.name, milliseconds: theirs[index].median,
        ratio: ratios[index].median, smallestRatio: ratios[index].min() ?? .nan,
        largestRatio: ratios[index].max() ?? .nan)
    }
    return WorkResult(
      work: work.title, milliseconds: times.median, peers: results,
      goals: work.goals.compactMap { goal in
        let measure =
          goal.peer == nil
          ? results.max { $0.ratio < $1.ratio } : results.first { $0.peer == goal.peer }
        return measure.map { GoalResult(peer: $0.peer, limit: goal.ratio, ratio: $0.ratio) }
      })
  }

  /// As many runs as fit a turn.
  private func runs(of milliseconds: Double) -> Int {
    min(max(Int(1000 * secondsOfTurn / milliseconds), 1), Self.mostRuns)
  }

  /// Notes where two answers differ by more than rounding.
  private func compare(_ own: [Float], _ other: [Float], _ work: Work, _ name: PeerName) {
    let scale = other.map(abs).max() ?? 0
    let differences = zip(own, other).map { abs($0 - $1) }
    let isNear =
      own.count == other.count && differences.allSatisfy { $0 <= Self.tolerance * scale }
    if !isNear {
      let largest = differences.max() ?? .nan
      problems.append(
        "\(work.title): answers differ from \(name.rawValue)'s by up to \(largest), of \(scale)")
    }
  }
}
