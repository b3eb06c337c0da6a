import Foundation
import FoveaTensors
import Testing

@testable import FoveaData

/// Images of one pixel, with the classes that a test asks for.
struct LabelledPixels: ImageSource {
  let name = "pixels"
  let classNames: [String]
  let labels: [Int32]

  init(_ labels: [Int32]) {
    self.labels = labels
    classNames = (0...(labels.max() ?? 0)).map { "class \($0)" }
  }

  func name(of index: Int) -> String { "\(index).png" }

  func image(at index: Int, minimumSize: ImageSize?) throws(ImageFileError) -> RasterImage {
    do { return try RasterImage(height: 1, width: 1, color: [UInt8(index % 256)]) } catch {
      throw ImageFileError(file: name(of: index), format: nil, problem: .unreadable("\(error)"))
    }
  }
}

@Suite struct SplitterTests {
  /// 60 of class 0, 30 of class 1, 10 of class 2.
  static let source = LabelledPixels((0..<100).map { $0 % 10 < 6 ? 0 : $0 % 10 < 9 ? 1 : 2 })

  func counts(_ indices: [Int]) -> [Int] {
    (0..<3).map { label in indices.count { Self.source.labels[$0] == Int32(label) } }
  }

  @Test(arguments: [
    Splitter.random(validation: 0.25, seed: 1), .stratified(validation: 0.25, seed: 1),
    .kFold(count: 4, fold: 2, seed: 1), .randomFold(count: 4, fold: 2, seed: 1),
  ])
  func `parts are disjoint, whole, and the seed's alone`(splitter: Splitter) throws {
    let parts = try splitter.split(Self.source)
    #expect((parts.training + parts.validation).sorted() == Array(0..<100))
    #expect(abs(parts.validation.count - 25) <= 1)
    #expect(try splitter.split(Self.source) == parts)
  }

  @Test func `another seed draws others`() throws {
    let first = try Splitter.random(validation: 0.25, seed: 1).split(Self.source)
    let second = try Splitter.random(validation: 0.25, seed: 2).split(Self.source)
    #expect(first != second)
  }

  @Test func `a stratified split keeps the classes' shares`() throws {
    let parts = try Splitter.stratified(validation: 0.2).split(Self.source)
    #expect(counts(parts.validation) == [12, 6, 2])
  }

  @Test func `folds partition the images and keep classes together`() throws {
    var seen: [Int] = []
    for fold in 0..<5 {
      let validation = try Splitter.kFold(count: 5, fold: fold).split(Self.source).validation
      seen += validation
      #expect(counts(validation) == [12, 6, 2])
    }
    #expect(seen.sorted() == Array(0..<100))
  }

  @Test func `a file names the images for validation`() throws {
    let folder = try TemporaryFolder()
    let file = folder.url.appendingPathComponent("validation.txt")
    try folder.write("validation.txt", Data("3.png\n\n7.png\n".utf8))
    #expect(try Splitter.file(file.path).split(Self.source).validation == [3, 7])
    try folder.write("validation.txt", Data("3.png\n700.png\n".utf8))
    let error = #expect(throws: SplitError.self) { try Splitter.file(file.path).split(Self.source) }
    #expect(error?.description.contains("line 2: there is no image 700.png") == true)
  }

  @Test func `what splits nothing is refused`() throws {
    for share in [0, 1, -1, Double.nan] {
      #expect(throws: SplitError.self) {
        try Splitter.stratified(validation: share).split(Self.source)
      }
    }
    #expect(throws: SplitError.fold(5, of: 5)) {
      try Splitter.kFold(count: 5, fold: 5).split(Self.source)
    }
    #expect(throws: SplitError.smallClass("class 2", images: 10, folds: 11)) {
      try Splitter.kFold(count: 11, fold: 0).split(Self.source)
    }
    #expect(try Splitter.randomFold(count: 11, fold: 0).split(Self.source).validation.count == 10)
    #expect(throws: SplitError.fold(0, of: 1)) {
      try Splitter.kFold(count: 1, fold: 0).split(Self.source)
    }
    #expect(throws: SplitError.self) { try Splitter.folders().split(Self.source) }
    #expect(throws: SplitError.self) {
      try Splitter.random(validation: 0.001).split(Self.source)
    }
  }
}
