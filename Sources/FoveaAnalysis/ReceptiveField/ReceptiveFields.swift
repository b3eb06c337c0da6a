public import FoveaGraph
import FoveaTensors

/// The receptive field of every value of a network, and where paths of different fields meet.
///
/// Found from the graph alone, for any network without cycles.
///
/// - SeeAlso: A. Araujo, W. Norris, J. Sim, *Computing Receptive Fields of Convolutional Neural Networks*,
///   Distill 2019, doi:10.23915/distill.00021.
public struct ReceptiveFields: Sendable {
  /// The input that fields are measured in.
  public let input: String
  /// Where paths that part before meet again, in the order in which they run.
  public let joins: [PathJoin]

  private let states: [FieldState]

  /// Finds the fields.
  ///
  /// - Parameters:
  ///   - input: The input that they are measured in; the first one with four axes where left out.
  ///   - shapes: The shapes of the graph's values.
  /// - Throws: `GraphError.unknownName` for an input that the graph does not have.
  /// - Complexity: O(nodes), and O(depth) more for each place where paths meet.
  public init(
    of graph: Graph, shapes: GraphShapes, input: String? = nil
  ) throws(GraphError) {
    let known = graph.inputs.map(\.name)
    let images = graph.nodes.indices.filter { index in
      graph.nodes[index].operation is Input && shapes[node: index][0].rank == 4
    }
    let first = images.first.flatMap { graph.nodes[$0].operation as? Input }?.name ?? known.first
    guard let name = input ?? first, known.contains(name) else {
      throw .unknownName(input ?? "", kind: "input", known: known)
    }
    self.input = name
    var pass = FieldPass(graph, shapes, input: name)
    for index in graph.nodes.indices { pass.visit(index) }
    states = pass.states
    joins = pass.joins
  }

  /// What one element of a value sees.
  public subscript(value: Value) -> ReceptiveField { states[value.node].field }

  /// Whether all paths to a value have the same centres, and else the layer where they first differ.
  public func alignment(of value: Value) -> PathAlignment { states[value.node].alignment }
}

/// What is known of a node's results while fields are found.
private struct FieldState {
  /// What one element sees.
  var field: ReceptiveField
  /// What all elements see together; `nil` where nothing can be said.
  var all: (rows: AxisField, columns: AxisField)?
  /// The grid whose pixels elements belong to, which a row of features still has; 1×1 where each sees all.
  var grid: (height: Int, width: Int)
  /// Whether the input can be seen at all.
  var depends: Bool
  var alignment = PathAlignment.aligned
  /// The node that every path from the input to this one goes through last, in the dominator tree.
  var dominator: Int

  static func none(_ index: Int) -> FieldState {
    FieldState(
      field: ReceptiveField(unknown: "it does not depend on the input"), all: nil, grid: (1, 1),
      depends: false, dominator: index)
  }
}

/// One walk over a graph, in order.
private struct FieldPass {
  private let graph: Graph
  private let shapes: GraphShapes
  private let input: String
  private(set) var states: [FieldState] = []
  private(set) var joins: [PathJoin] = []
  /// Nodes on the way up the dominator tree.
  private var depths: [Int] = []

  init(_ graph: Graph, _ shapes: GraphShapes, input: String) {
    self.graph = graph
    self.shapes = shapes
    self.input = input
  }

  mutating func visit(_ index: Int) {
    let node = graph.nodes[index]
    let shape = shapes[node: index][0]
    if let source = node.operation as? Input, source.name == input {
      let axis = AxisField.identity
      states.append(
        FieldState(
          field: ReceptiveField(rows: axis, columns: axis, status: .complete),
          all: (axis.joined(count: shape.gridHeight), axis.joined(count: shape.gridWidth)),
          grid: (shape.gridHeight, shape.gridWidth), depends: true, dominator: index))
      depths.append(0)
      return
    }
    let read = node.inputs.enumerated()
      .filter {
        node.operation.readsElements(ofInput: $0.offset) && states[$0.element.node].depends
      }
      .map(\.element)
    guard !read.isEmpty else {
      states.append(.none(index))
      depths.append(0)
      return
    }
    let reach = node.operation.spatialReach(inputs: node.inputs.map { shapes[$0] })
    let parts = read.map { value in
      advanced(states[value.node], reach, node, from: shapes[value], to: shape)
    }
    var state = parts.dropFirst().reduce(parts[0]) { $0.joined(with: $1, node.path) }
    if shape.isGrid { state.grid = (shape.gridHeight, shape.gridWidth) }
    state.dominator = commonDominator(read.map(\.node))
    if read.count > 1 { recordJoin(index, read, &state) }
    states.append(state)
    depths.append(depths[state.dominator] + 1)
  }

