import FoveaGraph
import FoveaTensors

extension ONNXRule {
  static let normalizations: [String: ONNXRule] = [
    "BatchNormalization": ONNXRule([
      "epsilon", "momentum", "spatial", "training_mode", "is_test",
    ]) {
      node, importer throws(ONNXError.Problem) in
      guard try !node.flag("training_mode"), node.opset >= 14 || node.outputCount == 1 else {
        throw .attribute("training_mode", value: "1", allowed: "0")
      }
      guard try node.flag("spatial", default: true) else {
        throw .attribute("spatial", value: "0", allowed: "1")
      }
      let image = try importer.value(try node.input(0))
      var vectors: [Value] = []
      for index in 1...4 { vectors.append(try importer.value(try node.input(index))) }
      // Mean and variance stand before scale and shift here.
      vectors = Array(vectors[2...] + vectors[..<2])
      let operation = BatchNorm2d(epsilon: try node.float("epsilon", default: 1e-5))
      let shape = importer.shape(image)
      guard shape.rank != 4 else {
        return [.value(try importer.append(operation, [image] + vectors)[0])]
      }
      guard shape.rank > 1 else {
        throw .input(0, value: "of shape \(shape)", allowed: "two axes or more")
      }
      let pixels = shape.dimensions[2...].reduce(1, *)
      let wide = try importer.reshape(image, to: [shape[0], shape[1], pixels, 1])
      let result = try importer.append(operation, [wide] + vectors)[0]
      return [.value(try importer.reshape(result, to: shape.dimensions))]
    }
  ]
}
