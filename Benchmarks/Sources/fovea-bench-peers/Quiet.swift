import Foundation

/// Waits until nobody computes, so that a turn has the machine for itself.
///
/// The sides of a comparison all wait at that time, threads that spin while they wait included; what is
/// busy then is another program, or a peer that has not come to rest.
struct Quiet {
  private static let pause: UInt32 = 100_000
  private static let mostSeconds = 10.0
  /// The share of all processors that may be busy.
  private static let busyShare = 0.1

  /// Turns that began all the same, after a long time.
  private(set) var busyTurns = 0
  private(set) var turns = 0

  mutating func wait() {
    turns += 1
    let clock = ContinuousClock()
    let start = clock.now
    while true {
      let before = Self.ticks()
      usleep(Self.pause)
      let after = Self.ticks()
      // Where the system does not tell, the pause alone has to do.
      guard let before, let after, after.all > before.all else { return }
      let idle = Double(after.idle - before.idle) / Double(after.all - before.all)
      if 1 - idle <= Self.busyShare { return }
      if (clock.now - start) / .seconds(1) > Self.mostSeconds {
        busyTurns += 1
        return
      }
    }
  }

  /// Time that all processors have spent since the machine started, in ticks; see proc(5).
  private static func ticks() -> (idle: Int, all: Int)? {
    guard let text = try? String(contentsOfFile: "/proc/stat", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("cpu ") })
    else { return nil }
    // user, nice, system, idle, iowait, irq, softirq, steal; what follows is counted in user as well.
    let fields = line.split(separator: " ").dropFirst().prefix(8).compactMap { Int($0) }
    return fields.count == 8 ? (fields[3] + fields[4], fields.reduce(0, +)) : nil
  }
}
