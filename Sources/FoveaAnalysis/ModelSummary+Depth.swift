extension ModelSummary {
  /// A layer, or all layers below one path.
  public struct Group: Hashable, Codable, Sendable {
    /// The path that they have in common.
    public let path: String
    /// The layers, in the order in which they run; at least one.
    public let layers: [Layer]
    /// Sums over them.
    public let totals: Totals

    /// The layer whose result is the group's.
    public var last: Layer { layers[layers.count - 1] }
  }

  /// Neighbouring layers whose paths agree in their first `depth` parts, together; every layer by itself where
  /// `depth` is `nil`.
  public func groups(depth: Int? = nil) -> [Group] {
    var groups: [(path: String, layers: [Layer])] = []
    for layer in layers {
      let parts = layer.path.split(separator: ".")
      let path = depth.map { parts.prefix($0).joined(separator: ".") } ?? layer.path
      if depth != nil, let last = groups.last, last.path == path {
        groups[groups.count - 1].layers.append(layer)
      } else {
        groups.append((path, [layer]))
      }
    }
    return groups.map { Group(path: $0.path, layers: $0.layers, totals: Totals($0.layers)) }
  }
}
