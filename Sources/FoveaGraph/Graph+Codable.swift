import FoveaTensors
import OrderedCollections

/// The operations that a file may name.
public struct OperationRegistry: Sendable {
  private var types: [String: any Operation.Type] = [:]

  /// Every operation of this package.
  public static let standard = OperationRegistry([
    Input.self, Variable.self, Constant.self,
    Conv2d.self, Conv2dInputGradient.self, Conv2dWeightGradient.self, ConvTranspose2d.self,
    Conv1d.self, ConvTranspose1d.self, Conv3d.self, Conv3dInputGradient.self,
    Conv3dWeightGradient.self, Embedding.self, EmbeddingGradient.self, TakeElements.self,
    Linear.self, MatMul.self,
    MaxPool2d.self, MaxPool2dGradient.self, AvgPool2d.self, AvgPool2dGradient.self,
    AdaptiveAvgPool2d.self, AdaptiveAvgPool2dGradient.self,
    BatchNorm2d.self, BatchNorm2dTraining.self, BatchNorm2dGradient.self,
    Unary.self, Scale.self, ReLU.self, ReLUGradient.self, Binary.self,
    LeakyReLU.self, LeakyReLUGradient.self, Hardtanh.self, HardtanhGradient.self, Sigmoid.self,
    SiLU.self, SiLUGradient.self, Hardsigmoid.self, Hardswish.self, HardswishGradient.self,
    GELU.self, GELUGradient.self, ELU.self, ELUGradient.self, PReLU.self,
    Softplus.self, SoftplusGradient.self, Mish.self, MishGradient.self,
    GroupNorm.self, GroupNormGradient.self, LayerNorm.self, LayerNormGradient.self,
    LocalResponseNorm.self, LocalResponseNormGradient.self, DropBlock.self, StopGradient.self,
    BroadcastTo.self, SumTo.self, Reduce.self, MaxGradient.self,
    Permute.self, PixelShuffle.self, PixelUnshuffle.self, ChannelShuffle.self,
    Resize.self, ResamplingGradient<Resize>.self, Pad.self, ResamplingGradient<Pad>.self,
    BlurPool2d.self, ResamplingGradient<BlurPool2d>.self,
    AdaptiveMaxPool2d.self, AdaptiveMaxPool2dGradient.self, MaxPool2dIndices.self,
    MaxUnpool2d.self, MaxUnpool2dGradient.self, FractionalMaxPool2d.self,
    FractionalMaxPool2dGradient.self, RandomUniform.self,
    Reshape.self, Flatten.self, Unsqueeze.self, Concat.self, Split.self, Slice.self,
    SliceGradient.self, Dropout.self, Softmax.self, LogSoftmax.self, CrossEntropy.self,
    RandomNormal.self, DeformableSampling.self, DeformableSamplingInputGradient.self,
    DeformableSamplingOffsetGradient.self,
    CrossEntropyGradient.self, SGDUpdate.self, AdamUpdate.self, AllFinite.self, Select.self,
    RMSpropUpdate.self, LionUpdate.self, AdamDirection.self,
  ])

  /// Gathers operation types under their names.
  public init(_ types: [any Operation.Type]) {
    for type in types { self.types[type.typeName] = type }
  }

  /// This registry with more types.
  public func adding(_ more: any Operation.Type...) -> OperationRegistry {
    var result = self
    for type in more { result.types[type.typeName] = type }
    return result
  }

  /// The types, by name.
  public var all: [any Operation.Type] { types.keys.sorted().compactMap { types[$0] } }

  func type(named name: String) throws(GraphError) -> any Operation.Type {
    guard let type = types[name] else { throw .unknownOperation(name) }
    return type
  }
}

extension CodingUserInfoKey {
  /// Where a decoder finds the `OperationRegistry`, when it is to know more than the standard one.
  public static let operationRegistry =
    CodingUserInfoKey(rawValue: "FoveaGraph.operationRegistry").unsafelyUnwrapped
}

extension Node: Codable {
  private enum CodingKeys: CodingKey { case operation, settings, inputs, path }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let registry = decoder.userInfo[.operationRegistry] as? OperationRegistry ?? .standard
    let type = try registry.type(named: values.decode(String.self, forKey: .operation))
    operation = try type.init(from: values.superDecoder(forKey: .settings))
    inputs = try values.decode([Value].self, forKey: .inputs)
    path = try values.decode(String.self, forKey: .path)
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(type(of: operation).typeName, forKey: .operation)
    try operation.encode(to: values.superEncoder(forKey: .settings))
    try values.encode(inputs, forKey: .inputs)
    try values.encode(path, forKey: .path)
  }
}

extension Graph: Codable {
  private enum CodingKeys: CodingKey { case nodes, outputs, updates }

  /// Reads a graph and checks it as if it were built anew: what comes back is as good as one that a
  /// builder made.
  ///
  /// - Throws: `GraphError` for what no builder would take, `DecodingError` for what is no graph.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    var builder = GraphBuilder()
    for node in try values.decode([Node].self, forKey: .nodes) {
      _ = try builder.append(node, node.inputs)
    }
    for entry in try values.decode([NamedValue].self, forKey: .outputs) {
      try builder.expectValue(entry.value, path: entry.name)
      try builder.output(entry.name, entry.value)
    }
    for entry in try values.decode([NamedValue].self, forKey: .updates) {
      try builder.expectValue(entry.value, path: entry.name)
      try builder.update(entry.name, with: entry.value)
    }
    self = builder.graph
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(nodes, forKey: .nodes)
    try values.encode(outputs.map(NamedValue.init), forKey: .outputs)
    try values.encode(updates.map(NamedValue.init), forKey: .updates)
  }

  /// A dictionary's entry, since JSON objects have no order.
  private struct NamedValue: Codable {
    let name: String
    let value: Value
  }
}
