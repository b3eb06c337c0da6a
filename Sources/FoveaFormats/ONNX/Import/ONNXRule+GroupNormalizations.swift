import FoveaGraph
import FoveaTensors

/// Normalisations by statistics of each image itself.
extension ONNXRule {
  static let groupNormalizations: [String: ONNXRule] = [
    "InstanceNormalization": ONNXRule(["epsilon"]) { node, importer throws(ONNXError.Problem) in
      let image = try importer.value(try node.input(0))
      let affine = [try importer.value(try node.input(1)), try importer.value(try node.input(2))]
      let shape = importer.shape(image)
      guard shape.rank > 2 else {
        throw .input(0, value: "of shape \(shape)", allowed: "three axes or more")
      }
      let norm = GroupNorm(
        groups: shape[1], epsilon: try node.float("epsilon", default: 1e-5))
      return [.value(try importer.append(norm, [image] + affine)[0])]
    },
    "GroupNormalization": ONNXRule(["epsilon", "num_groups", "stash_type"]) {
      node, importer throws(ONNXError.Problem) in
      let image = try importer.value(try node.input(0))
      let shape = importer.shape(image)
      let groups = try node.integer("num_groups", default: 0)
      guard shape.rank > 1, groups > 0, shape[1] % groups == 0 else {
        throw .attribute("num_groups", value: "\(groups)", allowed: "a divisor of the channels")
      }
      let norm = GroupNorm(groups: groups, epsilon: try node.float("epsilon", default: 1e-5))
      var affine: [Value] = []
      for index in 1...2 {
        let parameter = try node.input(index)
        // Up to opset 20 a group has one scale and one shift.
        if node.opset < 21, importer.shape(parameter) == [groups], groups != shape[1] {
          guard case .constant(let tensor, let name) = parameter else {
            throw node.notConstant(index)
          }
          let wide = tensor.reshaped([groups, 1]).broadcast(to: [groups, shape[1] / groups])
          affine.append(
            try importer.variable(name + ".perChannel", wide.reshaped([shape[1]])))
        } else {
          affine.append(try importer.value(parameter))
        }
      }
      return [.value(try importer.append(norm, [image] + affine)[0])]
    },
    "LayerNormalization": ONNXRule(["axis", "epsilon", "stash_type"]) {
      node, importer throws(ONNXError.Problem) in
      let value = try importer.value(try node.input(0))
      let shape = importer.shape(value)
      let axis = try normalised([try node.integer("axis", default: -1)], rank: shape.rank)[0]
      let norm = LayerNorm(
        axes: .trailing(shape.rank - axis),
        epsilon: try node.float("epsilon", default: 1e-5))
      var affine: [Value] = []
      for index in 1...2 where node.has(input: index) {
        affine.append(try importer.value(try node.input(index)))
      }
      let results = try importer.append(norm, [value] + affine)
      return results.map(ONNXOperand.value)
    },
    "LRN": activation(["alpha", "beta", "bias", "size"]) { node throws(ONNXError.Problem) in
      LocalResponseNorm(
        size: try node.integer("size", default: 0), alpha: try node.float("alpha", default: 1e-4),
        beta: try node.float("beta", default: 0.75), k: try node.float("bias", default: 1))
    },
  ]
}
