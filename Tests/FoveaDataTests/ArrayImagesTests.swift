import Foundation
import FoveaData
import FoveaTensors
import Testing

@Suite struct ArrayImagesTests {
  /// Two images of two channels and 1×2 numbers.
  static let numbers: [Float] = [0, 2, 10, 30, 4, 6, 20, 20]
  static let images = Tensor([2, 2, 1, 2], numbers)
  static let labels = Tensor([2], [1, 0] as [Int32])

  static func written(_ images: ArrayImages, _ index: Int) throws -> [Float] {
    var target = [Float](repeating: 0, count: images.description.imageShape.elementCount)
    try target.withUnsafeMutableBufferPointer { try images.write(index, epoch: 0, to: $0) }
    return target
  }

  @Test func `each channel has its own mean and deviation, and numbers become channels last`()
    throws
  {
    let images = try ArrayImages(name: "a", images: Self.images, labels: Self.labels)
    let normalization = images.description.normalization
    #expect(normalization.mean == [3, 20])
    #expect(abs(normalization.deviation[0] - Float(5).squareRoot()) < 1e-6)
    #expect(abs(normalization.deviation[1] - Float(50).squareRoot()) < 1e-5)
    #expect(normalization.unit == 1)
    #expect(images.description.range == ValueRange(minimum: 0, maximum: 30))
    #expect(images.description.classNames == ["0", "1"])
    #expect(images.label(of: 0) == 1)
    let written = try Self.written(images, 0)
    let expected = zip([0, 10, 2, 30] as [Float], [0, 1, 0, 1]).map { number, channel in
      (number - normalization.mean[channel]) / normalization.deviation[channel]
    }
    #expect(written == expected)
  }

  @Test func `batches are the same with any number of workers`() async throws {
    let count = 50
    let stream = RandomStream(seed: 4, named: "images")
    let numbers = (0..<count * 12 * 9).map { Float(stream.integer(at: UInt64($0), below: 1000)) }
    let images = try ArrayImages(
      name: "satellite", images: Tensor([count, 12, 3, 3], numbers),
      labels: Tensor([count, 1], (0..<count).map { UInt8($0 % 3) }))
    var batches: [[Float]] = []
    for workers in [0, 1, 3] {
      var all: [Float] = []
      for try await batch in DataLoader(images, batchSize: 8, shuffleSeed: 3, workers: workers)
        .batches(epoch: 1)
      {
        #expect(batch.images.shape[1] == 12)
        all += batch.images.floats
      }
      batches.append(all)
    }
    #expect(batches[0].count == count * 12 * 9)
    #expect(batches[0] == batches[1])
    #expect(batches[0] == batches[2])
  }

  @Test func `bytes are shares of 255, with the range of bytes`() throws {
    let bytes = Tensor([1, 1, 3], [0, 51, 102] as [UInt8])
    let images = try ArrayImages(name: "a", images: bytes, labels: Tensor([1], [0] as [UInt8]))
    #expect(images.description.imageShape == [1, 1, 3])
    #expect(images.description.range == .bytes)
    #expect(abs(images.description.normalization.mean[0] - 0.2) < 1e-6)
    #expect(images.description.normalization.unit == 255)
    let mask = Tensor([1, 1, 3], [0, 1, 1] as [UInt8])
    let masks = try ArrayImages(name: "a", images: mask, labels: Tensor([1], [0] as [UInt8]))
    #expect(masks.description.range == ValueRange(minimum: 0, maximum: 1))
  }

  @Test func `an image with a number that is none is named, and does not count`() throws {
    var numbers = Self.numbers
    numbers[5] = .nan
    let images = try ArrayImages(
      name: "a", images: Tensor([2, 2, 1, 2], numbers), labels: Self.labels)
    #expect(images.damaged.map(\.name) == ["a/1"])
    #expect(images.description.normalization.mean == [1, 20])
    #expect(throws: DamagedImage.self) { try Self.written(images, 1) }
    let first = try images.selecting([0])
    #expect(first.damaged.isEmpty)
  }

  @Test func `what does not fit is refused`() throws {
    func refusal(_ images: Tensor, _ labels: Tensor) -> DatasetError? {
      do throws(DatasetError) {
        _ = try ArrayImages(name: "a", images: images, labels: labels)
        return nil
      } catch { return error }
    }
    #expect(refusal(Tensor(zeros: [4]), Self.labels) == .notArrayImages("a", [4]))
    #expect(
      refusal(Tensor(zeros: [2, 0, 3, 3]), Self.labels) == .notArrayImages("a", [2, 0, 3, 3]))
    #expect(
      refusal(Tensor(zeros: [2, 32, 32, 3]), Self.labels) == .channelsLast("a", [2, 32, 32, 3]))
    #expect(
      refusal(Self.images, Tensor([2], [0, 1] as [Float])) == .notLabels("a", [2], .float32))
    #expect(
      refusal(Self.images, Tensor([1, 2], [0, 1] as [Int32])) == .notLabels("a", [1, 2], .int32))
    #expect(
      refusal(Self.images, Tensor([3], [0, 1, 2] as [Int32])) == .counts(images: 2, labels: 3))
    #expect(
      refusal(Self.images, Tensor([2], [0, -1] as [Int32]))
        == .label(index: 1, value: -1, classes: 1))
  }

  @Test func `another unit is refused, and other brightness is not`() {
    let (bytes, shares) = (ValueRange.bytes, ValueRange(minimum: 0, maximum: 1))
    func range(_ minimum: Float, _ maximum: Float) -> ValueRange {
      ValueRange(minimum: minimum, maximum: maximum)
    }
    #expect(!bytes.accepts(shares))
    #expect(!shares.accepts(bytes))
    #expect(!shares.accepts(range(-1, 1)))
    #expect(range(-1, 1).accepts(shares))
    #expect(bytes.accepts(range(0, 40)))
    #expect(bytes.accepts(range(0, 0)))
    #expect(shares.accepts(range(0, 1.8)))
    let error = #expect(throws: DatasetError.self) { try shares.check(bytes, of: "x.npy") }
    #expect(
      error?.description.hasPrefix(
        "x.npy has numbers from 0 to 255, the network learned from 0 to 1;") == true)
  }

  @Test func `descriptions of earlier versions are about bytes`() throws {
    let text = """
      {"name": "mnist", "classNames": ["a"], "imageShape": [1, 2, 2],
       "normalization": {"mean": [0.1], "deviation": [0.3]}}
      """
    let description = try JSONDecoder().decode(DatasetDescription.self, from: Data(text.utf8))
    #expect(description.range == .bytes)
    #expect(description.normalization.unit == 255)
    let again = try JSONDecoder().decode(
      DatasetDescription.self, from: JSONEncoder().encode(description))
    #expect(again == description)
  }
}
