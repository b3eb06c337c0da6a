/// Networks side by side.
public struct NetworkComparison: Hashable, Codable, Sendable {
  /// The networks; the others are measured by the first.
  public let networks: [NetworkFigures]
  /// The channels that come into each of them; `nil` where they differ.
  ///
  /// A k×k convolution that keeps C channels has k²·C² weights, so numbers of parameters read as 27 C² and 49 C².
  public let channels: Int?
  /// What numbers alone do not say.
  public let notes: [String]

  /// Puts networks side by side.
  public init(_ networks: [NetworkFigures]) {
    self.networks = networks
    let channels = Set(networks.map { $0.inputShape.rank == 4 ? $0.inputShape[1] : 0 })
    self.channels = channels.count == 1 ? channels.first : nil
    notes = Self.notes(networks)
  }

  /// A network's parameters in squares of the channels that come in.
  public func channelSquares(of network: NetworkFigures) -> Double? {
    channels.flatMap { $0 > 0 ? Double(network.parameters) / (Double($0) * Double($0)) : nil }
  }

  private static func notes(_ networks: [NetworkFigures]) -> [String] {
    guard networks.count > 1, let first = networks.first else { return [] }
    var notes: [String] = []
    if networks.contains(where: { $0.outputShape != first.outputShape }) {
      notes.append(
        "Their outputs have different shapes, so what follows them costs differently too.")
    }
    let fields = networks.map { $0.receptiveField.size.map { [$0.height, $0.width] } }
    if let field = fields[0], fields.allSatisfy({ $0 == field }), field != [1, 1] {
      notes.append("They see the same \(field[0])×\(field[1]) pixels.")
    }
    for network in networks {
      guard let reason = network.receptiveField.status.reason else { continue }
      notes.append(
        "\(network.name): receptive field \(network.receptiveField.status.word), \(reason).")
    }
    return notes
  }
}
