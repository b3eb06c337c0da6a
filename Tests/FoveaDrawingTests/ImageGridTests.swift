import Testing

@testable import FoveaDrawing

@Suite struct ImageGridTests {
  static func cell(_ side: Int, lines: [String]) throws -> ImageGrid.Cell {
    ImageGrid.Cell(
      try PNGImage(
        width: side, height: side, format: .grey,
        samples: (0..<side * side).map { UInt8(truncatingIfNeeded: $0 * 9) }), lines: lines)
  }

  @Test func `small images are enlarged by whole numbers and keep their pixels`() throws {
    let grid = ImageGrid(
      title: "t", cells: try (0..<3).map { try Self.cell(32, lines: ["a\($0)"]) }, columns: 3)
    let picture = try grid.png()
    // 32 pixels become 128, the least side; 10 between and around.
    #expect(picture.width == 10 + 3 * (128 + 10))
    func level(_ x: Int, _ y: Int) -> UInt8 { picture.samples[(y * picture.width + x) * 3] }
    let top = 2 * PixelFont.height + 20
    for (x, y) in [(0, 0), (5, 7), (31, 31)] {
      #expect(level(10 + 4 * x + 1, top + 4 * y + 1) == UInt8(truncatingIfNeeded: (y * 32 + x) * 9))
    }
  }

  @Test func `words that are too long are cut, in pixels and in SVG`() throws {
    let name = String(repeating: "automobile ", count: 5)
    let grid = ImageGrid(title: "t", cells: [try Self.cell(128, lines: [name, "& <b>"])])
    let text = grid.svg()
    #expect(!text.contains(name))
    #expect(text.contains("..</text>"))
    #expect(text.contains("&amp; &lt;b&gt;"))
    #expect(try grid.png().width == 10 + 128 + 10)
  }

  @Test func `every printable letter has pixels of its own`() {
    var seen: Set<[Int]> = []
    for code in UInt8(33)...126 {
      let letter = String(UnicodeScalar(code))
      let pixels = PixelFont.pixels(of: letter)
      #expect(pixels.allSatisfy { 0..<5 ~= $0.x && 0..<PixelFont.height ~= $0.y })
      #expect(seen.insert(pixels.map { $0.y * 5 + $0.x }).inserted, "\(letter)")
    }
    #expect(PixelFont.pixels(of: " ").isEmpty)
    #expect(PixelFont.pixels(of: "é").count == PixelFont.pixels(of: "e").count)
    #expect(PixelFont.pixels(of: "犬").count == PixelFont.pixels(of: "?").count)
  }

  @Test func `a grid of nothing is a title`() throws {
    let grid = ImageGrid(title: "nothing", cells: [])
    #expect(grid.svg().contains("nothing"))
    #expect(try grid.png().height > 0)
  }
}
