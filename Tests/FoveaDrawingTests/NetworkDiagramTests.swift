import FoveaAnalysis
import FoveaLayers
import FoveaZoo
import Testing

@testable import FoveaDrawing

@Suite struct NetworkDiagramTests {
  private func outline(_ name: String, depth: Int? = nil) throws -> NetworkOutline {
    let entry = try #require(ZooModel.all.first { $0.name == name })
    return try NetworkOutline(of: entry.build(input: nil, classes: nil).inference, depth: depth)
  }

  @Test(
    "every block is a box inside the picture, and no two overlap",
    arguments: [
      "simple-cnn", "lenet5", "vgg16", "resnet18", "resnet50", "mobilenet-v2", "efficientnet-b0",
    ], [nil, 1, 2])
  func boxes(_ name: String, _ depth: Int?) throws {
    let outline = try outline(name, depth: depth)
    let svg = try ParsedSVG(NetworkDiagram(outline, title: name).svg())
    let size = try [
      #require(svg.elements[0].attributes["width"].flatMap(Double.init)),
      #require(svg.elements[0].attributes["height"].flatMap(Double.init)),
    ]
    let frames = svg.elements(named: "rect")
      .filter { $0["height"] == "24" && $0["fill"] == Paint.paper.light }
      .compactMap { box -> Frame? in
        let numbers = ["x", "y", "width", "height"].compactMap { box[$0].flatMap(Double.init) }
        return numbers.count == 4
          ? Frame(x: numbers[0], y: numbers[1], width: numbers[2], height: numbers[3]) : nil
      }
    #expect(frames.count == outline.blocks.count + 1)
    for (index, frame) in frames.enumerated() {
      #expect(frame.x >= 0 && frame.right <= size[0] && frame.bottom <= size[1])
      for other in frames[..<index] {
        #expect(
          other.x == frame.x
            ? other.bottom < frame.y || frame.bottom < other.y
            : other.right < frame.x || frame.right < other.x)
      }
    }
    // An arrow for each edge, and for each join inside a block.
    let inner = outline.blocks.reduce(0) { $0 + $1.innerJoins.count }
    #expect(svg.elements(named: "polygon").count == outline.edges.count + inner)
  }

  @Test func `the quantity colours and fills the boxes`() throws {
    let outline = try outline("resnet18", depth: 1)
    func texts(_ quantity: NetworkDiagram.Quantity) throws -> [String] {
      try ParsedSVG(NetworkDiagram(outline, title: "resnet18", quantity: quantity).svg()).texts
    }
    #expect(try texts(.macs).contains("462 M"))
    #expect(try texts(.parameters).contains("8.39 M"))
    #expect(try texts(.receptiveField).contains("435×435"))
    #expect(try texts(.macs).contains("added (residual)"))
    #expect(try texts(.macs).contains("14 layers: 4 Conv2d"))
  }

  @Test func `columns are cut where few lines lead on`() throws {
    let outline = try outline("resnet50")
    let layout = NetworkLayout(outline, columnCount: 3)
    #expect(layout.columns.count == 3)
    #expect(layout.columns.flatMap { Array($0) } == Array(0..<layout.rows))
    for (column, next) in zip(layout.columns, layout.columns.dropFirst()) {
      let cut = next.lowerBound
      let crossing = layout.detours.filter { $0.from < cut && cut <= $0.to }
      #expect(crossing.count <= NetworkLayout.largestCrossing)
      #expect(crossing.allSatisfy { column ~= $0.from && next ~= $0.to })
      #expect(!layout.bands.contains { $0.rows.lowerBound < cut && cut < $0.rows.upperBound })
    }
    #expect(layout.bands.map(\.path).prefix(2) == ["layer1.0", "layer1.1"])
  }

  @Test func `lines beside boxes never share a lane`() throws {
    for name in ["resnet50", "efficientnet-b0"] {
      let detours = NetworkLayout(try outline(name), columnCount: 2).detours
      for (index, line) in detours.enumerated() {
        for other in detours[..<index] where other.lane == line.lane {
          #expect(line.to <= other.from || other.to <= line.from)
        }
      }
    }
  }

  @Test func `more blocks than can be told apart are refused`() throws {
    let chain = Sequential((0..<1001).map { _ in Conv2d(1, kernel: 1) })
    let model = try Model(input: [1, 4, 4], function: chain.forward)
    let outline = try NetworkOutline(of: model.inference)
    #expect(throws: DrawingError.self) { try NetworkDiagram(outline, title: "deep") }
  }

  @Test func `counts are short`() {
    let cases = [
      (0, "0"), (999, "999"), (1000, "1.00 k"), (9_995, "10.0 k"), (25_557_032, "25.6 M"),
      (999_500, "1.00 M"), (4_089_184_256, "4.09 G"), (Int.max, "9.22 E"),
    ]
    for (count, text) in cases { #expect(NumberFormat.short(count) == text) }
  }
}
