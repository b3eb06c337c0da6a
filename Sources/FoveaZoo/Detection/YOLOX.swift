public import FoveaGraph
public import FoveaLayers

/// A single-shot detector without anchors: a body of cross-stage partial blocks, path aggregation, and a head whose
/// branches for boxes and classes are parted.
///
/// `[N, C, H, W]`, height and width multiples of 32, to three maps `[N, 5 + classes, H / s, W / s]`: the output is that of
/// stride s = 8, the further outputs `stride16` and `stride32` are the others. Channels are the box (offset of the
/// centre, x and y, and logarithms of width and height, in strides), objectness and the classes, all before the logistic
/// function. Weights have the names of Megvii-BaseDetection/YOLOX.
///
/// - SeeAlso: Z. Ge et al., *YOLOX: Exceeding YOLO Series in 2021* (2021), arXiv:2107.08430.
public struct YOLOX: Layer {
  /// The classes of a box.
  public let classes: Int
  /// The channels behind the first halving: 64 of width 1.
  public let width: Int
  /// The bottlenecks of a short stage: 3 of depth 1.
  public let depth: Int
  /// Whether 3×3 convolutions are depthwise separable.
  public let isSeparable: Bool

  /// Makes a detector.
  ///
  /// - Parameters:
  ///   - classes: The classes of a box.
  ///   - width: The channels behind the first halving: 16 (nano), 24 (tiny), 32 (s), 48 (m), 64 (l), 80 (x).
  ///   - depth: The bottlenecks of a short stage: 1 up to s, 2 (m), 3 (l), 4 (x).
  ///   - isSeparable: Whether 3×3 convolutions are depthwise separable, as in nano.
  public init(classes: Int, width: Int, depth: Int = 1, isSeparable: Bool = false) {
    self.classes = classes
    self.width = width
    self.depth = depth
    self.isSeparable = isSeparable
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    let size = try input.extent()
    guard size.height % 32 == 0, size.width % 32 == 0 else {
      throw .operation(
        path: tracer.path,
        .setting(
          "YOLOX", name: "input", value: "\(input.shape)",
          allowed: "a height and a width that are multiples of 32"))
    }
    let maps = try tracer.scoped(.name("backbone")) { () throws(GraphError) -> [SymbolicTensor] in
      let body = CSPDarknet(width: width, depth: depth, isSeparable: isSeparable)
      let maps = try tracer.scoped(.name("backbone")) { () throws(GraphError) -> [SymbolicTensor] in
        try body.maps(input)
      }
      return try PAN(depth: depth, isSeparable: isSeparable)(
        fine: maps[0], middle: maps[1], coarse: maps[2])
    }
    let results = try tracer.scoped(.name("head")) { () throws(GraphError) -> [SymbolicTensor] in
      var results: [SymbolicTensor] = []
      for (scale, map) in maps.enumerated() { results.append(try head(map, scale)) }
      return results
    }
    tracer.output("stride16", results[1])
    tracer.output("stride32", results[2])
    return results[0]
  }

  private func head(_ map: SymbolicTensor, _ scale: Int) throws(GraphError) -> SymbolicTensor {
    let channels = 4 * width
    func branch(_ name: String) -> some Layer {
      Sequential {
        YOLOXConvolution(channels, kernel: 3, isSeparable: isSeparable)
        YOLOXConvolution(channels, kernel: 3, isSeparable: isSeparable)
      }.named("\(name)_convs.\(scale)")
    }
    func prediction(_ name: String, _ channels: Int) -> some Layer {
      Conv2d(channels, kernel: 1).named("\(name)_preds.\(scale)")
    }
    let stem = try YOLOXConvolution(channels).named("stems.\(scale)")(map)
    let classScores = try prediction("cls", classes)(branch("cls")(stem))
    let boxes = try branch("reg")(stem)
    return try concatenate([
      prediction("reg", 4)(boxes), prediction("obj", 1)(boxes), classScores,
    ])
  }
}

extension ZooModel {
  /// YOLOX-Nano, with depthwise separable convolutions.
  public static let yoloxNano = yolox(
    "nano", "the smallest, with depthwise separable convolutions", size: 416,
    parameterCount: 912_159, width: 16, isSeparable: true)
  /// YOLOX-Tiny.
  public static let yoloxTiny = yolox(
    "tiny", "of 24 channels behind the first halving", size: 416, parameterCount: 5_055_855,
    width: 24)
  /// YOLOX-S.
  public static let yoloxS = yolox(
    "s", "of 32 channels behind the first halving", size: 640, parameterCount: 8_968_255, width: 32)

  private static func yolox(
    _ name: String, _ what: String, size: Int, parameterCount: Int, width: Int,
    isSeparable: Bool = false
  ) -> ZooModel {
    ZooModel(
      name: "yolox-\(name)",
      summary: "anchor-free single-shot detector \(what), for \(size)×\(size) images",
      source: "Z. Ge et al. (2021), arXiv:2107.08430; names of Megvii-BaseDetection/YOLOX",
      defaultInput: [3, size, size], defaultClasses: 80, parameterCount: parameterCount
    ) { YOLOX(classes: $0, width: width, isSeparable: isSeparable) }
  }
}
