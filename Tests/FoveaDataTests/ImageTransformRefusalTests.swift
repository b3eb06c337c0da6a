import Testing

@testable import FoveaData

@Suite struct ImageTransformRefusalTests {
  static let position = SamplePosition(seed: 0, epoch: 0, index: 0)

  @Test func `parameters out of range are refused before a picture is there`() {
    let wrong: [ImageTransform] = [
      .resize(0), .resize(-3), .resizeExactly(0),
      .resizeExactly(ImageSize(height: Int.max, width: 2)), .letterbox(-1), .centerCrop(0),
      .pad(-1), .pad(ImagePadding(top: Int.max, left: 0, bottom: 1, right: 0)),
      .randomCrop(0), .randomCrop(4, padding: -2), .randomResizedCrop(0),
      .randomResizedCrop(4, area: -0.1...1), .randomResizedCrop(4, area: 0.1...1.1),
      .randomResizedCrop(4, aspect: 0...1), .randomHorizontalFlip(probability: 1.1),
      .randomVerticalFlip(probability: -0.1), .randomGrayscale(probability: .nan),
      .randomRotation(-1), .randomRotation(.infinity), .randomAffine(degrees: 361),
      .randomAffine(shift: 2), .randomAffine(zoom: 0...1), .randomAffine(zoom: 1...1e9),
      .randomAffine(shear: 90), .randomPerspective(distortion: 1.5),
      .randomPerspective(probability: 2), .colorJitter(brightness: -1),
      .colorJitter(contrast: .nan), .colorJitter(saturation: 1e9), .colorJitter(hue: 0.6),
      .gaussianBlur(kernel: 4), .gaussianBlur(kernel: -1), .gaussianBlur(kernel: 100_001),
      .gaussianBlur(kernel: 3, sigma: 0...1), .gaussianBlur(kernel: 3, probability: 7),
      .randomErasing(probability: 3), .randomErasing(area: 0...2),
      .randomErasing(aspect: 0...1), .randAugment(operations: -1), .randAugment(magnitude: 31),
    ]
    for transform in wrong {
      #expect(throws: ImageTransformError.self, "\(transform)") { try [transform].validate() }
      #expect(throws: ImageTransformError.self, "\(transform)") {
        try [transform].draw(for: 40, at: Self.position)
      }
    }
    #expect(throws: Never.self) { try ImageTransformTests.all.validate() }
  }

  @Test func `operations that do not fit are refused`() throws {
    let image = try RasterImage(height: 4, width: 6, color: [1, 2, 3])
    let box = PixelBox(top: 1, left: 3, size: ImageSize(height: 3, width: 4))
    let wrong: [ImageOperation] = [
      .crop(box), .erase(box, color: []), .crop(PixelBox(top: -1, left: 0, size: 2)),
      .crop(PixelBox(top: 0, left: 0, size: 0)),
      .crop(PixelBox(top: Int.max, left: 0, size: ImageSize(height: Int.max, width: 1))),
      .resize(0, filter: .bilinear),
      .resize(ImageSize(height: 1 << 20, width: 1 << 20), filter: .nearest),
      .pad(ImagePadding(top: -1, left: 0, bottom: 0, right: 0), mode: .edge),
      .pad(ImagePadding(top: Int.max, left: 0, bottom: 0, right: 0), mode: .edge),
      .affine(AffineMotion(zoom: 0), filter: .bilinear, fill: []),
      .affine(AffineMotion(zoom: .nan), filter: .bilinear, fill: []),
      .blur(kernel: 2, sigma: 1), .blur(kernel: 3, sigma: 0), .blur(kernel: 3, sigma: .nan),
      .brightness(.nan), .contrast(.infinity), .hue(1e300), .solarize(threshold: .nan),
    ]
    for operation in wrong {
      #expect(throws: ImageTransformError.self, "\(operation)") {
        try operation.applied(to: image)
      }
    }
  }

  @Test func `sizes that no picture has are refused`() {
    for size in [ImageSize(0), ImageSize(-1), ImageSize(Int.max)] {
      for transform in ImageTransformTests.all {
        #expect(throws: ImageTransformError.size(size)) {
          try [transform].draw(for: size, at: Self.position)
        }
      }
      #expect(throws: ImageTransformError.size(size)) {
        try ImageOperation.pad(1, mode: .edge).size(of: size)
      }
    }
  }

  @Test func `odd operations do what they can`() throws {
    let image = try RasterImage(height: 4, width: 6, color: [1, 2, 3])
    let odd: [ImageOperation] = [
      // Corners in a line, and too few of them.
      .perspective(PictureCorners(x: [0, 1, 2, 3], y: [0, 0, 0, 0]), filter: .bilinear, fill: []),
      .perspective(PictureCorners(x: [0], y: []), filter: .bilinear, fill: []),
      .posterize(bits: 99), .erase(PixelBox(top: 0, left: 0, size: 1), color: [1, 2, 3, 9]),
    ]
    for operation in odd { #expect(try operation.applied(to: image) == image) }
    let nowhere = AffineMotion(degrees: .nan, shearX: 90)
    #expect(
      try ImageOperation.affine(nowhere, filter: .bicubic, fill: [7, 7, 7]).applied(to: image)
        == RasterImage(height: 4, width: 6, color: [7, 7, 7]))
    #expect(try ImageOperation.posterize(bits: -4).applied(to: image).bytes.allSatisfy { $0 == 0 })
  }

  @Test func `messages say what is wrong, then what to do`() {
    let crop: [ImageTransform] = [.randomCrop(32)]
    #expect(throws: ImageTransformError.crop(32, image: 28)) {
      try crop.draw(for: 28, at: Self.position)
    }
    let messages: [(ImageTransformError, String)] = [
      (
        .crop(32, image: 28),
        "a crop of 32×32 is larger than the picture of 28×28; resize or pad it first"
      ),
      (
        .box(PixelBox(top: 1, left: 2, size: 3), image: 3),
        "the box 3×3 at (1, 2) is not inside the picture of 3×3; give one that is"
      ),
      (.size(0), "a picture of 0×0 pixels is not made; give 1 to 268435456 of them"),
      (
        .parameter("random rotation", name: "degrees", value: "-1", allowed: "0 to 360"),
        "random rotation has degrees -1; give 0 to 360"
      ),
    ]
    for (error, words) in messages { #expect("\(error)" == words) }
    #expect(
      throws: ImageTransformError.parameter(
        "random rotation", name: "degrees", value: "-1", allowed: "0 to 360")
    ) { try [ImageTransform.randomRotation(-1)].validate() }
  }

  @Test func `steps and operations are told in words`() throws {
    let steps: [(ImageTransform, String)] = [
      (.resize(256), "resize: shorter side 256, bilinear"),
      (.randomCrop(32, padding: 4), "random crop of 32×32 after pad by 4 on all sides with black"),
      (.randomHorizontalFlip(), "random horizontal flip in 50 %"),
      (
        .randomResizedCrop(224),
        "random resized crop to 224×224: area 0.08 to 1, aspect 0.75 to 1.333, bilinear"
      ),
      (
        .colorJitter(brightness: 0.2),
        "color jitter: brightness ± 0.2, contrast ± 0, saturation ± 0, hue ± 0"
      ),
      (.randAugment(), "RandAugment: 2 operations of strength 9, bilinear"),
      (.grayscale, "grayscale"),
    ]
    for (step, words) in steps { #expect("\(step)" == words) }
    let operations: [(ImageOperation, String)] = [
      (.crop(PixelBox(top: 3, left: 5, size: 32)), "crop 32×32 at (3, 5)"),
      (.brightness(1.1304), "brightness × 1.13"), (.orient(.mirrored), "mirrored"),
      (
        .affine(AffineMotion(degrees: 12.5, shiftX: 2, shiftY: -3), filter: .nearest, fill: []),
        "turn by 12.5°, shift by (2, -3)"
      ),
      (
        .pad(ImagePadding(top: 1, left: 2, bottom: 3, right: 4), mode: .color([5])),
        "pad by (1, 2, 3, 4) with [5]"
      ),
      (.pad(4, mode: .reflect), "pad by 4 on all sides, mirrored"),
    ]
    for (operation, words) in operations { #expect("\(operation)" == words) }
    for transform in ImageTransformTests.all { #expect(!"\(transform)".isEmpty) }
  }
}
