public import FoveaGraph
import FoveaTensors

/// Merges the axes from `startAxis` on into one: `[N, C, H, W] → [N, C·H·W]`.
public struct Flatten: Layer {
  /// The first merged axis.
  public let startAxis: Int
  /// The last merged axis; negative counts from the last.
  public let endAxis: Int

  /// Makes a layer.
  public init(startAxis: Int = 1, endAxis: Int = -1) {
    self.startAxis = startAxis
    self.endAxis = endAxis
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let flatten = FoveaGraph.Flatten(startAxis: startAxis, endAxis: endAxis)
    return try input.tracer.append(flatten, [input])[0]
  }
}

/// The same elements of each image under another shape; one extent may be -1, to be inferred.
public struct Reshape: Layer {
  /// The extents after the batch.
  public let shape: [Int]

  /// Makes a layer.
  public init(_ shape: Int...) { self.shape = shape }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let image = Shape(Array(input.shape.dimensions.dropFirst()))
    let resolved: Shape
    do {
      resolved = try FoveaGraph.Reshape(shape).outputShapes(for: [image])[0]
    } catch {
      throw .operation(path: input.tracer.path, error)
    }
    // The batch is what is inferred in the graph, so that another batch still fits.
    return try input.tracer.append(FoveaGraph.Reshape([-1] + resolved.dimensions), [input])[0]
  }
}