  /// What a node sees of one of its inputs.
  private func advanced(
    _ state: FieldState, _ reach: SpatialReach, _ node: Node, from shape: Shape, to result: Shape
  ) -> FieldState {
    var state = state
    let grid = state.grid
    func set(_ rows: AxisField, _ columns: AxisField) {
      state.field = ReceptiveField(rows: rows, columns: columns, status: state.field.status)
    }
    func limit(_ reason: String) {
      guard case .complete = state.field.status, let rows = state.field.rows,
        let columns = state.field.columns
      else { return }
      state.field = ReceptiveField(
        rows: rows, columns: columns, status: .partial(reason: "\(node.path): \(reason)"))
    }
    func seeAll() {
      guard let all = state.all else { return }
      state.field = ReceptiveField(
        rows: all.rows, columns: all.columns,
        status: .global(reason: "all positions, through \(node.path)"))
    }
    switch reach {
    case .pointwise:
      // An element that is repeated over a grid is seen from everywhere.
      if shape.isGrid, grid == (1, 1), (result.gridHeight, result.gridWidth) != (1, 1) { seeAll() }
    case .windows(let rows, let columns):
      guard let (y, x) = state.axes else { break }
      let (height, width) = (y.through(rows), x.through(columns))
      set(height, width)
      state.all = (
        height.joined(count: result.gridHeight), width.joined(count: result.gridWidth)
      )
    case .transposedWindows(let rows, let columns):
      guard let (y, x) = state.axes else { break }
      set(y.through(transposed: rows), x.through(transposed: columns))
      if max(rows.stride, columns.stride) > 1 {
        limit("how much an element of a transposed convolution sees depends on its place")
      }
    case .cells(let height, let width):
      guard let (y, x) = state.axes else { break }
      let (rows, columns) = (
        y.through(cells: height, of: grid.height), x.through(cells: width, of: grid.width)
      )
      set(rows.field, columns.field)
      if !rows.isExact || !columns.isExact { limit("its cells are not of one size") }
      if height == 1, width == 1, grid != (1, 1) { seeAll() }
    case .offset(let down, let right):
      guard let (y, x) = state.axes else { break }
      set(y.moved(by: down), x.moved(by: right))
    case .global:
      if grid != (1, 1) { seeAll() }
      state.grid = (1, 1)
    case .flattened:
      // A grid that is made of a row mixes what it came from, unless it was one pixel.
      if result.isGrid, grid != (1, 1) { seeAll() }
    case .undefined:
      state.field = ReceptiveField(
        unknown:
          "\(node.path): \(node.operation.name) moves elements in a way that no window describes")
    }
    return state
  }

  private mutating func recordJoin(_ index: Int, _ read: [Value], _ state: inout FieldState) {
    guard Set(read).count > 1 else { return }
    let node = graph.nodes[index]
    let fields = read.map { states[$0.node].field }
    let isAligned = fields.allSatisfy { $0.isCentred(as: fields[0]) }
    if case .aligned = state.alignment, !isAligned { state.alignment = .misaligned(at: node.path) }
    joins.append(
      PathJoin(
        layer: node.path, parting: graph.nodes[state.dominator].path,
        branches: zip(read, fields).map {
          PathJoin.Branch(layer: graph.nodes[$0.node].path, field: $1)
        }, isAligned: isAligned))
  }

  /// The last node that all paths to `nodes` go through.
  ///
  /// - SeeAlso: K. Cooper, T. Harvey, K. Kennedy, *A Simple, Fast Dominance Algorithm*, 2001.
  private func commonDominator(_ nodes: [Int]) -> Int {
    nodes.dropFirst().reduce(nodes[0]) { first, second in
      var (left, right) = (first, second)
      while left != right {
        if depths[left] < depths[right] { swap(&left, &right) }
        left = states[left].dominator
      }
      return left
    }
  }
}

