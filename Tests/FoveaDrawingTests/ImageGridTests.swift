import FoveaTensors
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

  @Test func `filters have one scale, and those of colour images are in colour`() throws {
    let weights = Tensor([2, 3, 1, 2], (0..<12).map { Float($0) - 6 })
    let planes = try ImageGrid(filters: weights, isColor: false, title: "t", limit: 4)
    #expect(planes.cells.map(\.lines) == [["0, 0"], ["0, 1"], ["0, 2"], ["1, 0"]])
    #expect(planes.note?.hasPrefix("4 of 6 planes") == true)
    #expect(planes.note?.contains("blue to −6") == true)
    #expect(Array(planes.cells[0].image.samples[..<3]) == Paint.blue.lightRGB)
    // Zero is the first weight of the second filter.
    #expect(Array(planes.cells[3].image.samples[..<3]) == SignedColors.rgb(0))
    let colors = try ImageGrid(filters: weights, isColor: true, title: "t")
    #expect(colors.cells.map(\.lines) == [["0"], ["1"]])
    // Red −6, green −4 and blue −2 of the first pixel.
    #expect(colors.cells[0].image.samples[..<3] == [0, 43, 85])
    #expect(throws: DrawingError.self) {
      try ImageGrid(filters: Tensor([2], [1, 2] as [Float]), isColor: false, title: "t")
    }
    let zero = try ImageGrid(
      filters: Tensor(zeros: [1, 1, 3, 3]), isColor: false, title: "t")
    #expect(Array(zero.cells[0].image.samples[..<3]) == SignedColors.rgb(0))
  }

  @Test func `feature maps share a scale, or have their own`() throws {
    let maps = Tensor([1, 2, 1, 2], [0, 4, 1, 2] as [Float])
    let shared = try ImageGrid(featureMaps: maps, title: "t")
    #expect(shared.note == "2 channels of 1×2; dark 0, light 4")
    #expect(Array(shared.cells[1].image.samples) == HeatColors.rgb(0.25) + HeatColors.rgb(0.5))
    let own = try ImageGrid(featureMaps: maps, title: "t", hasOwnScales: true, limit: 1)
    #expect(own.cells.count == 1 && own.note?.hasPrefix("1 of 2 channels") == true)
    let bad = Tensor([1, 1, 1, 2], [.nan, 1] as [Float])
    #expect(try ImageGrid(featureMaps: bad, title: "t").cells.count == 1)
  }

  @Test func `powers of ten and ellipses are written with the letters that there are`() {
    func places(_ text: String) -> [[Int]] { PixelFont.pixels(of: text).map { [$0.x, $0.y] } }
    for (text, plain) in [
      ("10⁻⁵", "1e-5"), ("2·10⁶", "2e6"), ("10¹²", "1e12"), ("…net", "..net"), ("−1", "-1"),
      ("1–2", "1-2"),
    ] {
      #expect(places(text) == places(plain), "\(text)")
      #expect(PixelFont.width(of: text) == PixelFont.width(of: plain), "\(text)")
    }
  }

  @Test func `every printable letter has pixels of its own`() {
    var seen: Set<[Int]> = []
    let ascii = (UInt8(33)...126).map { String(UnicodeScalar($0)) }
    for letter in ascii + ["≤", "≥", "→"] {
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
