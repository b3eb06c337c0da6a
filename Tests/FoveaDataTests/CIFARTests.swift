import Foundation
import FoveaTensors
import Testing

@testable import FoveaData

@Suite struct CIFARTests {
  /// Rows whose pixels count on from the row's number; CIFAR-100 has a coarse label before its own.
  static func rows(_ labels: [UInt8], coarse: Bool = false) -> Data {
    var data = Data()
    for (row, label) in labels.enumerated() {
      data += coarse ? [19, label] : [label]
      data += (0..<3072).map { UInt8(truncatingIfNeeded: $0 + row) }
    }
    return data
  }

  @Test func `five files of rows become one dataset of planes`() throws {
    let folder = try TemporaryFolder()
    for number in 1...5 {
      try folder.write("data_batch_\(number).bin", Self.rows([UInt8(number), 9]))
    }
    let dataset = try CIFAR.cifar10.load(.training, from: folder.url)
    #expect(dataset.count == 10)
    #expect(dataset.labels.elements(of: Int32.self) == [1, 9, 2, 9, 3, 9, 4, 9, 5, 9])
    #expect(dataset.classNames[9] == "truck")
    // Row 1 of each file is one further on; green begins at byte 1,024 of a row.
    let byte: Int = 1024 + 2 * 32 + 3 + 1
    #expect(dataset.images[[1, 1, 2, 3], as: UInt8.self] == UInt8(byte % 256))
  }

  @Test func `CIFAR-100's fine label is the class`() throws {
    let folder = try TemporaryFolder()
    try folder.write("test.bin", Self.rows([99, 42], coarse: true))
    let dataset = try CIFAR.cifar100.load(.test, from: folder.url)
    #expect(dataset.labels.elements(of: Int32.self) == [99, 42])
    #expect(dataset.classNames.count == 100)
    #expect(dataset.classNames[99] == "worm")
    let coarse = try CIFAR.cifar100Coarse.load(.test, from: folder.url)
    #expect(coarse.labels.elements(of: Int32.self) == [19, 19])
    #expect(coarse.classNames.count == 20)
    #expect(coarse.classNames[19] == "vehicles_2")
    #expect(coarse.images == dataset.images)
  }

  @Test func `damaged files are refused by name`() throws {
    let folder = try TemporaryFolder()
    func problem() throws -> String {
      let error = #expect(throws: CIFARError.self) {
        try CIFAR.cifar10.load(.test, from: folder.url)
      }
      return error?.description ?? ""
    }
    #expect(try problem().contains("cannot be read"))
    try folder.write("test_batch.bin", Self.rows([1, 2]).dropLast())
    #expect(try problem().contains("has 6145 bytes, which are no rows of 3073"))
    try folder.write("test_batch.bin", Self.rows([1, 10]))
    #expect(try problem().contains("image 1 has label 10 of 10 classes"))
  }
}
