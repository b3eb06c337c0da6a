import FoveaArchives
import FoveaGraph
import FoveaTensors

/// Activations with an exponential in them, and learnt slopes.
extension ONNXRule {
  static let smoothActivations: [String: ONNXRule] = [
    "Elu": activation(["alpha"]) { node throws(ONNXError.Problem) in
      ELU(alpha: try node.float("alpha", default: 1))
    },
    "Celu": ONNXRule(["alpha"]) { node, importer throws(ONNXError.Problem) in
      // alpha · ELU(x / alpha), with the ELU of slope 1.
      let alpha = try node.float("alpha", default: 1)
      let value = try importer.value(try node.input(0))
      if alpha == 1 { return [.value(try importer.apply(ELU(alpha: 1), value))] }
      let narrow = try importer.apply(Scale(1 / alpha, shift: 0), value)
      let bent = try importer.apply(ELU(alpha: 1), narrow)
      return [.value(try importer.apply(Scale(alpha, shift: 0), bent))]
    },
    "Selu": ONNXRule(["alpha", "gamma"]) { node, importer throws(ONNXError.Problem) in
      let value = try importer.value(try node.input(0))
      let bent = try importer.apply(
        ELU(alpha: try node.float("alpha", default: 1.673_263_2)), value)
      let gamma = try node.float("gamma", default: 1.050_701)
      return [.value(try importer.apply(Scale(gamma, shift: 0), bent))]
    },
    "Softplus": activation { _ in Softplus(beta: 1, threshold: 20) },
    "Mish": activation { _ in Mish() },
    "Gelu": activation(["approximate"]) { node throws(ONNXError.Problem) in
      let text = try node.string("approximate", default: GELU.Approximation.none.rawValue)
      guard let approximation = GELU.Approximation(rawValue: text) else {
        throw .attribute(
          "approximate", value: ONNXError.excerpt(text), allowed: "none or tanh")
      }
      return GELU(approximate: approximation)
    },
    // On its own it has no counterpart; the importer recognises the GELU that it is a part of.
    "Erf": activation { _ in ErrorFunction() },
    "PRelu": ONNXRule { node, importer throws(ONNXError.Problem) in
      let value = try importer.value(try node.input(0))
      let slope = try node.input(1)
      let (shape, slopes) = (importer.shape(value), importer.shape(slope))
      // Slopes that broadcast to one number for each channel, or for all of them.
      let channels = shape.rank > 1 ? shape[1] : 1
      let placed = Array(repeating: 1, count: max(0, shape.rank - slopes.rank)) + slopes.dimensions
      let isPerChannel = placed.enumerated().allSatisfy { $0 == 1 || $1 == 1 }
      // Up to opset 6 one axis of slopes is the channels'.
      let isOldRow = node.opset < 7 && slopes == [channels]
      guard
        isOldRow
          || placed.count == shape.rank && isPerChannel
            && [1, channels].contains(slopes.elementCount)
      else {
        return [.value(try general(value, try importer.value(slope), &importer))]
      }
      let flat = try importer.reshaped(slope, to: [slopes.elementCount])
      return [.value(try importer.apply(PReLU(), value, try importer.value(flat)))]
    },
  ]

  /// Slopes of any shape: `max(x, 0) − slope · max(−x, 0)`.
  private static func general(
    _ value: Value, _ slope: Value, _ importer: inout ONNXImporter
  ) throws(ONNXError.Problem) -> Value {
    let positive = try importer.apply(ReLU(), value)
    let below = try importer.apply(ReLU(), try importer.apply(Unary(.negate), value))
    let sloped = try importer.apply(Binary(.multiply), slope, below)
    return try importer.apply(Binary(.subtract), positive, sloped)
  }
}
