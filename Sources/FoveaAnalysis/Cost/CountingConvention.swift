public import FoveaGraph
public import FoveaTensors

/// How a tool or a paper counts a network's work: the same network has many "FLOPs".
///
/// The rules are those of PyTorch 2.15's `FlopCounterMode`, fvcore 0.1.5, ptflops 0.7.5, torchinfo 1.8.0 and
/// TensorFlow's profiler (`tensorflow/python/profiler/internal/flops_registry.py`).
public enum CountingConvention: String, Hashable, Codable, Sendable, CaseIterable {
  /// Multiply-adds of convolutions and linear layers, as we count.
  case fovea
  /// As in *Deep Residual Learning for Image Recognition*, arXiv:1512.03385, table 1.
  case resNetPaper = "resnet-paper"
  /// As torchvision's documentation.
  case torchvision
  /// PyTorch's `FlopCounterMode`.
  case flopCounterMode = "flop-counter-mode"
  /// fvcore's `FlopCountAnalysis`, whose numbers timm publishes.
  case fvcore
  /// ptflops' `pytorch` back end.
  case ptflops
  /// torchinfo's `total_mult_adds`.
  case torchinfo
  /// TensorFlow's profiler.
  case tensorFlow = "tensorflow"

  /// What people call it.
  public var title: String {
    switch self {
    case .fovea: "Fovea"
    case .resNetPaper: "ResNet paper"
    case .torchvision: "torchvision"
    case .flopCounterMode: "PyTorch FlopCounterMode"
    case .fvcore: "fvcore, timm"
    case .ptflops: "ptflops"
    case .torchinfo: "torchinfo"
    case .tensorFlow: "TensorFlow profiler"
    }
  }

  /// The unit that it names its number by.
  public var unit: String {
    switch self {
    case .fovea: "multiply-adds"
    case .resNetPaper: "FLOPs"
    case .torchvision: "GFLOPS"
    case .flopCounterMode, .tensorFlow: "FLOPs"
    case .fvcore: "flops"
    case .ptflops: "MACs"
    case .torchinfo: "mult-adds"
    }
  }

  /// What it counts.
  public var rule: String {
    switch self {
    case .fovea: "multiply-adds of convolutions and linear layers on the output grid, without bias"
    case .resNetPaper: "a multiply-add is one FLOP; convolutions and linear layers, without bias"
    case .torchvision: "half of FlopCounterMode's number"
    case .flopCounterMode:
      "a multiply-add is two FLOPs; convolutions and matrix products, without bias"
    case .fvcore:
      "a multiply-add is one flop; also 2 for each element of batch normalisation, 1 for each that adaptive pooling reads"
    case .ptflops:
      "also bias, 2 for each element of batch normalisation, 1 for each that ReLU6 or SiLU makes; ReLU, ELU, PReLU, "
        + "GELU and pooling twice, since hooks of modules and of functions both count them"
    case .torchinfo:
      "a convolution's weights and bias times its output positions; all other weights and biases once an image"
    case .tensorFlow:
      "a multiply-add is two FLOPs; also bias, sums and products of maps, pooling windows; fused batch normalisation "
        + "and ReLU are not counted"
    }
  }

  /// Counts a network for certain shapes of its inputs; sums that pass the largest integer stay there.
  ///
  /// - Throws: `GraphError` where the shapes do not fit.
  /// - Complexity: O(nodes).
  public func count(_ graph: Graph, inputs: [String: Shape] = [:]) throws(GraphError) -> CountedCost
  {
    let shapes = try graph.shapes(inputs: inputs)
    var total = 0
    for (index, node) in graph.nodes.enumerated() where !node.operation.isSource {
      let work = CountedNode(
        node: node, inputs: node.inputs.map { shapes[$0] }, output: shapes[node: index][0],
        variables: node.inputs.map { graph.nodes[$0.node].operation is Variable })
      total = saturated(total.addingReportingOverflow(count(work)))
    }
    return CountedCost(convention: self, title: title, unit: unit, rule: rule, count: total)
  }

  private func count(_ node: CountedNode) -> Int {
    let macs = node.multiplyAdds
    switch self {
    case .fovea, .resNetPaper, .torchvision: return macs
    case .flopCounterMode: return saturated(macs.multipliedReportingOverflow(by: 2))
    case .fvcore:
      switch node.kind {
      case .batchNorm: return 2 * node.output.elementCount
      case .adaptivePooling: return node.inputs[0].elementCount
      default: return macs
      }
    case .ptflops:
      switch node.kind {
      case .product: return macs + (node.hasBias ? node.output.elementCount : 0)
      case .batchNorm: return 2 * node.output.elementCount
      case .rectifier: return 2 * node.output.elementCount
      case .activation: return node.output.elementCount
      case .pooling, .adaptivePooling: return 2 * node.inputs[0].elementCount
      default: return 0
      }
    case .torchinfo:
      guard node.kind == .product || node.kind == .batchNorm else { return 0 }
      let batch = node.output.dimensions.first ?? 1
      let bias = node.hasBias ? node.output.elementCount : 0
      return node.kind == .product ? macs + bias : batch * 2 * node.inputs[0][1]
    case .tensorFlow:
      switch node.kind {
      case .product:
        let doubled = saturated(macs.multipliedReportingOverflow(by: 2))
        return saturated(
          doubled.addingReportingOverflow(node.hasBias ? node.output.elementCount : 0))
      case .pooling, .adaptivePooling: return node.otherOperations
      case .elementwise: return node.output.elementCount
      default: return 0
      }
    }
  }
}

/// A network's work as somebody counts it.
public struct CountedCost: Hashable, Codable, Sendable {
  /// By which rule.
  public let convention: CountingConvention
  /// What people call the rule.
  public let title: String
  /// What it calls its unit.
  public let unit: String
  /// What it counts.
  public let rule: String
  /// How many, for the whole batch.
  public let count: Int
}

/// What conventions tell apart about a node.
private struct CountedNode {
  enum Kind {
    case product, batchNorm, rectifier, activation, pooling, adaptivePooling, elementwise, other
  }

  let kind: Kind
  let inputs: [Shape]
  let output: Shape
  /// Multiply-adds of sums of products alone.
  let multiplyAdds: Int
  let otherOperations: Int
  let hasBias: Bool

  init(node: Node, inputs: [Shape], output: Shape, variables: [Bool]) {
    self.inputs = inputs
    self.output = output
    let cost = node.operation.cost(inputs: inputs, outputs: [output])
    otherOperations = cost.otherOperations
    switch node.operation {
    case is Conv2d, is ConvTranspose2d, is Conv2dInputGradient, is Linear, is MatMul, is Conv1d,
      is ConvTranspose1d, is Conv3d:
      kind = .product
    case is BatchNorm2d: kind = .batchNorm
    case is MaxPool2d, is AvgPool2d: kind = .pooling
    case is AdaptiveAvgPool2d: kind = .adaptivePooling
    case is Binary: kind = .elementwise
    case is ReLU: kind = .rectifier
    case is SiLU, is Hardtanh: kind = .activation
    default: kind = .other
    }
    multiplyAdds = kind == .product ? cost.multiplyAdds : 0
    hasBias =
      kind == .product && !(node.operation is MatMul) && inputs.count == 3
      && variables[2]
  }
}
