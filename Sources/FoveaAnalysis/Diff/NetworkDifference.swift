public import FoveaGraph
public import FoveaTensors

/// What two networks do not have in common: layers, not text.
public struct NetworkDifference: Hashable, Codable, Sendable {
  /// What became of a layer.
  public enum Kind: String, Hashable, Codable, Sendable {
    /// It has other settings, under the same path or another.
    case changed
    /// It has another path and nothing else.
    case renamed
    /// Only the second network has it.
    case added
    /// Only the first network has it.
    case removed
  }

  /// A setting that differs.
  public struct Attribute: Hashable, Codable, Sendable {
    /// What is set, such as `stride`.
    public let name: String
    /// Its value in the first network; `nil` where there is none.
    public let before: String?
    /// Its value in the second network; `nil` where there is none.
    public let after: String?
  }

  /// A layer that differs.
  public struct Change: Hashable, Codable, Sendable {
    /// What became of it.
    public let kind: Kind
    /// Its path in the first network; `nil` where it is added.
    public let pathBefore: String?
    /// Its path in the second network; `nil` where it is removed.
    public let pathAfter: String?
    /// Its operation, in the second network where it is there.
    public let type: String
    /// The settings that differ.
    public let attributes: [Attribute]
    /// What it is, in a few words, where it is added or removed.
    public let summary: String?
  }

  /// The layers that differ, in the order of the second network.
  public let changes: [Change]
  /// What several changes mean together, in words.
  public let explanations: [String]
  /// The first network.
  public var before: NetworkFigures
  /// The second network.
  public var after: NetworkFigures

  /// Whether both are the same network.
  public var isSame: Bool { changes.isEmpty }

  /// Compares two networks for certain shapes of their inputs.
  ///
  /// - Throws: `GraphError` where the shapes do not fit.
  /// - Complexity: O(nodes), and O(n·m) for n and m layers without a partner of the same path.
  public init(
    from before: Graph, named nameBefore: String, inputs inputsBefore: [String: Shape] = [:],
    to after: Graph, named nameAfter: String, inputs inputsAfter: [String: Shape] = [:]
  ) throws(GraphError) {
    self.before = try NetworkFigures(name: nameBefore, of: before, inputs: inputsBefore)
    self.after = try NetworkFigures(name: nameAfter, of: after, inputs: inputsAfter)
    let left = try before.describedLayers(inputs: inputsBefore)
    let right = try after.describedLayers(inputs: inputsAfter)
    let matching = LayerMatching(left, right)
    let partners = Dictionary(
      uniqueKeysWithValues: matching.pairs.map { (left[$0.before].index, right[$0.after].index) })
    let met = Set(partners.values)
    var changes: [(place: Double, change: Change)] = []

    var pairs: [LayerPair] = []
    for (i, j) in matching.pairs {
      var pair = LayerPair(before: left[i], after: right[j])
      pair.compareInputs(before, after, partners: partners, met: met)
      pairs.append(pair)
      if let change = pair.change { changes.append((Double(j), change)) }
    }
    var added: [DescribedLayer] = []
    for (place, layer) in right.enumerated() where !met.contains(layer.index) {
      added.append(layer)
      changes.append((Double(place), Change(.added, layer)))
    }
    // What is removed is told where its neighbour before it is now.
    var removed: [DescribedLayer] = []
    let places = Dictionary(uniqueKeysWithValues: matching.pairs.map { ($0.before, $0.after) })
    var place = -0.5
    for (index, layer) in left.enumerated() {
      if let partner = places[index] {
        place = Double(partner) + 0.5
      } else {
        removed.append(layer)
        changes.append((place, Change(.removed, layer)))
      }
    }
    self.changes =
      changes.enumerated().sorted { ($0.element.place, $0.offset) < ($1.element.place, $1.offset) }
      .map(\.element.change) + before.outputChanges(to: after, partners: partners)
    explanations = Explanations(pairs: pairs, added: added, removed: removed).sentences
  }
}

