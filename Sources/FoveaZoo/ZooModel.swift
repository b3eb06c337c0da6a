public import FoveaGraph
public import FoveaLayers
public import FoveaTensors

/// A network that is known by name.
public struct ZooModel: Sendable {
  /// The name on the command line, such as `resnet18`.
  public let name: String
  /// What it is, in a line.
  public let summary: String
  /// Where it was published.
  public let source: String
  /// The input that it was published for, without the batch.
  public let defaultInput: Shape
  /// The classes that it was published for.
  public let defaultClasses: Int
  /// Its parameters with the default input and classes.
  public let parameterCount: Int

  private let layers: @Sendable (_ classes: Int) -> Sequential

  init(
    name: String, summary: String, source: String, defaultInput: Shape, defaultClasses: Int,
    parameterCount: Int, layers: @escaping @Sendable (_ classes: Int) -> Sequential
  ) {
    self.name = name
    self.summary = summary
    self.source = source
    self.defaultInput = defaultInput
    self.defaultClasses = defaultClasses
    self.parameterCount = parameterCount
    self.layers = layers
  }

  /// Builds the network.
  ///
  /// - Parameters:
  ///   - input: One input, without the batch; the published one where left out.
  ///   - classes: The number of classes; the published one where left out.
  /// - Throws: `GraphError` where the network does not take such an input.
  public func build(input: Shape? = nil, classes: Int? = nil) throws(GraphError) -> Model {
    try Model(
      input: input ?? defaultInput, function: layers(classes ?? defaultClasses).forward)
  }

  /// Every network, in the order in which lists show them.
  public static let all: [ZooModel] = [
    simpleCNN, simpleCNN3v7, lenet5, resnet18CIFAR, resnet18, resnet34, resnet50, resnet50V1,
    resnet50B, resnet50C, resnet50D, mobileNetV2,
    efficientNetB0, vgg16,
  ]

  /// The network called `name`.
  ///
  /// - Throws: `ZooError.unknownModel`, which names the nearest.
  public static func named(_ name: String) throws(ZooError) -> ZooModel {
    guard let model = all.first(where: { $0.name == name }) else {
      throw .unknownModel(name, known: all.map(\.name))
    }
    return model
  }
}

/// Why there is no such network.
public enum ZooError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A name that no network has.
  case unknownModel(_ name: String, known: [String])

  public var description: String {
    switch self {
    case .unknownModel(let name, let known):
      "there is no model \(name); choose from \(known.joined(separator: ", "))"
    }
  }
}
