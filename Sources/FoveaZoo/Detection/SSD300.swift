import FoveaGraph
import FoveaLayers

/// SSD on VGG-16: six maps from an eighth of the image's size on.
private struct SSD300: Layer {
  let classes: Int

  func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    let maps = try tracer.scoped(.name("backbone")) { () throws(GraphError) -> [SymbolicTensor] in
      try self.maps(input)
    }
    let head = SSDHead(classes: classes, boxes: [4, 6, 6, 6, 4, 4], isLite: false)
    let found = try head(maps, named: "head")
    tracer.output("bbox_regression", found.boxes)
    return found.classes
  }

  private func maps(_ input: SymbolicTensor) throws(GraphError) -> [SymbolicTensor] {
    var value = try Sequential {
      for (stage, widths) in [[64, 64], [128, 128], [256, 256, 256], [512, 512, 512]].enumerated() {
        // The paper's sizes: 75 pixels are halved to 38.
        if stage > 0 { MaxPool2d(kernel: 2, ceilMode: stage == 3) }
        for width in widths { convolved(width) }
      }
    }.named("features")(input)
    var maps = [try normalized(value)]
    value = try Sequential {
      MaxPool2d(kernel: 2)
      for width in [512, 512, 512] { convolved(width) }
      Sequential {
        MaxPool2d(kernel: 3, stride: 1, padding: 1)
        convolved(1024, padding: 6, dilation: 6)
        convolved(1024, kernel: 1, padding: 0)
      }
    }.named("extra.0")(value)
    maps.append(value)
    for (index, (width, stride)) in [(512, 2), (256, 2), (256, 1), (256, 1)].enumerated() {
      let extra = Sequential {
        convolved(width / 2, kernel: 1, padding: 0)
        convolved(width, padding: stride - 1, stride: stride)
      }
      value = try extra.named("extra.\(index + 1)")(value)
      maps.append(value)
    }
    return maps
  }

  /// A convolution and ReLU.
  private func convolved(
    _ channels: Int, kernel: Int = 3, padding: Int = 1, stride: Int = 1, dilation: Int = 1
  ) -> [any Layer] {
    let convolution = Conv2d(
      channels, kernel: Extent2d(kernel), stride: Extent2d(stride), padding: .all(padding),
      dilation: Extent2d(dilation), weightInitializer: .xavierUniform())
    return [convolution, ReLU()]
  }

  /// Each pixel's channels at length 1, times a learnt factor each.
  private func normalized(_ map: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = map.tracer
    let channels = try map.channels
    let squares = try tracer.append(
      Reduce(.sum, axes: [1], keepDimensions: true), [map * map])
    let length = try hardtanh(
      tracer.append(Unary(.sqrt), squares)[0], minimum: 1e-12,
      maximum: .greatestFiniteMagnitude)
    let scale = try tracer.parameter("scale_weight", [channels], .constant(20))
    return try map / length
      * tracer.append(FoveaGraph.Reshape([channels, 1, 1]), [scale])[0]
  }
}

extension ZooModel {
  /// SSD300 on VGG-16 as torchvision has it, without the decoding of boxes.
  public static let ssd300 = ZooModel(
    name: "ssd300-vgg16",
    summary: "single-shot detector on VGG-16, further output bbox_regression",
    source: "W. Liu et al. (2016), arXiv:1512.02325; names of torchvision",
    defaultInput: [3, 300, 300], defaultClasses: 91, parameterCount: 35_641_826
  ) { SSD300(classes: $0) }
}
