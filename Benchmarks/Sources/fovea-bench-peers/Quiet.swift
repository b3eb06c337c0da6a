import Foundation

/// Gives each turn the machine for itself, as far as that can be had.
///
/// A turn begins once nobody computes: the sides of a comparison all wait then, threads that spin while
/// they wait included. A turn in which other programs have taken time is repeated.
struct Quiet {
  private static let pause: UInt32 = 100_000
  private static let mostSecondsOfWaiting = 10.0
  private static let mostTurns = 5
  /// The share of all processors that may be busy before a turn, or with something else in it.
  private static let waitingShare = 0.1
  private static let disturbedShare = 0.05

  private(set) var turns = 0
  /// Turns that count although other programs took time in them.
  private(set) var disturbedTurns = 0

  /// Runs a turn in which the process `worker` works.
  mutating func turn<Result>(of worker: Int32, _ body: () throws -> Result) rethrows -> Result {
    turns += 1
    var result: Result
    var attempt = 0
    repeat {
      wait()
      let before = Times(of: worker)
      result = try body()
      attempt += 1
      // Where the system does not tell, nothing is known of a disturbance.
      guard let before, let after = Times(of: worker),
        after.othersShare(since: before) > Self.disturbedShare
      else { return result }
    } while attempt < Self.mostTurns
    disturbedTurns += 1
    return result
  }

  private func wait() {
    let clock = ContinuousClock()
    let start = clock.now
    repeat {
      let before = Times(of: getpid())
      usleep(Self.pause)
      guard let before, let after = Times(of: getpid()),
        after.othersShare(since: before) > Self.waitingShare
      else { return }
    } while (clock.now - start) / .seconds(1) < Self.mostSecondsOfWaiting
  }
}

/// Processor time since the machine started, in ticks; see proc(5).
private struct Times {
  let all: Int
  let idle: Int
  /// What the process that works has taken.
  let worker: Int

  /// `nil` where the system does not tell.
  init?(of worker: Int32) {
    guard let system = try? String(contentsOfFile: "/proc/stat", encoding: .utf8),
      let line = system.split(separator: "\n").first(where: { $0.hasPrefix("cpu ") }),
      let own = try? String(contentsOfFile: "/proc/\(worker)/stat", encoding: .utf8),
      let end = own.lastIndex(of: ")")
    else { return nil }
    // user, nice, system, idle, iowait, irq, softirq, steal; what follows is counted in user as well.
    let fields = line.split(separator: " ").dropFirst().prefix(8).compactMap { Int($0) }
    // After the name, which may hold anything: state, ten numbers, user time, system time.
    let taken = own[own.index(after: end)...].split(separator: " ").dropFirst(11).prefix(2)
      .compactMap { Int($0) }
    guard fields.count == 8, taken.count == 2 else { return nil }
    all = fields.reduce(0, +)
    idle = fields[3] + fields[4]
    self.worker = taken[0] + taken[1]
  }

  /// The share of all processors that was busy with something else than the process that works.
  func othersShare(since start: Times) -> Double {
    let others = (all - start.all) - (idle - start.idle) - (worker - start.worker)
    return Double(others) / Double(max(all - start.all, 1))
  }
}
