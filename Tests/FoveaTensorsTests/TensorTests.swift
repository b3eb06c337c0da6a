import FoveaTensors
import Testing

@Suite struct TensorTests {
  static let image = Tensor([2, 3, 2, 4], (0..<48).map(Float.init))

  @Test func `a copy does not see what is written to the other`() {
    let first = Self.image
    var second = first
    second.withUnsafeMutableElements(of: Float.self) { $0[5] = -1 }
    #expect(first.floats[5] == 5)
    #expect(second.floats[5] == -1)
  }

  @Test func `channels-last memory holds the channels of a pixel side by side`() {
    let reordered = Self.image.reordered(.channelsLast)
    let memory = reordered.withUnsafeElements(of: Float.self) { Array($0) }
    // Pixel (0, 0) of image 0 has the values 0, 8 and 16 in NCHW order.
    #expect(Array(memory[..<6]) == [0, 8, 16, 1, 9, 17])
    #expect(reordered[[1, 2, 1, 3], as: Float.self] == 47)
  }

  @Test(arguments: [
    [2, 3, 2, 4], [1, 1, 5, 7], [4, 9, 1, 1], [3, 0, 2, 2], [6], [2, 3], [2, 3, 4],
  ])
  func `reordering there and back changes nothing`(dimensions: [Int]) {
    let shape = Shape(dimensions)
    let tensor = Tensor(shape, (0..<shape.elementCount).map { UInt8($0 % 251) })
    let there = tensor.reordered(.channelsLast)
    #expect(there == tensor)
    #expect(there.reordered(.rowMajor).elements(of: UInt8.self) == tensor.elements(of: UInt8.self))
  }

  @Test func `reshaping keeps the row-major order, whatever lies in memory`() {
    let flat = Self.image.reordered(.channelsLast).reshaped([2, 24])
    #expect(flat.floats == (0..<48).map(Float.init))
  }

  @Test func `equality compares bits and not memory`() {
    let nan = Tensor([1], [Float.nan])
    #expect(nan == nan)
    #expect(Tensor([1], [Float(0)]) != Tensor([1], [-Float(0)]))
    #expect(Tensor([2], [Int32(1), 2]) != Tensor([2], [Float(1), 2]))
    #expect(Tensor([1, 2], [Float(1), 2]) != Tensor([2, 1], [Float(1), 2]))
  }

  @Test(arguments: [
    ([2, -1], false), ([1 << 48], true), ([1 << 48, 2], false), ([0, 1 << 40, 1 << 40], false),
    ([0, 5], true), ([], true), ([Int.max, Int.max], false),
  ])
  func `a shape from a file is bounded`(dimensions: [Int], isValid: Bool) {
    #expect((Shape(checking: dimensions) != nil) == isValid)
  }
}
