public import FoveaGraph
public import FoveaLayers

/// SegNet: the convolutions of VGG-16, and as many on the way up, where values return to where pooling took them from.
///
/// `[N, C, H, W] → [N, classes, H, W]`, height and width of 32 or more. The encoder has the names of torchvision's
/// `vgg16_bn` (`features.0` …), so that its weights fit; the decoder's stages are `decoder.0` … `decoder.4`.
///
/// - SeeAlso: V. Badrinarayanan, A. Kendall, R. Cipolla, *SegNet: A Deep Convolutional Encoder-Decoder Architecture for
///   Image Segmentation* (2015), arXiv:1511.00561.
public struct SegNet: Layer {
  /// The classes of a pixel.
  public let classes: Int

  /// Makes a network.
  ///
  /// - Parameter classes: The classes of a pixel.
  public init(classes: Int) { self.classes = classes }

  private static let stages = [
    [64, 64], [128, 128], [256, 256, 256], [512, 512, 512], [512, 512, 512],
  ]

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    var value = input
    var kept: [(places: SymbolicTensor, map: SymbolicTensor)] = []
    var place = 0
    for stage in Self.stages {
      for channels in stage {
        value = try Self.convolution(channels).named("features.\(place)")(value)
        value = try BatchNorm2d().named("features.\(place + 1)")(value)
        value = try relu(value)
        place += 3
      }
      let map = value
      let pooled = try value.tracer.scoped(.name("features.\(place)")) {
        () throws(GraphError) -> [SymbolicTensor] in try Self.pooled(map)
      }
      kept.append((pooled[1], map))
      value = pooled[0]
      place += 1
    }
    for (index, stage) in Self.stages.reversed().enumerated() {
      guard let (places, map) = kept.popLast() else { break }
      let from = value
      value = try value.tracer.scoped(.name("unpool.\(index)")) {
        () throws(GraphError) -> SymbolicTensor in
        let window = try Self.window(from.tracer.path)
        return try from.tracer.append(
          MaxUnpool2d(rows: window, columns: window), [from, places, map])[0]
      }
      // Each stage ends in the channels of the next one's, the last one in the classes.
      let isLast = index == Self.stages.count - 1
      let next = isLast ? classes : Self.stages[Self.stages.count - 2 - index].last ?? classes
      let channels = stage.dropLast() + [next]
      value = try Sequential {
        for (layer, channels) in channels.enumerated() {
          Self.convolution(channels)
          if !isLast || layer < stage.count - 1 {
            BatchNorm2d()
            ReLU()
          }
        }
      }.named("decoder.\(index)")(value)
    }
    return value
  }

  private static func convolution(_ channels: Int) -> FoveaLayers.Conv2d {
    Conv2d(channels, kernel: 3, padding: 1, weightInitializer: .kaimingNormal(fan: .fanOut))
  }

  /// The maxima of 2×2 squares, and where they lie.
  private static func pooled(_ map: SymbolicTensor) throws(GraphError) -> [SymbolicTensor] {
    let tracer = map.tracer
    let window = try window(tracer.path)
    let pooling = FoveaGraph.MaxPool2d(rows: window, columns: window)
    return try tracer.append(pooling, [map])
      + tracer.append(MaxPool2dIndices(pooling: pooling), [map])
  }

  private static func window(_ path: String) throws(GraphError) -> Window {
    do {
      return try Window(kernel: 2, stride: 2)
    } catch {
      throw .operation(path: path, error)
    }
  }
}

extension ZooModel {
  /// SegNet for street scenes of CamVid's size and classes.
  public static let segnet = ZooModel(
    name: "segnet",
    summary: "VGG-16 and its mirror image, with max-unpooling, for 360×480 images",
    source: "V. Badrinarayanan et al. (2015), arXiv:1511.00561; encoder names of torchvision",
    defaultInput: [3, 360, 480], defaultClasses: 11, parameterCount: 29_449_355
  ) { SegNet(classes: $0) }
}
