import FoveaData
import FoveaTensors
import Testing

@Suite struct ImageTransformsTests {
  @Test func `colour becomes Rec 601 grey, and grey three equal channels`() throws {
    // Red, green, blue, white, black, and one of each.
    let pixels: [[UInt8]] = [
      [255, 0, 0, 255, 0, 10], [0, 255, 0, 255, 0, 20], [0, 0, 255, 255, 0, 30],
    ]
    let colour = Tensor([1, 3, 2, 3], pixels.flatMap { $0 })
    let grey = try ImageTransforms.converted(colour, toChannels: 1)
    #expect(grey == Tensor([1, 1, 2, 3], [76, 150, 29, 255, 0, 18] as [UInt8]))
    let again = try ImageTransforms.converted(grey, toChannels: 3)
    #expect(
      again == Tensor([1, 3, 2, 3], (0..<3).flatMap { _ in [76, 150, 29, 255, 0, 18] as [UInt8] }))
    #expect(try ImageTransforms.converted(colour, toChannels: 3) == colour)
  }

  @Test func `channels and tensors without a meaning are refused`() {
    #expect(throws: DatasetError.channels(expected: 4, actual: [1, 3, 1, 1])) {
      try ImageTransforms.converted(Tensor(zeros: [1, 3, 1, 1], of: .uint8), toChannels: 4)
    }
    #expect(throws: DatasetError.channels(expected: 3, actual: [1, 2, 1, 1])) {
      try ImageTransforms.converted(Tensor(zeros: [1, 2, 1, 1], of: .uint8), toChannels: 3)
    }
    #expect(throws: DatasetError.notImages([1, 3, 1, 1], .float32)) {
      try ImageTransforms.converted(Tensor(zeros: [1, 3, 1, 1]), toChannels: 1)
    }
    let image = Tensor(zeros: [1, 3, 2, 2], of: .uint8)
    for (height, width) in [(0, 1), (1, 0), (-1, 4), (Int.max, 1), (1 << 40, 1 << 40)] {
      #expect(throws: DatasetError.size(height: height, width: width)) {
        try ImageTransforms.resized(image, height: height, width: width)
      }
    }
    #expect(throws: DatasetError.notImages([1, 3, 0, 2], .uint8)) {
      try ImageTransforms.resized(Tensor(zeros: [1, 3, 0, 2], of: .uint8), height: 1, width: 1)
    }
  }

  @Test(arguments: [1, 2, 3, 5, 28, 40], [1, 2, 7, 28, 31])
  func `an even image stays even`(height: Int, width: Int) throws {
    let bytes = [UInt8](repeating: 201, count: 2 * 3 * 13 * 17)
    let resized = try ImageTransforms.resized(
      Tensor([2, 3, 13, 17], bytes), height: height, width: width)
    #expect(resized.shape == [2, 3, height, width])
    #expect(resized.elements(of: UInt8.self).allSatisfy { $0 == 201 })
  }

  @Test func `known sizes have known values`() throws {
    let row = Tensor([1, 1, 1, 4], [0, 100, 200, 40] as [UInt8])
    // Twice as wide: samples at quarter pixels, the ends repeated.
    #expect(
      try ImageTransforms.resized(row, height: 1, width: 8).elements(of: UInt8.self)
        == [0, 25, 75, 125, 175, 160, 80, 40])
    // Half as wide: a triangle over four pixels, 1:3:3:1, cut and rescaled at the ends.
    #expect(
      try ImageTransforms.resized(row, height: 1, width: 2).elements(of: UInt8.self)
        == [71, 117])
    let column = Tensor([1, 1, 4, 1], [0, 100, 200, 40] as [UInt8])
    #expect(
      try ImageTransforms.resized(column, height: 2, width: 1).elements(of: UInt8.self)
        == [71, 117])
  }

  @Test func `images and channels do not mix`() throws {
    let bytes = (0..<144).map { UInt8($0 * 37 % 256) }
    let batch = Tensor([2, 3, 4, 6], bytes)
    let resized = try ImageTransforms.resized(batch, height: 3, width: 9)
    for image in 0..<2 {
      for channel in 0..<3 {
        let start = (image * 3 + channel) * 24
        let plane = Tensor([1, 1, 4, 6], bytes[start..<start + 24])
        let alone = try ImageTransforms.resized(plane, height: 3, width: 9)
        let place = (image * 3 + channel) * 27
        #expect(
          Array(resized.elements(of: UInt8.self)[place..<place + 27])
            == alone.elements(of: UInt8.self))
      }
    }
  }
}
