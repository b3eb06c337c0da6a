import FoveaAnalysis
import FoveaDrawing
import FoveaLayers
import Testing

@Suite struct NumberFormatTests {
  @Test(arguments: [
    (0, "0"), (999, "999"), (1000, "1,000"), (138_357_544, "138,357,544"), (-1234, "-1,234"),
    (Int.min, "-9,223,372,036,854,775,808"),
  ])
  func `whole numbers have thousands separators`(number: Int, expected: String) {
    #expect(NumberFormat.grouped(number) == expected)
  }

  @Test func `decimals are fixed, and no number is no trap`() {
    #expect(NumberFormat.fixed(1234.5, decimals: 2) == "1,234.50")
    #expect(NumberFormat.fixed(-0.00001, decimals: 2) == "0.00")
    #expect(NumberFormat.fixed(-0.5, decimals: 1) == "-0.5")
    #expect(NumberFormat.fixed(9.96, decimals: 1) == "10.0")
    #expect(NumberFormat.fixed(.nan, decimals: 2) == "nan")
    #expect(NumberFormat.fixed(1e300, decimals: 2) == "1e+300")
    #expect(NumberFormat.percent(0.97849) == "97.85 %")
  }

  @Test(arguments: [
    (0.2, "0:00"), (59.6, "1:00"), (754, "12:34"), (3753, "1:02:33"), (.infinity, "–"), (-1, "–"),
  ])
  func `times read as on a clock`(seconds: Double, expected: String) {
    #expect(NumberFormat.clock(seconds: seconds) == expected)
  }
}

@Suite struct TextTableTests {
  @Test func `columns are as wide as their content, and nothing trails`() {
    let table = TextTable(
      [.init("Name"), .init("Count", .right), .init("Note")],
      rows: [["a", "1", ""], ["longer", "12,345", "6×6"], ["short"], ["日本", "7", "x", "extra"]],
      footer: [["Total", "12,353"]])
    #expect(
      table.lines == [
        "Name     Count  Note",
        "──────  ──────  ────",
        "a            1",
        "longer  12,345  6×6",
        "short",
        "日本         7  x",
        "──────  ──────  ────",
        "Total   12,353",
      ])
  }

  @Test func `a table can be written row by row`() {
    let table = TextTable([.init("Epoch", .right), .init("Loss", .right, minimumWidth: 8)])
    #expect(table.header == ["Epoch      Loss", "─────  ────────"])
    #expect(table.line(["1", "0.1234"]) == "    1    0.1234")
  }

  @Test func `a summary shows every layer and the totals`() throws {
    let model = try Model(input: [1, 28, 28]) {
      Conv2d(8, kernel: 5, stride: 2, padding: 2)
      ReLU()
      Flatten()
      Linear(1000)
    }
    #expect(
      SummaryTable(try ModelSummary(of: model.inference)).lines == [
        "Layer  Type     Output shape  Window     Parameters  Multiply-adds    Field  Jump",
        "─────  ───────  ────────────  ─────────  ──────────  ─────────────  ───────  ────",
        "0      Conv2d   1×8×14×14     5×5 s2 p2         208         39,200      5×5     2",
        "1      ReLU     1×8×14×14                         0              0      5×5     2",
        "2      Flatten  1×1568                            0              0      5×5     2",
        "3      Linear   1×1000                    1,569,000      1,568,000  31×31 *    28",
        "─────  ───────  ────────────  ─────────  ──────────  ─────────────  ───────  ────",
        "Total                                     1,569,208      1,607,200",
        "",
        "* from 3 on: all positions, through 3; the size is what windows alone reach",
      ])
  }
}

@Suite struct ProgressBarTests {
  private let state = ProgressState(
    epoch: 3, epochs: 12, share: 0.5, imagesPerSecond: 12345.6, loss: 0.12345,
    metric: .init(name: "accuracy", value: 0.9785), secondsLeft: 42)

  @Test func `a wide line holds every fact`() {
    #expect(
      ProgressBar(width: 100).line(state)
        == "Epoch  3/12  ━━━━━━━━━━┈┈┈┈┈┈┈┈┈┈┈   50 %  12,346 images/s  loss 0.1235  "
        + "accuracy 97.85 %  0:42 left")
  }

  @Test func `100 % means done`() {
    let bar = ProgressBar(width: 40)
    #expect(bar.line(ProgressState(epoch: 1, epochs: 1, share: 0.999)).hasSuffix(" 99 %"))
    #expect(bar.line(ProgressState(epoch: 1, epochs: 1, share: 1)).hasSuffix("━  100 %"))
    #expect(bar.line(ProgressState(epoch: 1, epochs: 1, share: .nan)).hasSuffix("  0 %"))
    #expect(bar.line(ProgressState(epoch: 1, epochs: 1, share: 7)).hasSuffix("100 %"))
  }

  @Test(arguments: 0...120)
  func `no line is wider than its terminal`(width: Int) {
    #expect(ProgressBar(width: width).line(state).count <= width)
  }
}
