import Foundation
import FoveaTensors
import Testing

@testable import FoveaData

@Suite struct ImageTransformTests {
  /// Every kind of transform.
  static let all: [ImageTransform] = [
    .resize(20), .resizeExactly(ImageSize(height: 18, width: 25), filter: .bicubic),
    .letterbox(30, fill: [9, 8, 7]), .centerCrop(24), .pad(2, mode: .reflect),
    .randomCrop(22, padding: 3, mode: .edge), .randomResizedCrop(26), .randomHorizontalFlip(),
    .randomVerticalFlip(probability: 0.3), .randomRotation(20, fill: [1, 2, 3]),
    .randomAffine(degrees: 10, shift: 0.1, zoom: 0.8...1.2, shear: 5, filter: .nearest),
    .randomPerspective(distortion: 0.4, probability: 0.9),
    .colorJitter(brightness: 0.4, contrast: 0.3, saturation: 0.2, hue: 0.1),
    .randomGrayscale(probability: 0.2), .gaussianBlur(kernel: 5, probability: 0.5),
    .randomErasing(probability: 0.9, fill: nil), .randomErasing(fill: [4, 5, 6]),
    .randAugment(), .trivialAugmentWide(), .grayscale,
  ]

  static let size = ImageSize(height: 27, width: 35)

  static func position(_ index: Int, epoch: Int = 0, seed: UInt64 = 7) -> SamplePosition {
    SamplePosition(seed: seed, epoch: epoch, index: index)
  }

  @Test func `a recipe reads as it is meant`() throws {
    // A recipe for pictures of 32×32 pixels.
    let recipe: [ImageTransform] = [
      .randomCrop(32, padding: 4), .randomHorizontalFlip(), .colorJitter(brightness: 0.2),
    ]
    let image = try RasterImage(height: 32, width: 32, color: [90, 120, 30])
    let position = SamplePosition(seed: 1, epoch: 0, index: 42)

    let operations = try recipe.draw(for: image.size, at: position)
    let words = operations.map(\.description)
    let changed = try operations.applied(to: image)
    #expect(try changed == recipe.applied(to: image, at: position))
    #expect(changed.size == 32)
    #expect(words.first == "pad by 4 on all sides with black")
    #expect(operations.count >= 3)
  }

  @Test func `positions decide, and nothing else`() async throws {
    let image = try ImageOperationTests.source()
    let pictures = try (0..<24).map { index in
      try Self.all.applied(to: image, at: Self.position(index))
    }
    #expect(Set(pictures).count == pictures.count)
    for workers in [1, 3] {
      let results = await withTaskGroup { group in
        for worker in 0..<workers {
          group.addTask {
            // Backwards, so that the order differs, too.
            stride(from: 23 - worker, through: 0, by: -workers).map { index in
              (index, try? Self.all.applied(to: image, at: Self.position(index)))
            }
          }
        }
        return await group.reduce(into: []) { $0 += $1 }
      }
      #expect(results.count == pictures.count)
      for (index, picture) in results { #expect(picture == pictures[index]) }
    }
    let drawn = try Self.all.draw(for: image.size, at: Self.position(3))
    #expect(try drawn == Self.all.draw(for: image.size, at: Self.position(3)))
    for other in [Self.position(3, epoch: 1), Self.position(4), Self.position(3, seed: 8)] {
      #expect(try Self.all.draw(for: image.size, at: other) != drawn)
    }
  }

  @Test func `a step draws the same whatever stands before it`() throws {
    let flip = ImageTransform.randomHorizontalFlip()
    for index in 0..<30 {
      let position = Self.position(index)
      let short: [ImageTransform] = [.grayscale, flip]
      let long: [ImageTransform] = [.trivialAugmentWide(), flip]
      let mirrored = ImageOperation.orient(.mirrored)
      #expect(
        try short.draw(for: Self.size, at: position).contains(mirrored)
          == long.draw(for: Self.size, at: position).contains(mirrored))
    }
  }

