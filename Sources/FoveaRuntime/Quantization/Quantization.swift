internal import CFoveaKernels
public import FoveaGraph

/// Which convolutions of a network run on 8-bit numbers, and what was measured to decide that.
///
/// Weights are symmetric, with a scale an output channel, and are made of the float weights when a program
/// prepares; images become bytes by one scale and zero point a layer. Sums are exact 32-bit integers;
/// results, and all that stays between layers, are float32. See `Documentation/quantization.md`.
public struct Quantization: Hashable, Codable, Sendable {
  /// How a layer's image becomes bytes: `byte = zeroPoint + round(number / scale)`, kept within 0 to 255.
  public struct Input: Hashable, Codable, Sendable {
    /// The distance of two neighbouring bytes.
    public let scale: Float
    /// The byte that stands for 0.
    public let zeroPoint: Int

    /// Gathers both; `Quantization.check` says whether they can be used.
    public init(scale: Float, zeroPoint: Int) {
      self.scale = scale
      self.zeroPoint = zeroPoint
    }
  }

  /// What was decided about a layer, and why.
  public enum Verdict: String, Hashable, Codable, Sendable {
    /// It runs on 8-bit numbers, which is faster and exact enough.
    case kept
    /// It runs on 8-bit numbers because that was asked for, whatever time and error say.
    case forced
    /// It stays float: 8-bit numbers are no faster on this machine.
    case slower
    /// It stays float: its error is beyond the tolerance.
    case inaccurate
    /// It stays float: it has groups, sums beyond 32 bits, weights that runs change, or inputs that are
    /// not finite.
    case unsupported
  }

  /// A convolution.
  public struct Layer: Hashable, Codable, Sendable {
    /// The layer's path, such as `layer1.0.conv1`.
    public let path: String
    /// What was decided.
    public let verdict: Verdict
    /// How its image becomes bytes; `nil` where nothing was found.
    public let input: Input?
    /// The time of the float layer and what is fused with it.
    public let floatMilliseconds: Double?
    /// The same on 8-bit numbers, making them included.
    public let int8Milliseconds: Double?
    /// The root mean square of the difference from the float results of the same inputs, as a share of
    /// their range.
    public let error: Double?

    /// Whether it runs on 8-bit numbers.
    public var isQuantized: Bool { verdict == .kept || verdict == .forced }

    /// Gathers what is known of a layer.
    public init(
      path: String, verdict: Verdict, input: Input? = nil, floatMilliseconds: Double? = nil,
      int8Milliseconds: Double? = nil, error: Double? = nil
    ) {
      self.path = path
      self.verdict = verdict
      self.input = input
      self.floatMilliseconds = floatMilliseconds
      self.int8Milliseconds = int8Milliseconds
      self.error = error
    }
  }

  /// Every convolution of the network once, in the order in which they run.
  public let layers: [Layer]

  /// Gathers layers.
  public init(layers: [Layer]) { self.layers = layers }

  /// The layers that run on 8-bit numbers.
  public var quantizedLayers: [Layer] { layers.filter(\.isQuantized) }

  /// Throws unless a program can run `graph` like this, wherever the numbers come from.
  public func check(for graph: Graph) throws(QuantizationError) {
    var known: [String: Bool] = [:]
    for node in graph.nodes where node.operation is Conv2d {
      known[node.path] = known[node.path, default: true] && graph.canQuantize(node)
    }
    var seen: Set<String> = []
    for layer in layers {
      guard seen.insert(layer.path).inserted else { throw .duplicateLayer(layer.path) }
      guard let canQuantize = known[layer.path] else { throw .unknownLayer(layer.path) }
      guard layer.isQuantized else { continue }
      guard canQuantize else { throw .unsupportedLayer(layer.path) }
      guard let input = layer.input else { throw .missingInput(layer.path) }
      // Beyond these a factor of the results, or its reciprocal, would be no normal number.
      guard 0x1p-100...0x1p100 ~= input.scale else { throw .scale(layer.path, input.scale) }
      guard 0...255 ~= input.zeroPoint else { throw .zeroPoint(layer.path, input.zeroPoint) }
    }
  }

  /// `graph` with the kept ones of its convolutions, fused or not, on 8-bit numbers; nodes and values
  /// keep their places.
  func applied(to graph: Graph) throws -> Graph {
    let inputs = Dictionary(
      quantizedLayers.compactMap { layer in layer.input.map { (layer.path, $0) } }
    ) { first, _ in first }
    var builder = GraphBuilder()
    for node in graph.nodes {
      var operation = node.operation
      if let convolution = FusedConv2d(of: operation), let input = inputs[node.path] {
        guard graph.canQuantize(node) else { throw QuantizationError.unsupportedLayer(node.path) }
        operation = QuantizedConv2d(fused: convolution, input: input)
      }
      _ = try builder.append(operation, node.inputs, path: node.path)
    }
    for (name, value) in graph.outputs { try builder.output(name, value) }
    for (name, value) in graph.updates { try builder.update(name, with: value) }
    return builder.graph
  }
}

extension Graph {
  /// Whether a convolution, fused or not, can run on 8-bit numbers.
  func canQuantize(_ node: Node) -> Bool {
    guard let convolution = FusedConv2d(of: node.operation)?.convolution,
      let weight = nodes[node.inputs[1].node].operation as? Variable, updates[weight.name] == nil
    else { return false }
    var geometry = fovea_conv2d_geometry()
    geometry.groups = convolution.groups
    geometry.kernel_height = weight.shape[2]
    geometry.kernel_width = weight.shape[3]
    geometry.in_channels = weight.shape[1] * convolution.groups
    return fovea_quantized_conv2d_supports(&geometry)
  }
}

/// Why a network cannot run on 8-bit numbers as it is asked to.
public enum QuantizationError: Error, Hashable, Sendable {
  /// A layer that is listed twice.
  case duplicateLayer(_ path: String)
  /// A path that no convolution of the network has.
  case unknownLayer(_ path: String)
  /// A convolution that 8-bit kernels do not compute.
  case unsupportedLayer(_ path: String)
  /// A layer without the numbers that its image becomes bytes with.
  case missingInput(_ path: String)
  /// A scale that is not a positive number of usual size.
  case scale(_ path: String, Float)
  /// A zero point that is no byte.
  case zeroPoint(_ path: String, Int)
}

extension QuantizationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .duplicateLayer(let path): "\(path) is quantised twice; quantise the network again"
    case .unknownLayer(let path):
      "the network has no convolution \(path) to quantise; quantise this network again"
    case .unsupportedLayer(let path):
      "\(path) has groups, sums beyond 32 bits or weights that runs change, which 8-bit kernels do not "
        + "compute; leave it float"
    case .missingInput(let path):
      "\(path) is quantised without scale and zero point; quantise the network again"
    case .scale(let path, let scale):
      "\(path) is quantised with the scale \(scale), which must be positive and within 2^-100 to 2^100; "
        + "quantise the network again"
    case .zeroPoint(let path, let zeroPoint):
      "\(path) is quantised with the zero point \(zeroPoint), which must be within 0 to 255; "
        + "quantise the network again"
    }
  }
}