extension NetworkDifference.Change {
  init(_ kind: NetworkDifference.Kind, _ layer: DescribedLayer) {
    self.kind = kind
    pathBefore = kind == .removed ? layer.path : nil
    pathAfter = kind == .added ? layer.path : nil
    type = layer.type
    attributes = []
    summary = layer.summary.isEmpty ? nil : layer.summary
  }
}

/// One layer in both networks.
struct LayerPair {
  let before: DescribedLayer
  let after: DescribedLayer
  private(set) var attributes: [NetworkDifference.Attribute] = []

  init(before: DescribedLayer, after: DescribedLayer) {
    self.before = before
    self.after = after
    if before.isSame(as: after) { return }
    if before.type != after.type {
      attributes = [.init(name: "type", before: before.type, after: after.type)]
    }
    let (old, new) = (before.attributes, after.attributes)
    let values = Dictionary(new, uniquingKeysWith: { first, _ in first })
    let names = Set(old.map(\.name))
    attributes +=
      old.compactMap { name, value in
        values[name] == value ? nil : .init(name: name, before: value, after: values[name])
      }
      + new.filter { !names.contains($0.name) }.map {
        .init(name: $0.name, before: nil, after: $0.value)
      }
  }

  /// Notes what it reads now that it did not read before; a layer that is added or removed between tells that itself.
  mutating func compareInputs(
    _ first: Graph, _ second: Graph, partners: [Int: Int], met: Set<Int>
  ) {
    guard before.inputs.count == after.inputs.count else {
      attributes.append(
        .init(name: "inputs", before: "\(before.inputs.count)", after: "\(after.inputs.count)"))
      return
    }
    for (old, new) in zip(before.inputs, after.inputs) {
      guard let partner = partners[old], met.contains(new), partner != new else { continue }
      attributes.append(
        .init(name: "input", before: first.nodes[old].path, after: second.nodes[new].path))
    }
  }

  var change: NetworkDifference.Change? {
    guard !attributes.isEmpty || before.path != after.path else { return nil }
    return NetworkDifference.Change(
      kind: attributes.isEmpty ? .renamed : .changed, pathBefore: before.path,
      pathAfter: after.path, type: after.type, attributes: attributes, summary: nil)
  }
}

extension Graph {
  /// The inputs and layers, in order, without variables.
  fileprivate func describedLayers(inputs: [String: Shape]) throws(GraphError) -> [DescribedLayer] {
    let shapes = try shapes(inputs: inputs)
    var firstReaders: [Int: Int] = [:]
    for (index, node) in nodes.enumerated() {
      for input in node.inputs
      where nodes[input.node].operation is Variable && firstReaders[input.node] == nil {
        firstReaders[input.node] = index
      }
    }
    return nodes.indices.filter { !(nodes[$0].operation is Variable) }
      .map { DescribedLayer($0, of: self, shapes: shapes, firstReaders: firstReaders) }
  }

  /// Outputs that are other layers' results, and those that only one of the networks has.
  fileprivate func outputChanges(to other: Graph, partners: [Int: Int])
    -> [NetworkDifference.Change]
  {
    func change(_ name: String, _ before: Value?, _ after: Value?) -> NetworkDifference.Change {
      let attribute = NetworkDifference.Attribute(
        name: "result of", before: before.map { nodes[$0.node].path },
        after: after.map { other.nodes[$0.node].path })
      return NetworkDifference.Change(
        kind: before == nil ? .added : after == nil ? .removed : .changed,
        pathBefore: before.map { _ in name }, pathAfter: after.map { _ in name }, type: "Output",
        attributes: [attribute], summary: nil)
    }
    let kept = outputs.compactMap { name, value -> NetworkDifference.Change? in
      guard let after = other.outputs[name] else { return change(name, value, nil) }
      guard let partner = partners[value.node],
        partner != after.node || value.output != after.output
      else { return nil }
      return change(name, value, after)
    }
    return kept
      + other.outputs.filter { outputs[$0.key] == nil }.map { change($0.key, nil, $0.value) }
  }
}
