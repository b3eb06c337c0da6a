import FoveaGraph
import FoveaTensors

/// Where each value of a graph lies: which memory it shares, and from when to when it is needed.
struct StoragePlan {
  /// What a value's memory is.
  enum Place: Hashable {
    /// A block of the arena.
    case arena(block: Int)
    /// A variable's own memory.
    case variable(node: Int)
  }

  /// A stretch of the arena, needed from one node to another, both counted.
  struct Block {
    let byteCount: Int
    var first: Int
    var last: Int
  }

  /// The nodes that outputs and updates depend on, in order.
  private(set) var liveNodes: [Int] = []
  private(set) var blocks: [Block] = []
  private(set) var places: [Value: Place] = [:]
  /// Updates whose value is not computed in the variable's own memory, in order.
  private(set) var copiedUpdates: [(name: String, value: Value)] = []
  /// Outputs and copied updates that lie in a variable which a run writes to, each with the block that
  /// it is copied to before: two variables may change places, and an output is what was read.
  private(set) var keptValues: [(value: Value, block: Int)] = []

  /// For each node that computes something, whether its first result lies in an input's memory.
  private(set) var decisions: [Int: InPlaceReport.Decision] = [:]

  private let graph: Graph
  private let shapes: GraphShapes
  private var lastRead: [Value: Int] = [:]
  private var updateTargets: [Value: Int] = [:]
  private var variableReads: [Int: Int] = [:]

  /// Where the backward pass begins: at the first node that is named as a gradient.
  private var firstGradient: Int {
    graph.nodes.firstIndex { $0.operation.name.hasSuffix("Gradient") } ?? end
  }

  /// After the last node: when outputs are read and updates written.
  private var end: Int { graph.nodes.count }

  init(_ graph: Graph, _ shapes: GraphShapes) {
    self.graph = graph
    self.shapes = shapes
    findLiveNodes()
    findLastReads()
    for index in liveNodes { place(index) }
    for (name, value) in graph.updates {
      let target = graph.source(named: name).map { Place.variable(node: $0.node) }
      if places[value] != target { copiedUpdates.append((name, value)) }
    }
    let written = Set(graph.updates.keys.compactMap { graph.source(named: $0)?.node })
    for value in copiedUpdates.map(\.value) + graph.outputs.values {
      guard case .variable(let node) = places[value], written.contains(node),
        updateTargets[value] != node, !keptValues.contains(where: { $0.value == value })
      else { continue }
      let byteCount = AlignedMemory.rounded(
        shapes[value].elementCount * MemoryLayout<Float>.stride)
      keptValues.append((value, blocks.count))
      blocks.append(Block(byteCount: byteCount, first: end, last: end))
    }
  }

  private mutating func findLiveNodes() {
    var isLive = [Bool](repeating: false, count: graph.nodes.count)
    for value in graph.outputs.values { isLive[value.node] = true }
    for (name, value) in graph.updates {
      isLive[value.node] = true
      // Written to, and so needed, even where nothing reads it.
      if let variable = graph.source(named: name) { isLive[variable.node] = true }
    }
    for index in graph.nodes.indices.reversed() where isLive[index] {
      let node = graph.nodes[index]
      for (position, input) in node.inputs.enumerated()
      where node.operation.readsElements(ofInput: position) {
        isLive[input.node] = true
      }
    }
    liveNodes = graph.nodes.indices.filter { isLive[$0] }
  }

  private mutating func findLastReads() {
    for index in liveNodes {
      let node = graph.nodes[index]
      for (position, input) in node.inputs.enumerated()
      where node.operation.readsElements(ofInput: position) {
        lastRead[input] = index
      }
    }
    for value in graph.outputs.values { lastRead[value] = end }
    for (name, value) in graph.updates {
      lastRead[value] = end
      if let variable = graph.source(named: name) { updateTargets[value] = variable.node }
    }
  }

