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
  private var greetingsByName: [PeerName: String] = [:]
  /// Whether a peer answered something else than Fovea.
  private(set) var hasDifferences = false

  init(_ setup: PeerSetup, rounds: Int, secondsOfTurn: Double) throws {
    self.setup = setup
    self.rounds = rounds
    self.secondsOfTurn = secondsOfTurn
    pool = try ThreadPool(threads: setup.threads)
  }

  /// Versions and settings of the peers that have started.
  var greetings: [String] { PeerName.allCases.compactMap { greetingsByName[$0] } }

  /// What could not be measured, came out different, or was disturbed.
  var notes: [String] {
    let disturbed =
      "\(quiet.disturbedTurns) of \(quiet.turns) turns were disturbed by other programs."
    return problems + (quiet.disturbedTurns == 0 ? [] : [disturbed])
  }

  /// A peer that takes part in a work.
  private struct Contender {
    let peer: Peer
    let runs: Int
    var times: [Double] = []
    var ratios: [Double] = []
    var hasFailed = false

    var result: PeerResult {
      PeerResult(
        peer: peer.name, milliseconds: times.median, ratio: ratios.median,
        smallestRatio: ratios.min() ?? .nan, largestRatio: ratios.max() ?? .nan)
    }
  }

  /// Measures a work; `nil` where Fovea cannot do it.
  func measure(_ work: Work, progress: (String) -> Void) throws -> WorkResult? {
    progress("\(work.title): preparing")
    let own: FoveaRun
    do {
      let network = try ZooModel.named(work.network)
      try setup.convert(work)
      own = try FoveaRun(work, network, cache: setup.cache, pool: pool)
    } catch {
      problems.append("\(work.title): skipped, \(error)")
      return nil
    }
    var contenders = work.peers.compactMap { name in
      progress("\(work.title): \(name.rawValue) loads")
      return contender(name, in: work, own)
    }
    let ownRuns = runs(of: try own.median(3))
    var times: [Double] = []
    for round in 1...rounds {
      progress("\(work.title): round \(round) of \(rounds)")
      for index in contenders.indices where !contenders[index].hasFailed {
        let time = try quiet.turn(of: getpid()) { try own.median(ownRuns) }
        times.append(time)
        let (peer, runs) = (contenders[index].peer, contenders[index].runs)
        do {
          let other = try quiet.turn(of: peer.processIdentifier) { try peer.median(work, runs) }
          contenders[index].times.append(other)
          contenders[index].ratios.append(time / other)
        } catch {
          contenders[index].hasFailed = true
          drop(peer.name, in: work, error)
        }
      }
      if contenders.allSatisfy(\.hasFailed) {
        times.append(try quiet.turn(of: getpid()) { try own.median(ownRuns) })
      }
    }
    let results = contenders.filter { !$0.hasFailed }.map(\.result)
    return WorkResult(
      work: work.title, milliseconds: times.median, peers: results,
      goals: work.goals.compactMap { goal in
        let measure =
          goal.peer == nil
          ? results.max { $0.ratio < $1.ratio } : results.first { $0.peer == goal.peer }
        return measure.map { GoalResult(peer: $0.peer, limit: goal.ratio, ratio: $0.ratio) }
      })
  }

  /// Has a peer load a work, and compares what it answers; `nil` where it cannot do the work.
  private func contender(_ name: PeerName, in work: Work, _ own: FoveaRun) -> Contender? {
    do {
      let peer = try peers[name] ?? Peer(name, setup)
      peers[name] = peer
      greetingsByName[name] = peer.greeting
      compare(own.checked, try peer.checked(work), work, name)
      return Contender(peer: peer, runs: runs(of: try peer.median(work, 3)))
    } catch {
      drop(name, in: work, error)
      return nil
    }
  }

  /// Notes that a peer cannot do a work; the next work starts it anew.
  private func drop(_ name: PeerName, in work: Work, _ error: any Error) {
    problems.append("\(work.title): no time of \(name.rawValue), \(error)")
    peers[name] = nil
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
      hasDifferences = true
      let largest = differences.max() ?? .nan
      problems.append(
        "\(work.title): answers differ from \(name.rawValue)'s by up to \(largest), of \(scale)")
    }
  }
}