extension FieldState {
  /// Both axes; `nil` where nothing is known.
  var axes: (rows: AxisField, columns: AxisField)? {
    field.rows.flatMap { rows in field.columns.map { (rows, $0) } }
  }

  /// What both see together.
  func joined(with other: FieldState, _ path: String) -> FieldState {
    var result = self
    if case .misaligned = other.alignment, case .aligned = alignment {
      result.alignment = other.alignment
    }
    result.all = all.flatMap { mine in
      other.all.map { (mine.rows.covering($0.rows), mine.columns.covering($0.columns)) }
    }
    // What sees everything adds nothing to size and jump of a map.
    if case .global = other.field.status, other.grid == (1, 1), grid != (1, 1) {
      result.field = field.with(other.field.status)
      return result
    }
    if case .global = field.status, grid == (1, 1), other.grid != (1, 1) {
      result.field = other.field.with(field.status)
      result.grid = other.grid
      return result
    }
    guard let (rows, columns) = axes, let (otherRows, otherColumns) = other.axes else {
      if axes != nil { result.field = other.field }
      return result
    }
    guard let joinedRows = rows.joined(with: otherRows),
      let joinedColumns = columns.joined(with: otherColumns)
    else {
      result.field = ReceptiveField(
        unknown: "\(path): paths with jumps \(rows.jump)×\(columns.jump) and "
          + "\(otherRows.jump)×\(otherColumns.jump) meet")
      return result
    }
    result.field = ReceptiveField(
      rows: joinedRows, columns: joinedColumns,
      status: field.status.joined(with: other.field.status))
    return result
  }
}

extension ReceptiveField {
  func with(_ status: Status) -> ReceptiveField {
    guard let rows, let columns else { return self }
    return ReceptiveField(rows: rows, columns: columns, status: status)
  }

  /// Whether the elements of both are centred on the same pixels; what sees everything has no centre.
  func isCentred(as other: ReceptiveField) -> Bool {
    if case .global = status { return true }
    if case .global = other.status { return true }
    guard let rows, let columns, let otherRows = other.rows, let otherColumns = other.columns else {
      return false
    }
    return zip([rows, columns], [otherRows, otherColumns])
      .allSatisfy { $0.start == $1.start && $0.jump == $1.jump }
  }
}

extension ReceptiveField.Status {
  /// The one that says less.
  func joined(with other: Self) -> Self {
    func rank(_ status: Self) -> Int {
      switch status {
      case .complete: 0
      case .partial: 1
      case .global: 2
      case .unknown: 3
      }
    }
    return rank(other) > rank(self) ? other : self
  }
}

extension AxisField {
  /// From the first pixel of either to the last of either.
  func covering(_ other: AxisField) -> AxisField {
    AxisField(
      first: min(first, other.first), last: max(last, other.last), jump: max(jump, other.jump))
  }

  /// What a cell of adaptive pooling sees, and whether all of them see as much.
  func through(cells: Int, of extent: Int) -> (field: AxisField, isExact: Bool) {
    if extent % cells == 0 { return (joined(count: extent / cells), true) }
    // Every cell is the one pixel.
    if extent == 1 { return (AxisField(first: first, last: last, jump: 0), true) }
    // The cell that begins farthest inside a pixel is the widest.
    let widest = (2 * cells - greatestCommonDivisor(extent, cells) + extent - 1) / cells
    let step = jump * Double(extent) / Double(cells)
    return (AxisField(first: first, last: last + Double(widest - 1) * jump, jump: step), false)
  }
}

extension Shape {
  /// Whether the last two axes are height and width, or the last one is that of a signal: an image of one row.
  var isGrid: Bool { rank > 2 }
  var gridHeight: Int { rank > 3 ? self[rank - 2] : 1 }
  var gridWidth: Int { isGrid ? self[rank - 1] : 1 }
}

/// The largest number that divides both.
func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
  b == 0 ? a : greatestCommonDivisor(b, a % b)
}
