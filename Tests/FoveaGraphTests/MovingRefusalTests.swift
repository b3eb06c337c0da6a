import FoveaGraph
import FoveaTensors
import Testing

/// Inputs that operations which move or resample elements must refuse, and the errors' words.
@Suite struct MovingRefusalTests {
  private let image: Shape = [2, 4, 6, 6]

  private func expectRefusal(
    _ operation: some FoveaGraph.Operation, _ inputs: [Shape], _ error: OperationError,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(throws: error, sourceLocation: sourceLocation) {
      try operation.outputShapes(for: inputs)
    }
  }

  @Test func `permutations and shuffles`() {
    expectRefusal(
      Permute(axes: [0, 1]), [image], .axes("Permute", axes: [0, 1], actual: image))
    expectRefusal(
      Permute(axes: [0, 1, 2, -2]), [image], .axes("Permute", axes: [0, 1, 2, -2], actual: image))
    expectRefusal(
      PixelShuffle(factor: 3), [image],
      .setting(
        "PixelShuffle", name: "factor", value: "3",
        allowed: "one whose square divides the 4 channels"))
    expectRefusal(
      PixelShuffle(factor: .max), [image],
      .setting("PixelShuffle", name: "factor", value: "\(Int.max)", allowed: "1 to 1048576"))
    expectRefusal(
      PixelShuffle(factor: 2), [[4, 6]], .rank("PixelShuffle", expected: 4, actual: [4, 6]))
    expectRefusal(
      PixelUnshuffle(factor: 4), [image],
      .setting(
        "PixelUnshuffle", name: "factor", value: "4", allowed: "one that divides the 6×6 pixels"))
    expectRefusal(
      ChannelShuffle(groups: 3), [image],
      .setting(
        "ChannelShuffle", name: "groups", value: "3",
        allowed: "a number that divides the 4 channels"))
    expectRefusal(
      ChannelShuffle(groups: 1), [[5]], .rank("ChannelShuffle", expected: 4, actual: [5]))
  }

  @Test(arguments: [
    (Pad.Mode.reflect, 6, 0, 5), (.reflect, 0, 6, 5), (.circular, 7, 0, 6),
    (.replicate, -3, -3, 1 << 24), (.constant(0), -6, 0, 1 << 24),
    (.replicate, .max, .max, 1 << 24), (.replicate, .min, .min, 1 << 24),
  ])
  func `padding that leaves or mirrors nothing`(
    mode: Pad.Mode, before: Int, after: Int, largest: Int
  ) {
    expectRefusal(
      Pad([Pad.Amount(before: before, after: after)], mode: mode), [image],
      .setting(
        "Pad", name: "amount", value: "\(before)+\(after) on 6 elements",
        allowed: "at most \(largest) at an end, and leave at least one element"))
  }

  @Test func `padding`() {
    let none = Pad.Amount(before: 0, after: 0)
    expectRefusal(
      Pad([none, none], mode: .reflect), [[3]],
      .setting("Pad", name: "amounts", value: "2", allowed: "at most 1, one an axis"))
    expectRefusal(
      Pad([none], mode: .constant(.infinity)), [image],
      .setting("Pad", name: "value", value: "inf", allowed: "a finite number"))
    let most = Pad.Amount(before: 1 << 23, after: 1 << 22)
    expectRefusal(
      Pad([most, most], mode: .constant(0)), [[1 << 10, 1, 1, 1]], .tooLarge("Pad"))
  }

  @Test func `pooling`() throws {
    expectRefusal(
      BlurPool2d(filterSize: 8, stride: 2), [image],
      .setting("BlurPool2d", name: "filter size", value: "8", allowed: "1 to 7"))
    expectRefusal(
      BlurPool2d(filterSize: 3, stride: 0), [image],
      .setting("BlurPool2d", name: "stride", value: "0", allowed: "1 to 1048576"))
    expectRefusal(
      BlurPool2d(filterSize: 4, stride: 2), [[1, 1, 6, 2]],
      .setting(
        "BlurPool2d", name: "filter size", value: "4",
        allowed: "a smaller one, since only 1 pixels can be mirrored"))
    expectRefusal(
      AdaptiveMaxPool2d(height: 1, width: 0), [image],
      .setting("AdaptiveMaxPool2d", name: "output size", value: "1×0", allowed: "1 or more"))
    let window = try Window(kernel: 2, stride: 2)
    let unpooling = MaxUnpool2d(rows: window, columns: window)
    expectRefusal(
      unpooling, [image, [2, 4, 6, 5]],
      .shape("MaxUnpool2d", input: "indices", expected: image, actual: [2, 4, 6, 5]))
    expectRefusal(
      unpooling, [image, image, [1, 1, 1 << 16, 1 << 16]], .tooLarge("MaxUnpool2d"))
    let fractional = FractionalMaxPool2d(
      kernelHeight: 2, kernelWidth: 2, target: .size(height: 6, width: 3))
    expectRefusal(
      fractional, [image, [2, 4, 2]],
      .setting(
        "FractionalMaxPool2d", name: "windows", value: "6 of 2 pixels on 6",
        allowed: "a kernel that fits, and 1 to extent − kernel + 1 windows"))
    expectRefusal(
      fractional, [image, [2, 3, 2]],
      .shape(
        "FractionalMaxPool2d", input: "samples", expected: [2, 4, 2], actual: [2, 3, 2]))
    expectRefusal(
      RandomUniform(leadingAxes: 5, extents: [2], stream: 0), [image],
      .setting("RandomUniform", name: "leading axes", value: "5", allowed: "0 to 4"))
  }

  @Test func `resizing`() {
    func sizes(_ sizes: Int...) -> Resize { Resize(to: .sizes(sizes), interpolation: .linear) }
    func scales(_ scales: Double...) -> Resize {
      Resize(to: .scales(scales), interpolation: .linear)
    }
    func extents(_ output: Int) -> OperationError {
      .setting(
        "Resize", name: "an axis from 6 to", value: "\(output)",
        allowed: "extents of 1 to 16777216")
    }
    expectRefusal(sizes(0, 3), [image], extents(0))
    expectRefusal(sizes(3, -1), [image], extents(-1))
    expectRefusal(sizes(3, .max), [image], extents(.max))
    expectRefusal(scales(0.1, 1), [image], extents(0))
    expectRefusal(scales(1e300, 1), [image], .tooLarge("Resize"))
    for scale in [0, -1, .nan, .infinity] {
      expectRefusal(
        scales(scale), [image],
        .setting(
          "Resize", name: "scales", value: "\([scale])", allowed: "finite numbers above 0"))
    }
    expectRefusal(
      sizes(1, 1), [[3]],
      .setting("Resize", name: "target", value: "of 2 axes", allowed: "at most 1"))
    expectRefusal(sizes(1 << 24, 1 << 24), [[4, 4, 6, 6]], .tooLarge("Resize"))
    expectRefusal(
      Resize(to: .sizes([3, 3]), interpolation: .nearest(.floor), antialias: true), [image],
      .setting(
        "Resize", name: "antialias", value: "nearest", allowed: "linear or cubic with it"))
    expectRefusal(
      Resize(
        to: .sizes([3, 3]), interpolation: .linear, coordinates: .asymmetric, antialias: true),
      [image],
      .setting(
        "Resize", name: "antialias", value: "asymmetric",
        allowed: "halfPixel or alignCorners with it"))
    expectRefusal(
      Resize(to: .sizes([3, 3]), interpolation: .cubic(.nan)), [image],
      .setting("Resize", name: "cubic coefficient", value: "nan", allowed: "a finite number"))
  }
}
