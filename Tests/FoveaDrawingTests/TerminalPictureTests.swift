import Testing

@testable import FoveaDrawing

@Suite struct TerminalPictureTests {
  static func grid(_ samples: [UInt8], width: Int, height: Int, _ lines: [String]) throws
    -> ImageGrid
  {
    let image = try PNGImage(
      width: width, height: height, format: samples.count == width * height ? .grey : .rgb,
      samples: samples)
    return ImageGrid(
      title: "two",
      cells: [.init(image, lines: lines), .init(image, lines: ["b"], emphasis: .wrong)])
  }

  static let colours: [UInt8] = [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7]

  @Test func `true colours have an upper and a lower half`() throws {
    let grid = try Self.grid(Self.colours, width: 2, height: 2, ["a"])
    let lines = TerminalPicture(grid, colors: .all, width: 40).lines
    #expect(lines[0] == "two")
    let picture =
      "\u{1b}[38;2;255;0;0m\u{1b}[48;2;0;0;255m▀\u{1b}[38;2;0;255;0m\u{1b}[48;2;9;8;7m▀\u{1b}[0m"
    #expect(lines[2] == "\(picture)        \(picture)")
    #expect(lines[3] == "a         \u{1b}[33mb\u{1b}[0m")
  }

  @Test func `256 colours are the nearest ones`() throws {
    #expect(TerminalPicture.paletteIndex([255, 0, 0]) == 196)
    #expect(TerminalPicture.paletteIndex([0, 0, 0]) == 16)
    #expect(TerminalPicture.paletteIndex([255, 255, 255]) == 231)
    #expect(TerminalPicture.paletteIndex([128, 128, 128]) == 244)
    #expect(TerminalPicture.paletteIndex([95, 135, 175]) == 67)
    let grid = try Self.grid(Self.colours, width: 2, height: 2, ["a"])
    let text = TerminalPicture(grid, colors: .palette, width: 40).lines.joined()
    #expect(text.contains("\u{1b}[38;5;196m\u{1b}[48;5;21m▀"))
    #expect(!text.contains("38;2;"))
  }

  @Test func `without colours there is no control code`() throws {
    let grid = try Self.grid([0, 255, 0, 255], width: 2, height: 2, ["a label that is long"])
    let lines = TerminalPicture(grid, colors: .none, width: 40).lines
    #expect(!lines.joined().contains("\u{1b}"))
    #expect(lines[2] == " @         @")
    #expect(lines[3] == "a labe..  b")
    let hostile = try Self.grid([0, 255, 0, 255], width: 2, height: 2, ["a\u{1b}[2J\u{9b}\n"])
    let shown = TerminalPicture(hostile, colors: .none, width: 40).lines
    #expect(shown[3] == "a\u{fffd}[2J\u{fffd}\u{fffd}   b")
  }

  @Test(arguments: [8, 20, 40, 80, 200])
  func `no line is wider than the terminal, and large pictures are made smaller`(width: Int) throws
  {
    let image = try PNGImage(
      width: 300, height: 100, format: .rgb, samples: [UInt8](repeating: 90, count: 90_000))
    let grid = ImageGrid(
      title: String(repeating: "t", count: 300),
      cells: (0..<7).map { .init(image, lines: ["picture \($0)"]) })
    let lines = TerminalPicture(grid, colors: .none, width: width).lines
    #expect(lines.allSatisfy { $0.count <= width })
    #expect(lines.contains { $0.hasPrefix("pict") })
  }

  @Test func `the environment says what a terminal can`() {
    func colors(_ isTerminal: Bool, _ environment: [String: String]) -> TerminalPicture.Colors {
      TerminalPicture.Colors(isTerminal: isTerminal, environment: environment)
    }
    #expect(colors(true, ["COLORTERM": "truecolor"]) == .all)
    #expect(colors(true, ["COLORTERM": "24bit", "NO_COLOR": ""]) == .all)
    #expect(colors(true, ["TERM": "xterm-256color"]) == .palette)
    #expect(colors(true, ["COLORTERM": "truecolor", "NO_COLOR": "1"]) == .none)
    #expect(colors(true, ["TERM": "dumb"]) == .none)
    #expect(colors(false, ["COLORTERM": "truecolor"]) == .none)
  }
}
