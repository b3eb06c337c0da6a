public import FoveaGraph
public import FoveaLayers
public import FoveaTensors

/// A network that is known by name.
public struct ZooModel: Sendable {
  /// The name on the command line, such as `resnet18`: torchvision's or timm's, with `-` for `_`.
  public let name: String
  /// What it is, in a line.
  public let summary: String
  /// Where it was published.
  public let source: String
  /// The input that it was published for, without the batch.
  public let defaultInput: Shape
  /// The classes that it was published for; `nil` where it tells none apart.
  public let defaultClasses: Int?
  /// Its parameters with the default input and classes, at width 1.
  public let parameterCount: Int
  /// Whether its channels can be made more or fewer as a whole: `mobilenet-v2-x0.5`.
  public let takesWidth: Bool

  /// What its number of channels is multiplied by, where it takes a width.
  private var width = 1.0
  private let network: @Sendable (_ classes: Int, _ width: Double) -> any Layer

  /// Describes a network of one width.
  init(
    name: String, summary: String, source: String, defaultInput: Shape, defaultClasses: Int,
    parameterCount: Int, network: @escaping @Sendable (_ classes: Int) -> any Layer
  ) {
    self.init(
      name: name, summary: summary, source: source, defaultInput: defaultInput,
      defaultClasses: defaultClasses, parameterCount: parameterCount, takesWidth: false
    ) { classes, _ in network(classes) }
  }

  /// Describes a network of one width that tells no classes apart, such as one that makes images.
  init(
    name: String, summary: String, source: String, defaultInput: Shape, parameterCount: Int,
    network: @escaping @Sendable () -> any Layer
  ) {
    self.init(
      name: name, summary: summary, source: source, defaultInput: defaultInput,
      defaultClasses: nil, parameterCount: parameterCount, takesWidth: false
    ) { _, _ in network() }
  }

  /// Describes a network of any width.
  init(
    name: String, summary: String, source: String, defaultInput: Shape, defaultClasses: Int,
    parameterCount: Int, ofWidth network: @escaping @Sendable (Int, Double) -> any Layer
  ) {
    self.init(
      name: name, summary: summary, source: source, defaultInput: defaultInput,
      defaultClasses: defaultClasses, parameterCount: parameterCount, takesWidth: true, network)
  }

  private init(
    name: String, summary: String, source: String, defaultInput: Shape, defaultClasses: Int?,
    parameterCount: Int, takesWidth: Bool, _ network: @escaping @Sendable (Int, Double) -> any Layer
  ) {
    self.name = name
    self.summary = summary
    self.source = source
    self.defaultInput = defaultInput
    self.defaultClasses = defaultClasses
    self.parameterCount = parameterCount
    self.takesWidth = takesWidth
    self.network = network
  }

  /// Builds the network.
  ///
  /// - Parameters:
  ///   - input: One input, without the batch; the published one where left out.
  ///   - classes: The number of classes; the published one where left out.
  /// - Throws: `GraphError` where the network does not take such an input, or tells no classes apart.
  public func build(input: Shape? = nil, classes: Int? = nil) throws(GraphError) -> Model {
    if defaultClasses == nil, let classes {
      throw .operation(
        path: "", .setting(name, name: "classes", value: "\(classes)", allowed: "none at all"))
    }
    let layers = network(classes ?? defaultClasses ?? 0, width)
    return try Model(input: input ?? defaultInput) { value throws(GraphError) in
      try layers.forward(value)
    }
  }

  /// Every network, in the order in which lists show them.
  public static let all: [ZooModel] =
    classicNetworks + inceptionNetworks + residualNetworks + mobileNetworks
    + segmentationNetworks + generativeNetworks + detectionNetworks

  /// The network called `name`.
  ///
  /// Torchvision's and timm's spelling (`mobilenet_v2`) is the same name. Where the network takes a
  /// width, one may follow: `mobilenet-v2-x0.5`.
  ///
  /// - Throws: `ZooError.unknownModel`, which lists those that there are.
  public static func named(_ name: String) throws(ZooError) -> ZooModel {
    let plain = String(name.lowercased().map { $0 == "_" ? "-" : $0 })
    if let model = all.first(where: { $0.name == plain }) { return model }
    let parts = plain.split(separator: "-")
    if let last = parts.last, last.first == "x", let width = Double(last.dropFirst()),
      (0.01...100).contains(width),
      var model = all.first(where: {
        $0.takesWidth && $0.name == parts.dropLast().joined(separator: "-")
      })
    {
      model.width = width
      return model
    }
    throw .unknownModel(name, known: all.map(\.name))
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
