/// What the comparison is with.
enum PeerName: String, CaseIterable, Codable {
  case eager = "PyTorch"
  case compiled = "compiled"
  case onnxRuntime = "ONNX Runtime"
  case openVINO = "OpenVINO"
  case ncnn = "ncnn"

  /// The script, and its arguments.
  var command: [String] {
    switch self {
    case .eager: ["pytorch_peer.py"]
    case .compiled: ["pytorch_peer.py", "--compiled"]
    case .onnxRuntime: ["onnxruntime_peer.py"]
    case .openVINO: ["openvino_peer.py"]
    case .ncnn: ["ncnn_peer.py"]
    }
  }
}

/// How fast Fovea is to be.
struct Goal {
  /// Which peer it is measured by; `nil`: the fastest.
  let peer: PeerName?
  /// The largest share of that peer's time, or of its memory, that Fovea may take.
  let ratio: Double
}

/// A row of the comparison.
struct Work {
  /// What is done with the network.
  enum Kind: String, Codable {
    case infer, train
  }

  let kind: Kind
  /// Fovea's name for the network.
  let network: String
  let title: String
  let goals: [Goal]

  var peers: [PeerName] { kind == .infer ? PeerName.allCases : [.eager, .compiled] }

  static let all = [
    Work(
      kind: .infer, network: "vgg16", title: "VGG-16 inference",
      goals: [
        Goal(peer: .ncnn, ratio: 0.75), Goal(peer: .onnxRuntime, ratio: 0.4),
        Goal(peer: .openVINO, ratio: 0.4),
      ]),
    Work(
      kind: .infer, network: "resnet18", title: "ResNet-18 inference",
      goals: [Goal(peer: .ncnn, ratio: 0.7), Goal(peer: .onnxRuntime, ratio: 0.6)]),
    Work(
      kind: .infer, network: "resnet50", title: "ResNet-50 inference",
      goals: [Goal(peer: nil, ratio: 0.75)]),
    Work(
      kind: .infer, network: "mobilenet-v2", title: "MobileNetV2 inference",
      goals: [Goal(peer: nil, ratio: 0.95)]),
    Work(
      kind: .infer, network: "efficientnet-b0", title: "EfficientNet-B0 inference",
      goals: [Goal(peer: nil, ratio: 0.95)]),
    Work(
      kind: .train, network: "resnet18-cifar", title: "ResNet-18 32×32 training, batch 64",
      goals: [Goal(peer: .eager, ratio: 1 / 3), Goal(peer: .compiled, ratio: 1 / 2.3)]),
    Work(
      kind: .train, network: "resnet18", title: "ResNet-18 224×224 training, batch 16",
      goals: [Goal(peer: .eager, ratio: 0.4)]),
    Work(
      kind: .train, network: "simple-cnn", title: "simple-cnn training, batch 64",
      goals: [Goal(peer: .eager, ratio: 1.0 / 6)]),
  ]
}
