import Fovea

/// What came of the whole comparison.
struct Report: Codable {
  var threads: Int
  var rounds: Int
  var peers: [String] = []
  var works: [WorkResult] = []
  /// The most memory of a training's process.
  var trainingMemoryBytes: Int?
  var trainingMemoryPeerBytes: Int?
  /// What PyTorch's process has before it does anything: mostly libraries.
  var trainingMemoryPeerStartBytes: Int?
  /// From the start of a process to its first prediction, without reading the weight file.
  var coldStartMilliseconds: Double?
  var notes: [String] = []

  /// A table, a row a work; a peer's cell has its milliseconds, and Fovea's time as a share of them.
  var lines: [String] {
    var table = TextTable(
      [.init("Work"), .init("Fovea", .right)]
        + PeerName.allCases.map { .init($0.rawValue, .right) } + [.init("Goals")])
    for result in works {
      table.rows.append(
        [result.work, Self.milliseconds(result.milliseconds)]
          + PeerName.allCases.map { name in
            result.peers.first { $0.peer == name }.map(Self.cell) ?? "–"
          }
          + [
            result.goals.map {
              Self.goal("≤ \(Self.ratio($0.limit)) \($0.peer.rawValue)", $0.isMet)
            }.joined(separator: ", ")
          ])
    }
    var remarks = notes
    let empty = PeerName.allCases.map { _ in "–" }
    if let own = trainingMemoryBytes, let peer = trainingMemoryPeerBytes,
      let peerStart = trainingMemoryPeerStartBytes
    {
      let ratio = Double(own) / Double(peer)
      table.rows.append(
        ["ResNet-18 224×224 training, memory", Self.megabytes(own)]
          + ["\(Self.megabytes(peer))  \(Self.ratio(ratio))"] + empty.dropFirst()
          + [Self.goal("≤ \(Self.ratio(PeakMemory.goal)) PyTorch", ratio <= PeakMemory.goal)])
      remarks.append(
        "PyTorch's process has \(Self.megabytes(peerStart)) once it has started; Fovea's whole process "
          + "is \(Self.ratio(Double(own) / Double(max(peer - peerStart, 1)))) of what comes on top."
      )
    }
    if let coldStartMilliseconds {
      let limit = ColdStart.goalMilliseconds
      table.rows.append(
        ["ResNet-18 cold start", Self.milliseconds(coldStartMilliseconds)] + empty
          + [Self.goal("≤ \(Self.milliseconds(limit))", coldStartMilliseconds <= limit)])
    }
    return peers + ["\(threads) threads, \(rounds) rounds in turns", ""] + table.lines
      + ["", "A cell: the peer's time; Fovea's time by it, median (smallest–largest round)."]
      + remarks
  }

  private static func cell(_ result: PeerResult) -> String {
    "\(milliseconds(result.milliseconds))  \(ratio(result.ratio)) "
      + "(\(ratio(result.smallestRatio))–\(ratio(result.largestRatio)))"
  }

  private static func goal(_ text: String, _ isMet: Bool) -> String {
    "\(text): \(isMet ? "met" : "missed")"
  }

  private static func milliseconds(_ value: Double) -> String {
    NumberFormat.fixed(value, decimals: value < 10 ? 2 : value < 100 ? 1 : 0) + " ms"
  }

  private static func megabytes(_ bytes: Int) -> String {
    NumberFormat.fixed(Double(bytes) / 1e6, decimals: 0) + " MB"
  }

  private static func ratio(_ value: Double) -> String { NumberFormat.fixed(value, decimals: 2) }
}
