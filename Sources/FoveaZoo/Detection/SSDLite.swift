import FoveaGraph
import FoveaLayers

/// SSD-Lite on MobileNetV3-Large with a reduced tail: six maps from a sixteenth of the image's size on.
private struct SSDLite: Layer {
  let classes: Int

  private static let normalization = BatchNorm2d(epsilon: 1e-3, momentum: 0.03)

  func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    let maps = try tracer.scoped(.name("backbone")) { () throws(GraphError) -> [SymbolicTensor] in
      try self.maps(input)
    }
    let head = SSDHead(
      classes: classes, boxes: Array(repeating: 6, count: maps.count), isLite: true)
    let found = try head(maps, named: "head")
    tracer.output("bbox_regression", found.boxes)
    return found.classes
  }

  /// The first map is inside a block: behind the widening of the one that strides to a 32nd of the size.
  private func maps(_ input: SymbolicTensor) throws(GraphError) -> [SymbolicTensor] {
    let layers = MobileNetV3Body(
      .large, hasReducedTail: true, normalization: Self.normalization
    ).layers.map(\.layer)
    let split = 13
    var value = try Sequential(Array(layers[..<split])).named("features.0")(input)
    var maps: [SymbolicTensor] = []
    guard let block = layers[split] as? MBConv else { return maps }
    let parts = block.branch(inputChannels: try value.channels).layers
    value = try parts[0].named("features.0.\(split)")(value)
    maps.append(value)
    for (index, part) in parts.enumerated().dropFirst() {
      value = try part.named("features.1.0.\(index)")(value)
    }
    for (index, layer) in layers[(split + 1)...].enumerated() {
      value = try layer.named("features.1.\(index + 1)")(value)
    }
    maps.append(value)
    for (index, channels) in [512, 256, 256, 128].enumerated() {
      value = try extra(channels).named("extra.\(index)")(value)
      maps.append(value)
    }
    return maps
  }

  /// Halves a map by a depthwise convolution between 1×1 convolutions.
  private func extra(_ channels: Int) -> Sequential {
    Sequential {
      for (channels, kernel, stride, groups) in [
        (channels / 2, 1, 1, 1), (channels / 2, 3, 2, channels / 2), (channels, 1, 1, 1),
      ] {
        ConvNormActivation(
          channels: channels, kernel: kernel, stride: stride, groups: groups,
          normalization: Self.normalization, activation: ReLU6())
      }
    }
  }
}

extension ZooModel {
  /// SSD-Lite on MobileNetV3-Large as torchvision has it, without the decoding of boxes.
  public static let ssdLite = ZooModel(
    name: "ssdlite320-mobilenet-v3-large",
    summary: "single-shot detector of separable convolutions, further output bbox_regression",
    source: "A. Howard et al. (2019), arXiv:1905.02244; names of torchvision",
    defaultInput: [3, 320, 320], defaultClasses: 91, parameterCount: 3_440_060
  ) { SSDLite(classes: $0) }
}
