import FoveaGraph
import FoveaTensors
import Foundation
import Testing

/// What embeddings and tables of places refuse.
@Suite struct TakeRefusalTests {
  private let name = "Embedding"

  @Test func embeddings() {
    func refuses(_ embedding: Embedding, _ inputs: [Shape], _ error: OperationError) {
      #expect(throws: error) { try embedding.outputShapes(for: inputs) }
    }
    refuses(Embedding(), [[4, 3]], .inputCount(name, expected: 2...2, actual: 1))
    refuses(Embedding(), [[4], [2]], .rank("Embedding table", expected: 2, actual: [4]))
    refuses(Embedding(), [[0, 3], [2]], .empty(name, actual: [0, 3]))
    refuses(Embedding(), [[4, 3], [0]], .empty(name, actual: [0]))
    refuses(Embedding(), [[1 << 31, 1], [2]], .tooLarge("Embedding table"))
    refuses(
      Embedding(), [[4, 3], [1, 2, 3, 4]],
      .setting(
        name, name: "indices of shape", value: "[1, 2, 3, 4]", allowed: "at most 3 axes"))
    refuses(
      Embedding(paddingIndex: 4), [[4, 3], [2]],
      .setting(name, name: "padding index", value: "4", allowed: "0 to 3"))
    refuses(Embedding(), [[4, 1 << 30], [1 << 30]], .tooLarge(name))
    #expect(
      throws: OperationError.shape(
        "EmbeddingGradient", input: "gradient", expected: [2, 3], actual: [2, 4])
    ) {
      try EmbeddingGradient(embedding: Embedding()).outputShapes(for: [[2, 4], [2], [4, 3]])
    }
  }

  @Test func `tables of places`() throws {
    let take = "TakeElements"
    func refuses(_ source: Shape, _ result: Shape, _ places: [Int32], _ error: OperationError) {
      #expect(throws: error) { try TakeElements(from: source, to: result, places: places) }
    }
    refuses(
      [2, 3], [2], [0],
      .setting(
        take, name: "number of places", value: "1",
        allowed: "2, one for each element of [2]"))
    refuses(
      [2, 3], [2], [0, 6],
      .setting(take, name: "place", value: "6", allowed: "-1 to 5, of [2, 3]"))
    refuses(
      [2, 3], [2], [-2, 0],
      .setting(take, name: "place", value: "-2", allowed: "-1 to 5, of [2, 3]"))
    refuses([0], [2], [-1, -1], .empty(take, actual: [0]))
    refuses([2], [0], [], .empty(take, actual: [0]))
    refuses([1 << 30], [1], [0], .tooLarge(take))
    let good = try TakeElements(from: [2, 3], to: [2], places: [5, -1])
    #expect(throws: OperationError.shape(take, input: "last axes", expected: [2, 3], actual: [3])) {
      try good.outputShapes(for: [[3]])
    }
    #expect(try good.outputShapes(for: [[7, 2, 3]]) == [[7, 2]])
  }

  /// A file must not get past a check that code cannot.
  @Test func `a file's table is checked`() throws {
    let good = try TakeElements(from: [2], to: [2], places: [1, 0])
    let text = String(decoding: try JSONEncoder().encode(good), as: UTF8.self)
    #expect(try JSONDecoder().decode(TakeElements.self, from: Data(text.utf8)) == good)
    let wrong = text.replacingOccurrences(of: "[1,0]", with: "[1,2]")
    #expect(wrong != text)
    #expect(throws: OperationError.self) {
      try JSONDecoder().decode(TakeElements.self, from: Data(wrong.utf8))
    }
  }
}
