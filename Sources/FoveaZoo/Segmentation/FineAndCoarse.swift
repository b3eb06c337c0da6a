import FoveaGraph
import FoveaLayers

/// A segmentation whose head takes a fine and the last map of a classifier's body, enlarged to the image's size.
struct FineAndCoarseNetwork: Layer {
  /// A body's fine and last map.
  let maps:
    @Sendable (SymbolicTensor) throws(GraphError) -> (fine: SymbolicTensor, last: SymbolicTensor)
  /// Joins them into classes.
  let head: @Sendable (SymbolicTensor, _ fine: SymbolicTensor) throws(GraphError) -> SymbolicTensor

  func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let size = try input.extent()
    let (fine, last) = try input.tracer.scoped(.name("backbone")) {
      () throws(GraphError) -> (SymbolicTensor, SymbolicTensor) in try self.maps(input)
    }
    return try interpolate(head(last, fine), size: size, mode: .bilinear)
  }
}

extension ZooModel {
  /// DeepLabV3+ on ResNet-50 of output stride 16.
  public static let deepLabV3Plus = ZooModel(
    name: "deeplabv3plus-resnet50",
    summary: "atrous spatial pyramid and a decoder on ResNet-50 of output stride 16",
    source: "L.-C. Chen et al. (2018), arXiv:1802.02611; names of VainF/DeepLabV3Plus-Pytorch",
    defaultInput: [3, 513, 513], defaultClasses: 21, parameterCount: 39_761_845
  ) { classes in
    FineAndCoarseNetwork(
      maps: { value throws(GraphError) in
        let body = ResidualBody(.bottleneck, depths: [3, 4, 6, 3], outputStride: 16)
        let maps = try body.maps(value)
        return (maps[0], maps[3])
      },
      head: { last, fine throws(GraphError) in
        try DeepLabV3PlusDecoder(classes: classes)(last, fine: fine, named: "classifier")
      })
  }

  /// LR-ASPP on MobileNetV3-Large of output stride 16.
  public static let lraspp = ZooModel(
    name: "lraspp-mobilenet-v3-large",
    summary: "lite reduced atrous spatial pyramid on MobileNetV3-Large",
    source: "A. Howard et al. (2019), arXiv:1905.02244; names of torchvision",
    defaultInput: [3, 520, 520], defaultClasses: 21, parameterCount: 3_221_538
  ) { classes in
    FineAndCoarseNetwork(
      maps: { value throws(GraphError) in
        let maps = try MobileNetV3Body(.large, isDilated: true).maps(value)
        return (maps[2], maps[5])
      },
      head: { last, fine throws(GraphError) in
        try LRASPPHead(classes: classes)(last, fine: fine, named: "classifier")
      })
  }
}
