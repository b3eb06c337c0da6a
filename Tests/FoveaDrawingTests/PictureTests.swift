import Foundation
import Testing

@testable import FoveaDrawing

/// Charts as pixels: the same as their SVG documents.
@Suite struct PictureTests {
  static let line = LineChart.Panel(
    .init("mean"),
    [.init("mean", (0..<20).map { .init(x: Double($0), y: sin(Double($0))) })])

  static let grid = ChartGrid(
    title: "Each layer of net", horizontalAxis: .init("step"),
    rows: [.init("layer 0.0", [line, line, line]), .init("layer 1.0", [line])])

  static let timeline = HistogramTimeline(
    title: "Values", horizontalAxis: .init("step"), times: [1, 33], verticalAxis: .init("output"),
    bounds: -10...10, panels: [.init("0.0", [[999, 0], [0, 9]]), .init("none", [])])

  static let diagram = ReliabilityDiagram(
    title: "Reliability", note: "ECE 3 %",
    bins: [
      .init(0...0.5, images: 0, confidence: 0, accuracy: 0),
      .init(0.5...1, images: 1200, confidence: 0.75, accuracy: 0.5),
    ])

  static let scores = ClassScoresChart(
    title: "Classes: pets",
    rows: [
      .init("cat", precision: 0.5, recall: 1, f1: 2.0 / 3, images: 1200),
      .init("dog <x>", precision: 0, recall: 0, f1: 0, images: 0),
    ])

  static func confusion(_ numbers: ConfusionChart.Numbers) throws -> ConfusionChart {
    try ConfusionChart(
      title: "Pets", classNames: ["cat", "dog", "fish"],
      counts: [[1999, 1, 0], [3, 5, 0], [0, 0, 4]], numbers: numbers)
  }

  static func pictures() throws -> [any Picture] {
    [grid, timeline, diagram, scores, try confusion(.images), try confusion(.percent)]
  }

  @Test(arguments: 0..<6)
  func `pixels are two for each of the document's, and every area is there`(number: Int) throws {
    let picture = try Self.pictures()[number]
    let (png, svg) = (picture.png(), try ParsedSVG(picture.svg()))
    let size = try ["width", "height"].map {
      try #require(Double(svg.elements[0].attributes[$0] ?? ""))
    }
    #expect(abs(Double(png.width) - 2 * size[0]) <= 1.2)
    #expect(abs(Double(png.height) - 2 * size[1]) <= 1.2)
    // The middle of each opaque area that nothing lies on has its colour.
    let areas = svg.elements(named: "rect").dropFirst().filter {
      $0["fill-opacity"] == nil && $0["fill"] != "none"
    }
    let isSeen = areas.contains { area in
      let place = ["x", "y", "width", "height"].map { Double(area[$0] ?? "") ?? 0 }
      let (x, y) = (Int(2 * place[0] + place[2]), Int(2 * place[1] + place[3]))
      return color(png, x, y) == hex(area["fill"] ?? "")
    }
    #expect(areas.isEmpty || isSeen)
  }

  @Test func `colours of counts stand where their bins are`() throws {
    let svg = try ParsedSVG(Self.timeline.svg())
    let frame = try #require(svg.elements(named: "image").first)
    let place = ["x", "y", "width", "height"].map { Double(frame[$0] ?? "") ?? 0 }
    let png = Self.timeline.png()
    func pixel(_ u: Double, _ v: Double) -> [UInt8] {
      color(
        png, Int(2 * (place[0] + u * place[2])), Int(2 * (place[1] + v * place[3])))
    }
    // The first column has its values in the low bin, the second a few in the high one.
    #expect(pixel(0.25, 0.75) == HeatColors.rgb(1))
    #expect(pixel(0.25, 0.25) == HeatColors.rgb(0))
    #expect(pixel(0.75, 0.25) == HeatColors.rgb(log1p(9) / log1p(999)))
    #expect(pixel(0.75, 0.75) == HeatColors.rgb(0))
  }

  @Test func `the diagonal of a reliability diagram is dashed in pixels too`() throws {
    let png = Self.diagram.png()
    let svg = try ParsedSVG(Self.diagram.svg())
    let diagonal = try #require(
      svg.elements(named: "line").last { $0["stroke-dasharray"] != nil })
    let ends = ["x1", "y1", "x2", "y2"].map { Double(diagonal[$0] ?? "") ?? 0 }
    // Over the empty half there is nothing but the line and the grid.
    let dark = stride(from: 0.02, to: 0.45, by: 0.001).map { share -> Bool in
      let (x, y) = (ends[0] + share * (ends[2] - ends[0]), ends[1] + share * (ends[3] - ends[1]))
      return color(png, Int(2 * x), Int(2 * y))[0] < 128
    }
    let share = Double(dark.count { $0 }) / Double(dark.count)
    #expect(0.4...0.85 ~= share, "\(share)")
  }

  @Test func `bars of classes are as long as their scores, and have their unit`() throws {
    let svg = try ParsedSVG(Self.scores.svg())
    let plot = 460.0
    let widths = svg.elements(named: "rect").filter { $0["height"] == "7" }
      .map { Double($0["width"] ?? "") ?? -1 }
    #expect(widths.count == 6)
    for (width, share) in zip(widths, [0.5, 1, 2.0 / 3, 0, 0, 0]) {
      #expect(abs(width - share * plot) < 0.1)
    }
    for text in [
      "Precision, recall and F1 (%)", "Images (count)", "1,200", "precision", "recall", "F1",
      "dog <x>", "100",
    ] { #expect(svg.texts.contains(text), "\(text)") }
  }

  @Test func `of more than a hundred classes those with the lowest F1 are shown`() throws {
    let rows = (0..<130).map { index in
      ClassScoresChart.Row(
        "class \(index)", precision: 1, recall: 1, f1: index < 30 ? 1 : 0.5, images: 1)
    }
    let chart = ClassScoresChart(title: "Many", rows: rows)
    #expect(chart.rows.count == 100 && chart.rows.first?.name == "class 30")
    let svg = try ParsedSVG(chart.svg())
    #expect(svg.texts.contains("100 of 130 classes: those with the lowest F1"))
    #expect(ClassScoresChart(title: "", rows: []).png().width > 0)
  }

  @Test func `a matrix in per cent is of the true class`() throws {
    let svg = try ParsedSVG(Self.confusion(.percent).svg())
    for text in [
      "99.9", "<0.1", "37.5", "62.5", "100", "True class (each row is 100 %)",
      "Predicted class (% of the true class)",
    ] {
      #expect(svg.texts.count { $0 == text } == 1, "\(text)")
    }
    #expect(!svg.texts.contains("1,999"))
    #expect(try ParsedSVG(Self.confusion(.images).svg()).texts.contains("1,999"))
  }

  @Test func `a picture of very many layers stays one that can be read`() {
    let rows = (0..<160).map { ChartGrid.Row("layer \($0)", [Self.line]) }
    let png = ChartGrid(title: "Deep", horizontalAxis: .init("step"), rows: rows).png()
    #expect(png.height <= PNGImage.largestExtent && png.height > PNGImage.largestExtent / 2)
  }

  private func color(_ image: PNGImage, _ x: Int, _ y: Int) -> [UInt8] {
    let start = (y * image.width + x) * 3
    return Array(image.samples[start..<start + 3])
  }

  private func hex(_ text: String) -> [UInt8] {
    let digits = Array(text.dropFirst())
    return stride(from: 0, to: digits.count - 1, by: 2).map {
      UInt8(String(digits[$0..<$0 + 2]), radix: 16) ?? 0
    }
  }
}
