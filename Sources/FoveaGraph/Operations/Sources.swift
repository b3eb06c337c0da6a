public import FoveaTensors

/// Something that a run is given: images, labels, a learning rate.
public struct Input: Operation {
  public static let typeName = "Input"
  /// The name by which a run is given its tensor.
  public let name: String
  /// The shape that was declared; a run may use another that fits.
  public let shape: Shape
  /// What the elements are.
  public let outputElementType: ElementType

  /// Declares an input.
  public init(_ name: String, _ shape: Shape, _ elementType: ElementType) {
    self.name = name
    self.shape = shape
    outputElementType = elementType
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(0...0, inputs)
    return [shape]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost { Cost() }
}

/// A tensor that outlives a run, by its PyTorch name (`layer1.0.conv1.weight`).
public struct Variable: Operation {
  /// What a variable is for.
  public enum Role: String, Hashable, Codable, Sendable {
    /// Trained by gradients.
    case parameter
    /// Kept up by the network itself, such as a running mean.
    case buffer
    /// An optimiser's memory.
    case optimizerState
  }

  public static let typeName = "Variable"
  /// The name in a `state_dict`.
  public let name: String
  /// The shape, which no input changes.
  public let shape: Shape
  /// What it is for.
  public let role: Role

  /// Declares a variable.
  public init(_ name: String, _ shape: Shape, _ role: Role) {
    self.name = name
    self.shape = shape
    self.role = role
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(0...0, inputs)
    return [shape]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost { Cost() }
}

/// One number in every element.
public struct Constant: Operation {
  public static let typeName = "Constant"
  /// The number.
  public let value: Float
  /// The shape.
  public let shape: Shape

  /// Fills `shape` with `value`.
  public init(_ value: Float, shape: Shape) {
    self.value = value
    self.shape = shape
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(0...0, inputs)
    return [shape]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost { Cost() }
}
