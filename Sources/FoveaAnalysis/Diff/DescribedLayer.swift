import Foundation
import FoveaGraph
import FoveaTensors

/// A node as the comparison of two networks sees it.
struct DescribedLayer {
  let index: Int
  let path: String
  let operation: any FoveaGraph.Operation
  let outputShape: Shape
  /// The nodes whose results it reads, without variables.
  let inputs: [Int]
  let window: LayerWindow?

  private let inputShapes: [Shape]
  /// The path of the layer before it whose parameters it shares.
  private let parametersOf: String?

  /// - Parameter firstReaders: The first node that reads each variable.
  init(_ index: Int, of graph: Graph, shapes: GraphShapes, firstReaders: [Int: Int]) {
    let node = graph.nodes[index]
    self.index = index
    path = node.path
    operation = node.operation
    outputShape = shapes[node: index][0]
    inputShapes = node.inputs.map { shapes[$0] }
    inputs = node.inputs.map(\.node).filter { !(graph.nodes[$0].operation is Variable) }
    window = LayerWindow(
      of: node.operation, reach: node.operation.spatialReach(inputs: inputShapes))
    parametersOf = node.inputs.compactMap { firstReaders[$0.node] }.first { $0 != index }
      .map { graph.nodes[$0].path }
  }

  /// The operation's name; an input's would be its own.
  var type: String { operation is Input ? Input.typeName : operation.name }

  /// The path without its last part.
  var parent: String { path.split(separator: ".").dropLast().joined(separator: ".") }

  /// The last part of the path.
  var ownName: String { path.split(separator: ".").last.map(String.init) ?? path }

  var isStrided: Bool { window.map { $0.stride != [1, 1] } ?? false }

  /// Whether all attributes must be the same.
  func isSame(as other: DescribedLayer) -> Bool {
    AnyHashable(operation) == AnyHashable(other.operation) && inputShapes == other.inputShapes
      && outputShape == other.outputShape && parametersOf == other.parametersOf
  }

  /// All that a reader may want to know of it, by name.
  var attributes: [(name: String, value: String)] {
    var result: [(name: String, value: String)] = []
    if let window {
      func extents(_ numbers: [Int]) -> String { numbers.map(String.init).joined(separator: "×") }
      let sides = window.padding.map(String.init)
      result = [
        ("kernel", extents(window.kernel)), ("stride", extents(window.stride)),
        ("padding", Set(sides).count == 1 ? sides[0] : sides.joined(separator: ",")),
        ("dilation", extents(window.dilation)),
      ]
      if let groups = window.groups { result.append(("groups", String(groups))) }
    }
    if let source = operation as? Input {
      result.append(("shape", outputShape.description))
      result.append(("elements", source.outputElementType.rawValue))
      return result
    }
    if operation.isConvolution {
      result.append(("input channels", String(inputShapes[0][1])))
      result.append(("output channels", String(outputShape[1])))
    }
    if operation is Linear {
      result.append(("input features", String(inputShapes[0].dimensions.last ?? 0)))
      result.append(("output features", String(outputShape.dimensions.last ?? 0)))
    }
    if operation.isConvolution || operation is Linear {
      result.append(("bias", inputShapes.count == 3 ? "yes" : "no"))
    }
    if let parametersOf { result.append(("parameters of", parametersOf)) }
    return result + settings
  }

  /// The operation's own settings, as in files, without the windows.
  private var settings: [(name: String, value: String)] {
    guard let data = try? JSONEncoder().encode(operation),
      let object = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
    else { return [] }
    return Self.flattened(object, "")
      .filter { name, _ in
        let parts = name.split(separator: ".")
        return window == nil || parts.last == "ceilMode" && parts.contains("rows")
          || !parts.contains { ["rows", "columns", "window", "groups"].contains($0) }
      }
      .map { ($0.hasSuffix("ceilMode") ? "ceil mode" : $0, $1) }
      .sorted { $0.name < $1.name }
  }

  private static func flattened(_ value: Any, _ name: String) -> [(name: String, value: String)] {
    switch value {
    case let object as [String: Any]:
      object.flatMap { flattened($1, name.isEmpty ? $0 : "\(name).\($0)") }
    case let list as [Any]: [(name, "[" + list.map { "\($0)" }.joined(separator: ", ") + "]")]
    default: [(name, "\(value)")]
    }
  }

  /// The settings that matter in a few words: `3×3, stride 2×2, 3 → 32 channels`.
  var summary: String {
    let values = Dictionary(attributes, uniquingKeysWith: { first, _ in first })
    var words: [String] = []
    if let kernel = values["kernel"] { words.append(kernel) }
    if isStrided, let stride = values["stride"] { words.append("stride \(stride)") }
    if let dilation = values["dilation"], dilation != "1×1" { words.append("dilation \(dilation)") }
    if let groups = values["groups"], groups != "1" { words.append("groups \(groups)") }
    if let input = values["input channels"], let output = values["output channels"] {
      words.append("\(input) → \(output) channels")
    }
    if let input = values["input features"], let output = values["output features"] {
      words.append("\(input) → \(output) features")
    }
    return words.joined(separator: ", ")
  }
}