  @Test func `recipes and what they draw are stored`() throws {
    let (encoder, decoder) = (JSONEncoder(), JSONDecoder())
    let data = try encoder.encode(Self.all)
    #expect(try decoder.decode([ImageTransform].self, from: data) == Self.all)
    for index in 0..<20 {
      let drawn = try Self.all.draw(for: Self.size, at: Self.position(index))
      let data = try encoder.encode(drawn)
      #expect(try decoder.decode([ImageOperation].self, from: data) == drawn)
    }
  }

  @Test(arguments: [1, 3, 4], [ImageSize(1), ImageSize(height: 2, width: 90), 33])
  func `pictures of any kind are changed`(channels: Int, size: ImageSize) throws {
    let bytes = (0..<size.height * size.width * channels).map { UInt8(truncatingIfNeeded: $0 * 7) }
    let image = try RasterImage(
      height: size.height, width: size.width, channels: channels, bytes: bytes)
    // What crops comes after what makes room.
    let recipe = [.resizeExactly(size), .randomErasing(probability: 1)] + Self.all
    for index in 0..<10 {
      let position = Self.position(index)
      let changed = try recipe.applied(to: image, at: position)
      #expect(changed.channels == channels)
      #expect(changed.size == 26)
      #expect(changed.bytes.count == 26 * 26 * channels)
    }
  }

  @Test func `alpha is no colour`() throws {
    let colours = try ImageOperationTests.source()
    let veiled = try colours.converted(toChannels: 4)
    let operations: [ImageOperation] = [
      .brightness(0.3), .contrast(1.4), .saturation(0.5), .hue(0.2), .sharpness(1.8),
      .posterize(bits: 2), .solarize(threshold: 90), .autoContrast, .equalize, .grayscale,
    ]
    for operation in operations {
      let changed = try operation.applied(to: veiled)
      #expect(try changed == operation.applied(to: colours).converted(toChannels: 4))
    }
  }

  @Test func `drawn numbers keep to their ranges`() throws {
    var (flips, tops, lefts) = (0, Set<Int>(), Set<Int>())
    for index in 0..<2000 {
      let recipe: [ImageTransform] = [
        .randomHorizontalFlip(probability: 0.3), .randomCrop(26, padding: 1),
        .colorJitter(brightness: 0.5, hue: 0.1),
        .randomAffine(degrees: 10, shift: 0.25, zoom: 0.5...2, shear: 3),
      ]
      for operation in try recipe.draw(for: 28, at: Self.position(index)) {
        switch operation {
        case .orient: flips += 1
        case .crop(let box):
          tops.insert(box.top)
          lefts.insert(box.left)
        case .brightness(let factor): #expect(0.5...1.5 ~= factor)
        case .hue(let share): #expect(-0.1...0.1 ~= share)
        case .affine(let motion, _, _):
          #expect(-10...10 ~= motion.degrees)
          #expect(0.5...2 ~= motion.zoom)
          #expect(-3...3 ~= motion.shearX)
          #expect(-7...7 ~= motion.shiftX)
          // Shifts go by the size after the crop.
          #expect(-7...7 ~= motion.shiftY)
        case .pad(let padding, _): #expect(padding == 1)
        default: Issue.record("\(operation)")
        }
      }
    }
    #expect(tops == Set(0...4))
    #expect(lefts == Set(0...4))
    // 600 ± 5 deviations of 20.5.
    #expect(500...700 ~= flips)
  }

