import Foundation
import FoveaTensors
import Testing

@testable import FoveaData

@Suite struct ImageDatasetTests {
  static func dataset(
    images: Tensor = Tensor(zeros: [2, 1, 2, 2], of: .uint8), labels: [Int32] = [0, 1],
    normalization: Normalization = .mnist
  ) throws(DatasetError) -> ImageDataset {
    try ImageDataset(
      name: "test", images: images, labels: labels, classNames: ["a", "b"],
      normalization: normalization)
  }

  @Test func `images and labels that do not fit are refused`() {
    #expect(throws: DatasetError.counts(images: 2, labels: 3)) {
      try Self.dataset(labels: [0, 1, 0])
    }
    for label: Int32 in [2, -1, .min, .max] {
      #expect(throws: DatasetError.label(index: 1, value: label, classes: 2)) {
        try Self.dataset(labels: [0, label])
      }
    }
    #expect(throws: DatasetError.notImages([2, 2, 2], .uint8)) {
      try Self.dataset(images: Tensor(zeros: [2, 2, 2], of: .uint8))
    }
    #expect(throws: DatasetError.notImages([2, 1, 2, 2], .float32)) {
      try Self.dataset(images: Tensor(zeros: [2, 1, 2, 2]))
    }
    #expect(throws: DatasetError.channels(expected: 1, actual: [2, 3, 2, 2])) {
      try Self.dataset(images: Tensor(zeros: [2, 3, 2, 2], of: .uint8))
    }
    for deviation: Float in [0, -1, .infinity, .nan] {
      let error = #expect(throws: DatasetError.self) {
        try Self.dataset(normalization: Normalization(mean: [0], deviation: [deviation]))
      }
      guard case .normalization = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
    }
  }

  @Test func `a choice of classes keeps their images and numbers them anew`() throws {
    let digits = try MNIST.mini(.test)
    let old = digits.labels.elements(of: Int32.self)
    let chosen = try digits.selecting(classes: [7, 3])
    let labels = chosen.labels.elements(of: Int32.self)
    #expect(labels == old.compactMap { $0 == 7 ? 0 : $0 == 3 ? 1 : nil })
    #expect(chosen.classNames == [digits.classNames[7], digits.classNames[3]])
    let last = try #require(old.lastIndex { [3, 7].contains($0) })
    let size = digits.description.imageShape.elementCount
    let pixels = digits.images.elements(of: UInt8.self)[(last * size)..<((last + 1) * size)]
    #expect(chosen.images.elements(of: UInt8.self).suffix(size) == pixels)
    for wrong in [[], [3, 3], [10], [-1]] {
      #expect(throws: DatasetError.classes(wrong, of: 10)) {
        try digits.selecting(classes: wrong)
      }
    }
  }

  @Test func `a prefix keeps the first images with their labels`() throws {
    let images = Tensor([3, 1, 1, 2], [1, 2, 3, 4, 5, 6] as [UInt8])
    let dataset = try Self.dataset(images: images, labels: [0, 1, 0])
    let first = try dataset.prefix(2)
    #expect(first.images == Tensor([2, 1, 1, 2], [1, 2, 3, 4] as [UInt8]))
    #expect(first.labels == Tensor([2], [0, 1] as [Int32]))
    #expect(first.description == dataset.description)
    #expect(try dataset.prefix(9).count == 3)
    #expect(try dataset.prefix(-1).count == 0)
  }

  @Test func `normalised images are what a loader makes of them`() throws {
    let images = Tensor([1, 3, 1, 2], [0, 255, 51, 102, 153, 204] as [UInt8])
    let normalization = Normalization(mean: [0, 0.5, 1], deviation: [1, 0.5, 2])
    #expect(
      try normalization.normalized(images)
        == Tensor(
          [1, 3, 1, 2],
          [
            0, 1, (51 / 255 - 0.5) / 0.5, (102 / 255 - 0.5) / 0.5, (153 / 255 - 1) / 2,
            (204 / 255 - 1) / 2,
          ] as [Float]))
    #expect(throws: DatasetError.channels(expected: 1, actual: [1, 3, 1, 2])) {
      try Normalization.mnist.normalized(images)
    }
  }

  @Test func `a description survives its file, and a damaged one is refused`() throws {
    let description = try Self.dataset().description
    let encoded = try JSONEncoder().encode(description)
    #expect(try JSONDecoder().decode(DatasetDescription.self, from: encoded) == description)
    let text = String(decoding: encoded, as: UTF8.self)
    let damages = [
      ("[1,2,2]", "[2,2]"), ("[1,2,2]", "[3,2,2]"), ("[1,2,2]", "[1,-2,2]"),
      ("\"deviation\":[", "\"deviation\":[0,"), ("\"deviation\":[0", "\"deviation\":[-0"),
      ("\"mean\":[", "\"mean\":[1,"),
    ]
    for (old, new) in damages {
      let damaged = text.replacingOccurrences(of: old, with: new)
      #expect(damaged != text)
      #expect(throws: DecodingError.self, "\(new)") {
        try JSONDecoder().decode(DatasetDescription.self, from: Data(damaged.utf8))
      }
    }
  }

  @Test func `messages say what is wrong, then what to do`() {
    let messages: [(DatasetError, String)] = [
      (
        .notImages([2], .float32),
        "images are [N, C, H, W] bytes, got [2] of float32; convert them first"
      ),
      (.counts(images: 2, labels: 3), "2 images have 3 labels; give one label an image"),
      (
        .label(index: 4, value: 9, classes: 2),
        "image 4 has label 9, classes are 0..<2; mend the label file"
      ),
      (
        .channels(expected: 3, actual: [1, 1, 2, 2]),
        "the normalisation is for 3 channels of bytes, got [1, 1, 2, 2]; convert the images first"
      ),
      (
        .normalization(Normalization(mean: [0], deviation: [0])),
        "means [0.0] and deviations [0.0] do not normalise; "
          + "give a finite mean and a deviation above 0 for each channel"
      ),
      (
        .size(height: 0, width: 5),
        "no image has 0×5 pixels; give 1 or more, and at most 2^48 numbers in all"
      ),
      (
        .notFound(
          name: "mnist", places: ["/a", "/b"], failures: ["m: status 404"],
          addresses: ["https://m/a.gz"]),
        "mnist is in none of /a, /b, and no mirror has it (m: status 404); "
          + "fetch https://m/a.gz where there is a network, put it into /b, "
          + "or name its folder with --data"
      ),
      (
        .missingResources(name: "mnist-mini", places: ["/a"]),
        "the files of mnist-mini are not beside the program (looked in /a); "
          + "keep the .resources folder next to it"
      ),
      (
        .unknownDataset("x", known: ["mnist", "mnist-mini"]),
        "there is no dataset x; choose from mnist, mnist-mini"
      ),
    ]
    for (error, words) in messages { #expect(error.description == words) }
  }
}
