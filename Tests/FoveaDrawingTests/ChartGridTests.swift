import Foundation
import Testing

@testable import FoveaDrawing

@Suite struct ChartGridTests {
  @Test func `each chart of a row has its axes named`() throws {
    func panel(_ name: String, _ values: [Double]) -> LineChart.Panel {
      let points = values.enumerated().map { LineChart.Point(x: Double($0), y: $1) }
      return .init(.init(name), [.init(name, points)])
    }
    let grid = ChartGrid(
      title: "Layers of <net>", horizontalAxis: .init("step"),
      rows: ["0.0", "1.0"].map { name in
        .init(name, [panel("mean", [0, 0.5, 0.2]), panel("share near zero", [0.1, 1, .nan])])
      })
    let svg = try ParsedSVG(grid.svg())
    #expect(svg.elements(named: "polyline").count == 4)
    for (label, count) in [
      ("Layers of <net>", 1), ("0.0", 1), ("mean", 2), ("share near zero", 2), ("step", 4),
    ] {
      #expect(svg.texts.count { $0 == label } >= count, "\(label)")
    }
    // Nothing stands beyond the picture.
    let width = try #require(Double(svg.elements[0].attributes["width"] ?? ""))
    let ends = svg.elements(named: "line").compactMap { $0["x2"].flatMap(Double.init) }
    #expect(ends.allSatisfy { 0...width ~= $0 })
    _ = try ParsedSVG(ChartGrid(title: "", horizontalAxis: .init("step"), rows: []).svg())
  }

  @Test func `colours are logarithms of counts, low values at the bottom`() throws {
    let timeline = HistogramTimeline(
      title: "Values", horizontalAxis: .init("step"), times: [1, 33], verticalAxis: .init("output"),
      bounds: -10...10,
      panels: [
        .init("0.0", [[999, 0], [0, 9]]), .init("empty", [[0, 0], [0, 0]]), .init("none", []),
      ])
    let svg = try ParsedSVG(timeline.svg())
    for label in ["Values", "0.0", "step", "output", "values in a bin (log)", "33", "-10", "100"] {
      #expect(svg.texts.contains(label), "\(label)")
    }
    // Two panels of values, and a bar of colours beside each.
    #expect(svg.elements(named: "image").count == 5)
    #expect(HeatColors.rgb(1) == [0xfd, 0xe7, 0x25])
  }

  static let grid = HeatGrid(
    title: "Layers of net", horizontalAxis: .init("step"), times: [1, 33, 65], rowAxis: "layer",
    names: ["0.0", "a.very.long.path.of.a.layer.in.a.deep.network"],
    panels: [
      .init(
        .init("gradient norm", unit: "nats", kind: .logarithmic),
        rows: [[1e-4, 1e-2, 1], [.nan, 0, 0.1]]),
      .init(.init("share near zero"), rows: [[0, 0.5, 1], [0.2, 0.2, 0.2]], bounds: 0...1),
    ])

  @Test func `a heat grid names layers, steps and what its colours stand for`() throws {
    let svg = try ParsedSVG(Self.grid.svg())
    for label in [
      "Layers of net", "gradient norm (nats)", "share near zero", "step", "layer", "0.0", "1", "33",
      "65", "0.001", "0.4",
    ] {
      #expect(svg.texts.contains(label), "\(label)")
    }
    // What is too long keeps its end, which tells layers apart.
    #expect(svg.texts.contains { $0.hasPrefix("…") && $0.hasSuffix(".in.a.deep.network") })
    #expect(svg.elements(named: "image").count == 4)
    let empty = HeatGrid(
      title: "", horizontalAxis: .init("step"), times: [], rowAxis: "layer", names: [], panels: [])
    _ = try ParsedSVG(empty.svg())
    _ = empty.png()
  }

  @Test func `a heat grid in pixels has the colours of its values`() throws {
    let picture = Self.grid.png()
    func has(_ color: [UInt8]) -> Bool {
      stride(from: 0, to: picture.samples.count, by: 3).contains {
        Array(picture.samples[$0..<($0 + 3)]) == color
      }
    }
    for amount in [0, 0.2, 0.5, 1] { #expect(has(HeatColors.rgb(amount)), "\(amount)") }
    #expect(has(Paint.band.lightRGB), "what is no number")
  }
}
