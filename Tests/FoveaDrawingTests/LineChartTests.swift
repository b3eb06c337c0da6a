import Foundation
import Testing

@testable import FoveaDrawing

private func points(_ values: [Double]) -> [LineChart.Point] {
  values.enumerated().map { LineChart.Point(x: Double($0), y: $1) }
}

@Suite struct LineChartTests {
  @Test func `a chart is well-formed and names what it shows`() throws {
    let chart = LineChart(
      title: "Loss of <a> & \"b\"\u{1}", horizontalAxis: .init("step"),
      panels: [
        .init(
          .init("loss", unit: "nats"),
          [
            .init("each step", points([2.3, 1.1, 0.6]), style: .faint),
            .init("smoothed", points([2.3, 1.6, 1.2])),
            .init("validation", [.init(x: 2, y: 0.5)], style: .marked),
          ]),
        .init(.init("momentum"), [.init("momentum", points([0.95, 0.85, 0.95]))]),
      ])
    let svg = try ParsedSVG(chart.svg())
    #expect(svg.elements[0].name == "svg")
    #expect(svg.texts.contains("Loss of <a> & \"b\"\u{fffd}"))
    for label in ["loss (nats)", "momentum", "step", "each step", "smoothed", "validation"] {
      #expect(svg.texts.contains(label), "\(label)")
    }
    let lines = svg.elements(named: "polyline")
    #expect(lines.count == 3)
    // The raw values have the colour of the smoothed ones, only paler.
    #expect(lines[0]["stroke"] == lines[1]["stroke"])
    #expect(lines[0]["stroke-opacity"] == "0.35")
    #expect(svg.elements(named: "circle").count == 2)
  }

  @Test func `no label covers another`() throws {
    let long = (1...7).map { "a series with a rather long name, number \($0)" }
    let chart = LineChart(
      title: "Many", horizontalAxis: .init("step"),
      panels: [
        .init(.init("loss"), long.map { .init($0, points([1, 2])) }),
        .init(.init("rate"), long.map { .init($0, points([1e-7, 2e-7])) }),
      ])
    let svg = try ParsedSVG(chart.svg())
    let boxes = svg.elements.filter { $0.name == "text" && $0.attributes["transform"] == nil }
      .map { element in
        let size = Double(element.attributes["font-size"] ?? "") ?? 0
        let width = Double(element.text.count) * size * 0.55
        let x = Double(element.attributes["x"] ?? "") ?? 0
        let y = Double(element.attributes["y"] ?? "") ?? 0
        let shares: [String?: Double] = ["middle": 0.5, "end": 1]
        let shift = width * (shares[element.attributes["text-anchor"]] ?? 0)
        return CGRect(x: x - shift, y: y - size * 0.8, width: width, height: size)
      }
    for (index, box) in boxes.enumerated() {
      #expect(box.minX >= 0 && box.maxX <= 760)
      for other in boxes.dropFirst(index + 1) { #expect(!box.intersects(other)) }
    }
  }

  @Test func `a line breaks where there is no number`() throws {
    let chart = LineChart(
      title: "Broken", horizontalAxis: .init("step"),
      panels: [
        .init(
          .init("loss", kind: .logarithmic),
          [.init("loss", points([1, 2, .nan, 3, 0, -1, .infinity, 4, 5]))])
      ])
    let svg = try ParsedSVG(chart.svg())
    #expect(svg.elements(named: "polyline").count == 2)
    #expect(svg.elements(named: "circle").count == 1)
  }

  @Test func `a document does not grow with the length of a training`() throws {
    func chart(_ count: Int) -> String {
      LineChart(
        title: "Long", horizontalAxis: .init("step"),
        panels: [.init(.init("loss"), [.init("loss", points((0..<count).map { sin(Double($0)) }))])]
      ).svg()
    }
    #expect(chart(200_000).utf8.count < 60_000)
    #expect(chart(200_000).utf8.count < 2 * chart(20_000).utf8.count)
  }

  @Test(arguments: [[], [Double.nan], [0], [5, 5, 5], [-1e-12, 1e-12], [1e17, 2e17]])
  func `any values make a chart`(values: [Double]) throws {
    for kind in [LineChart.AxisKind.linear, .logarithmic] {
      let chart = LineChart(
        title: "Any", horizontalAxis: .init("x", kind: kind),
        panels: [.init(.init("y", kind: kind), [.init("y", points(values), style: .marked)])])
      let text = chart.svg()
      _ = try ParsedSVG(text)
      #expect(!text.contains("nan") && !text.contains("inf"))
    }
  }
}

@Suite struct AxisScaleTests {
  private func ticks(
    _ values: [Double], _ kind: LineChart.AxisKind = .linear, widened: Bool = true, limit: Int = 6
  ) -> [String] {
    let scale = AxisScale(values, kind, widened: widened, tickLimit: limit)
    return scale.ticks.map(scale.label)
  }

  @Test func `linear ticks are round and cover the values`() {
    #expect(ticks([0, 2.3]) == ["0.0", "0.5", "1.0", "1.5", "2.0", "2.5"])
    #expect(ticks([0.85, 0.95]) == ["0.84", "0.86", "0.88", "0.90", "0.92", "0.94", "0.96"])
    #expect(
      ticks([0, 11_720], widened: false) == ["0", "2,000", "4,000", "6,000", "8,000", "10,000"])
    #expect(ticks([3, 3]) == ["2.7", "2.8", "2.9", "3.0", "3.1", "3.2", "3.3"])
  }

  @Test func `ticks at whole numbers skip what lies between`() {
    #expect(ticks([1, 3], .whole, widened: false) == ["1", "2", "3"])
    #expect(ticks([1, 1], .whole, widened: false) == ["1"])
    #expect(ticks([0.02, 4], .whole, widened: false) == ["0", "1", "2", "3", "4"])
    #expect(
      ticks([1, 500], .whole, widened: false) == ticks([1, 500], .linear, widened: false))
  }

  @Test func `logarithmic ticks are powers of ten, and finer where there are few`() {
    #expect(ticks([2e-6, 1.5], .logarithmic) == ["10⁻⁶", "0.0001", "0.01", "1"])
    #expect(
      ticks([0.03, 0.4], .logarithmic) == ["0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1"])
  }

  @Test func `positions run from 0 to 1`() {
    let linear = AxisScale([0, 10], .linear, widened: false, tickLimit: 5)
    #expect(linear.position(of: 2.5) == 0.25)
    let logarithmic = AxisScale([1, 100], .logarithmic, widened: false, tickLimit: 5)
    #expect(abs(logarithmic.position(of: 10) - 0.5) < 1e-12)
  }
}
