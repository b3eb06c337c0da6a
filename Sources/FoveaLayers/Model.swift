public import FoveaGraph
public import FoveaTensors

/// A network that is checked and ready to be analysed, trained or run: its graphs and how it starts.
///
/// Holds no weights: `initialWeights(seed:)` makes some, files bring others.
public struct Model: Hashable, Codable, Sendable {
  /// The shape of one input, without the batch, such as `[1, 28, 28]`.
  public let inputShape: Shape
  /// The network as it answers; input `input`, first output `output`.
  public let inference: Graph
  /// The network as it learns: batch statistics, dropout, updates of running statistics.
  public let training: Graph
  /// The variables in order, and how each starts.
  public let parameters: [ParameterDeclaration]

  /// The name of the input of both graphs.
  public static let inputName = "input"
  /// The name of the output of both graphs.
  public static let outputName = "output"

  /// Builds a chain of layers.
  ///
  /// - Parameters:
  ///   - input: The shape of one input, without the batch.
  ///   - elementType: What the input's elements are; indices of an embedding are int32.
  ///   - layers: The layers, one after another.
  /// - Throws: `GraphError` with the layer's path, where shapes do not fit.
  public init(
    input: Shape, elementType: ElementType = .float32, @LayerBuilder _ layers: () -> Sequential
  ) throws(GraphError) {
    let chain = layers()
    try self.init(input: input, elementType: elementType, function: chain.forward)
  }

  /// Builds any network, from a function on symbolic values; it is called once for each mode.
  ///
  /// - Throws: `GraphError` with the layer's path, where shapes do not fit.
  public init(
    input: Shape, elementType: ElementType = .float32,
    function: (SymbolicTensor) throws(GraphError) -> SymbolicTensor
  ) throws(GraphError) {
    func trace(_ mode: Mode, batch: Int) throws(GraphError) -> Tracer {
      let tracer = Tracer(mode: mode)
      guard let shape = Shape(checking: [batch] + input.dimensions) else {
        throw .operation(path: Self.inputName, .tooLarge("the input \(input)"))
      }
      let value = try tracer.builder.input(Self.inputName, shape, elementType)
      let result = try function(SymbolicTensor(tracer: tracer, value: value))
      guard result.tracer === tracer else { throw .differentGraphs(path: Self.outputName) }
      try tracer.builder.output(Self.outputName, result.value)
      for (name, value) in tracer.furtherOutputs { try tracer.builder.output(name, value.value) }
      try tracer.builder.graph.validate()
      return tracer
    }
    inputShape = input
    let answering = try trace(.inference, batch: 1)
    inference = answering.builder.graph
    // Batch statistics need more than one value a channel, hence two images.
    let learning = try trace(.training, batch: 2)
    training = learning.builder.graph
    // A head that helps training alone has parameters that no answer needs.
    let answered = Set(answering.parameters.map(\.name))
    parameters =
      answering.parameters + learning.parameters.filter { !answered.contains($0.name) }
  }

  /// The weights that a training starts from; they depend on the seed and the names only.
  public func initialWeights(seed: UInt64) -> Weights {
    var weights = Weights()
    for parameter in parameters {
      let stream = RandomStream(seed: seed, named: "initial/" + parameter.name)
      weights[parameter.name] = parameter.initializer.tensor(parameter.shape, stream)
    }
    return weights
  }

  /// The number of trained parameters, with those of heads for training alone, without running statistics.
  public var parameterCount: Int {
    training.variables.filter { $0.role == .parameter }.reduce(0) { $0 + $1.shape.elementCount }
  }

  /// The shape of one output, without the batch.
  public var outputShape: Shape {
    get throws(GraphError) {
      let shapes = try inference.shapes()
      return Shape(
        Array(shapes[try inference.output(named: Self.outputName)].dimensions.dropFirst()))
    }
  }
}
