public import FoveaGraph
import FoveaTensors

/// Slides a window over an image, with filters of its own at each place: `[N, C, H, W] → [N, outChannels, H', W']`.
///
/// What is local without being the same everywhere. Parameters are `weight`
/// `[H' · W', outChannels, C · kernel · kernel]` and `bias` `[outChannels, H', W']`; the image's size is settled when the
/// model is built.
///
/// - SeeAlso: Y. Taigman et al., *DeepFace*, doi:10.1109/CVPR.2014.220.
public struct LocallyConnected2d: Layer {
  /// Filters at each place, and so channels that go out.
  public let outChannels: Int
  /// Whether each filter adds a number of its own.
  public let bias: Bool
  private let window: WindowSettings

  /// Makes a layer with the input channels inferred.
  public init(
    _ outChannels: Int, kernel: Extent2d, stride: Extent2d = 1, padding: Padding = 0,
    dilation: Extent2d = 1, bias: Bool = true
  ) {
    self.outChannels = outChannels
    self.bias = bias
    window = WindowSettings(kernel: kernel, stride: stride, padding: padding, dilation: dilation)
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    let channels = try tracer.expectChannels(of: input, nil, for: "LocallyConnected2d")
    let (rows, columns) = try window.windows(tracer.path)
    let (height, width) = (input.shape[2], input.shape[3])
    guard let down = rows.positions(on: height), let across = columns.positions(on: width) else {
      throw .operation(
        path: tracer.path,
        .windowTooLarge("LocallyConnected2d", rows: rows, columns: columns, actual: input.shape))
    }
    guard outChannels > 0, channels > 0 else {
      throw .operation(
        path: tracer.path, .groups(1, inChannels: channels, outChannels: outChannels))
    }
    let largest = TakeElements.largestTable
    guard
      [channels, rows.kernel, columns.kernel, down, across, outChannels].allSatisfy({
        $0 <= largest
      }),
      let places = Shape(checking: [down * across, outChannels]),
      let taps = Shape(checking: [down * across, channels, rows.kernel * columns.kernel]),
      max(places.elementCount, taps.elementCount) <= largest
    else { throw .operation(path: tracer.path, .tooLarge("LocallyConnected2d")) }
    let (positions, size) = (places[0], channels * taps[2])

    let patches = try tracer.taking(
      input, from: [channels, height, width], to: [positions, size],
      places: self.places(rows, columns, channels: channels, height, width))
    let weight = try tracer.parameter(
      "weight", [positions, outChannels, size], .pytorchBias(fanIn: size))
    let products = try matmul(
      try tracer.append(FoveaGraph.Reshape([-1, positions, 1, 1, size]), [patches])[0],
      try tracer.append(FoveaGraph.Reshape([1, positions, 1, outChannels, size]), [weight])[0],
      transposeRight: true)
    let results = try tracer.append(
      FoveaGraph.Reshape([-1, positions, outChannels]), [products])[0]
    let transposed = (0..<outChannels).flatMap { channel in
      (0..<positions).map { Int32($0 * outChannels + channel) }
    }
    let image = try tracer.taking(
      results, from: [positions, outChannels], to: [outChannels, down, across], places: transposed)
    guard bias else { return image }
    return try image
      + tracer.parameter("bias", [outChannels, down, across], .pytorchBias(fanIn: size))
  }

  /// For each tap of each window the pixel that it sees, or -1 in padding.
  private func places(
    _ rows: Window, _ columns: Window, channels: Int, _ height: Int, _ width: Int
  ) -> [Int32] {
    func pixels(_ window: Window, on extent: Int) -> [[Int?]] {
      (0..<(window.positions(on: extent) ?? 0)).map { position in
        (0..<window.kernel).map { tap in
          let pixel = position * window.stride - window.padding.before + tap * window.dilation
          return 0..<extent ~= pixel ? pixel : nil
        }
      }
    }
    var places: [Int32] = []
    let across = pixels(columns, on: width)
    for down in pixels(rows, on: height) {
      for across in across {
        for channel in 0..<channels {
          for y in down {
            for x in across {
              guard let y, let x else {
                places.append(-1)
                continue
              }
              places.append(Int32((channel * height + y) * width + x))
            }
          }
        }
      }
    }
    return places
  }
}