  private mutating func place(_ index: Int) {
    let node = graph.nodes[index]
    if node.operation is Variable {
      places[Value(node: index)] = .variable(node: index)
      extend(.variable(node: index), to: lastRead[Value(node: index)] ?? index)
      return
    }
    let inputShapes = node.inputs.map { shapes[$0] }
    let outputShapes = shapes[node: index]
    let executable = node.operation as? any ExecutableOperation
    let isView = executable?.isView(inputs: inputShapes, outputs: outputShapes) ?? false
    let overwritable =
      executable?.overwritable(inputs: inputShapes, outputs: outputShapes) ?? []
    var taken: Set<Int> = []
    for (output, shape) in outputShapes.enumerated() {
      let value = Value(node: index, output: output)
      let last = lastRead[value] ?? index
      if isView, output == 0, let place = places[node.inputs[0]] {
        places[value] = place
        extend(place, to: last)
        decisions[index] = .view
        continue
      }
      // A node may name several inputs for one result: the first that may be overwritten is.
      var reused: (input: Int, place: Place)?
      var decision = InPlaceReport.Decision.mixesElements
      for candidate in overwritable
      where candidate.output == output && !taken.contains(candidate.input) && reused == nil {
        let input = node.inputs[candidate.input]
        guard !isReadOtherwise(candidate.input, of: node, overwritable, output) else {
          decision = .readTwice
          continue
        }
        reused = overwrite(input, at: index, by: value).map { (candidate.input, $0) }
        decision =
          reused == nil
          ? reasonToKeep(input, from: value) : .overwrites(path: graph.nodes[input.node].path)
      }
      if output == 0, !(node.operation is Input) { decisions[index] = decision }
      if let reused {
        taken.insert(reused.input)
        places[value] = reused.place
        extend(reused.place, to: last)
      } else {
        let type = node.operation.outputElementType
        let byteCount = AlignedMemory.rounded(shape.elementCount * type.byteCount)
        // Inputs are written before the first node runs.
        let first = node.operation is Input ? 0 : index
        blocks.append(Block(byteCount: byteCount, first: first, last: last))
        places[value] = .arena(block: blocks.count - 1)
      }
    }
  }

  /// Whether `node` reads the memory of input `position` also as an input that may not be overwritten.
  private func isReadOtherwise(
    _ position: Int, of node: Node, _ overwritable: [(output: Int, input: Int)], _ output: Int
  ) -> Bool {
    node.inputs.indices.contains { other in
      other != position && node.operation.readsElements(ofInput: other)
        && places[node.inputs[other]] == places[node.inputs[position]]
        && !overwritable.contains { $0.output == output && $0.input == other }
    }
  }

  /// The place of `input`, where node `index` is the last to read it and may write `value` there.
  private func overwrite(_ input: Value, at index: Int, by value: Value) -> Place? {
    guard let place = places[input], shapes[input].elementCount == shapes[value].elementCount
    else { return nil }
    switch place {
    case .arena(let block):
      return blocks[block].last == index ? place : nil
    case .variable(let node):
      // A variable is overwritten only by its own update, when nothing reads the old one any more.
      return updateTargets[value] == node && variableReads[node] == index ? place : nil
    }
  }

  /// Why `input` may not be overwritten by `value`.
  private func reasonToKeep(_ input: Value, from value: Value) -> InPlaceReport.Decision {
    guard shapes[input].elementCount == shapes[value].elementCount else { return .mixesElements }
    switch places[input] {
    case .variable(let node):
      return .weight(name: (graph.nodes[node].operation as? Variable)?.name ?? "")
    case .arena(let block) where blocks[block].last < end:
      let reader = blocks[block].last
      let path = graph.nodes[reader].path
      return reader >= firstGradient ? .neededBackward(by: path) : .readLater(by: path)
    case .arena, nil: return .networkOutput
    }
  }

  private mutating func extend(_ place: Place, to node: Int) {
    switch place {
    case .arena(let block): blocks[block].last = max(blocks[block].last, node)
    case .variable(let variable): variableReads[variable] = max(variableReads[variable] ?? 0, node)
    }
  }
}

/// Lays blocks out in one arena so that no two that are needed at the same time overlap.
///
/// Largest first, each at the lowest place that is free for its time.
///
/// - Complexity: O(n²) for n blocks.
/// - SeeAlso: Y. Pisarchyk and J. Lee, *Efficient Memory Management for Deep Neural Net Inference*,
///   arXiv:2001.03288.
struct ArenaLayout {
  let offsets: [Int]
  let byteCount: Int

  init(_ blocks: [StoragePlan.Block]) {
    var offsets = [Int](repeating: 0, count: blocks.count)
    var placed: [Int] = []
    var total = 0
    let order = blocks.indices.sorted {
      (blocks[$0].byteCount, $1) > (blocks[$1].byteCount, $0)
    }
    for index in order {
      let block = blocks[index]
      var offset = 0
      for other in placed
      where blocks[other].first <= block.last && block.first <= blocks[other].last {
        if offsets[other] >= offset + block.byteCount { break }
        offset = max(offset, offsets[other] + blocks[other].byteCount)
      }
      offsets[index] = offset
      total = max(total, offset + block.byteCount)
      let position = placed.firstIndex { offsets[$0] > offset } ?? placed.endIndex
      placed.insert(index, at: position)
    }
    self.offsets = offsets
    byteCount = total
  }
}