  @Test func `random resized crops keep to area and ratio`() throws {
    let recipe: [ImageTransform] = [.randomResizedCrop(8, area: 0.2...0.6, aspect: 0.5...2)]
    let size = ImageSize(height: 300, width: 400)
    for index in 0..<500 {
      let operations = try recipe.draw(for: size, at: Self.position(index))
      guard case .crop(let box)? = operations.first else {
        Issue.record("\(operations)")
        continue
      }
      let area = Double(box.size.height * box.size.width) / 120_000
      let ratio = Double(box.size.width) / Double(box.size.height)
      #expect(0.195...0.605 ~= area)
      #expect(0.49...2.03 ~= ratio)
    }
    // Nothing of this ratio and area fits: the middle, as wide as may be.
    let narrow = try recipe.draw(for: ImageSize(height: 10, width: 400), at: Self.position(0))
    #expect(
      narrow.first == .crop(PixelBox(top: 0, left: 190, size: ImageSize(height: 10, width: 20))))
    let wide: [ImageTransform] = [.randomResizedCrop(8, area: 0.9...1, aspect: 0.5...2)]
    let high = try wide.draw(for: ImageSize(height: 400, width: 10), at: Self.position(0))
    #expect(
      high.first == .crop(PixelBox(top: 190, left: 0, size: ImageSize(height: 20, width: 10))))
  }

  @Test func `sizes are torchvision's`() throws {
    let cases: [(ImageTransform, ImageSize)] = [
      (.resize(20), ImageSize(height: 20, width: 25)),
      (.resize(54), ImageSize(height: 54, width: 70)),
      (.centerCrop(24), 24), (.centerCrop(40), 40),
      (.centerCrop(ImageSize(height: 40, width: 10)), ImageSize(height: 40, width: 10)),
      (.letterbox(50), 50),
      (.letterbox(ImageSize(height: 5, width: 60)), .init(height: 5, width: 60)),
    ]
    for (transform, expected) in cases {
      let image = try RasterImage(height: 27, width: 35, color: [1, 2, 3])
      let changed = try [transform].applied(to: image, at: Self.position(0))
      #expect(changed.size == expected, "\(transform)")
    }
    // 3 and 11 pixels are left: halves go to the even number.
    #expect(
      try [ImageTransform.centerCrop(24)].draw(for: Self.size, at: Self.position(0))
        == [.crop(PixelBox(top: 2, left: 6, size: 24))])
    #expect(
      try [ImageTransform.letterbox(50)].draw(for: Self.size, at: Self.position(0)).last
        == .pad(ImagePadding(top: 5, left: 0, bottom: 6, right: 0), mode: .black))
  }

  @Test func `an erased part is of its colour, or of noise`() throws {
    let image = try RasterImage(height: 20, width: 20, color: [100, 100, 100])
    let colour: [ImageTransform] = [.randomErasing(probability: 1, fill: [1, 2, 3])]
    let noise: [ImageTransform] = [.randomErasing(probability: 1, fill: nil)]
    for index in 0..<20 {
      let position = Self.position(index)
      guard case .erase(let box, _)? = try colour.draw(for: 20, at: position).first,
        case .eraseWithNoise(let same, _)? = try noise.draw(for: 20, at: position).first
      else {
        Issue.record("nothing is erased")
        continue
      }
      #expect(box == same)
      let pixels = box.size.height * box.size.width
      #expect(0.01...0.36 ~= Double(pixels) / 400)
      let plain = try colour.applied(to: image, at: position).bytes
      #expect(plain.count { $0 == 1 } == pixels)
      #expect(plain.count { $0 == 100 } == 1200 - 3 * pixels)
      let random = try noise.applied(to: image, at: position).bytes
      #expect(random.count { $0 != 100 } > 2 * pixels)
      #expect(zip(plain, random).allSatisfy { $0 != 100 || $1 == 100 })
    }
  }

  @Test func `policies draw every change, no stronger than allowed`() throws {
    var names: Set<String> = []
    for index in 0..<600 {
      for operation in try [ImageTransform.trivialAugmentWide()].draw(
        for: 32, at: Self.position(index))
      {
        names.insert(String("\(operation)".prefix { $0.isLetter }))
        if case .affine(let motion, _, _) = operation {
          #expect(abs(motion.degrees) <= 135)
          #expect(abs(motion.shiftX) <= 32)
          #expect(abs(motion.shearX) <= 44.8)
        }
        if case .posterize(let bits) = operation { #expect(2...8 ~= bits) }
        if case .brightness(let factor) = operation { #expect(0...1.991 ~= factor) }
      }
      let two = try [ImageTransform.randAugment(operations: 3, magnitude: 30)].draw(
        for: 331, at: Self.position(index))
      #expect(two.count <= 3)
      for case .affine(let motion, _, _) in two {
        #expect([0, 30].contains(abs(motion.degrees)))
        #expect([0, 150].contains(abs(motion.shiftX)))
      }
    }
    let expected: Set = [
      "shear", "shift", "turn", "stay", "brightness", "saturation", "contrast", "sharpness",
      "posterize", "solarize", "auto", "equalize",
    ]
    #expect(names == expected)
  }
}
