import FoveaAnalysis
import FoveaGraph
import FoveaLayers
import Testing

@testable import FoveaDrawing

@Suite struct PixelPlotTests {
  let region: InputRegion
  let field: ReceptiveField

  init() throws {
    let model = try Model(input: [1, 16, 16]) {
      FoveaLayers.Conv2d(1, kernel: 3, padding: 2, dilation: 2)
      FoveaLayers.Conv2d(1, kernel: 3, padding: 2, dilation: 2)
    }
    let shapes = try model.inference.shapes()
    let value = try model.inference.output(named: Model.outputName)
    region = try InputRegion(
      of: value, at: (8, 3), in: model.inference, shapes: shapes, input: Model.inputName)
    field = try ReceptiveFields(of: model.inference, shapes: shapes)[value]
  }

  private func plot(_ image: PNGImage? = nil) throws -> PixelPlot {
    try PixelPlot(title: "a < b", region: region, field: field, place: [8, 3], image: image)
  }

  @Test func `a field is drawn past the edge, its holes are not shaded`() throws {
    let plot = try plot()
    #expect(plot.rows == 0...15 && plot.columns == -2...15)
    let svg = try ParsedSVG(plot.svg())
    #expect(svg.texts.contains("a < b"))
    #expect(svg.texts.contains("by formula: 9×9"))
    #expect(
      svg.texts.contains(
        "exactly: rows 4–12, columns 1–7; 31.7 % of the pixels are used (shaded)"))
    let layer = try #require(plot.layers.last)
    #expect((layer.row, layer.column) == (4, 1))
    #expect((layer.image.height, layer.image.width) == (9, 7))
    let opacities = stride(from: 3, to: layer.image.samples.count, by: 4)
      .map { layer.image.samples[$0] > 0 }
    #expect(opacities == region.isUsed)
    #expect(plot.marks == [PixelPlot.Mark("its centre", row: 8, column: 3)])
  }

  @Test func `the image lies under the shade, in files of both kinds`() throws {
    let grey = try PNGImage(
      width: 16, height: 16, format: .grey, samples: (0..<256).map { UInt8($0) })
    let plot = try plot(grey)
    #expect(plot.layers.count == 2)
    #expect(try ParsedSVG(plot.svg()).elements(named: "image").count == 2)
    let png = plot.png()
    let decoded = try DecodedPNG(png.encoded(), samplesPerPixel: 3)
    #expect((decoded.width, decoded.height) == (png.width, png.height))

    // The middle of pixel 14, 14, which nothing covers, and of 4, 5, which is shaded.
    let scale = 640 / 18
    let left = png.width - 16 - 18 * scale
    func color(_ row: Int, _ column: Int) -> [UInt8] {
      let (y, x) = (12 + row * scale + scale / 3, left + (column + 2) * scale + scale / 3)
      return Array(decoded.samples[(y * png.width + x) * 3..<(y * png.width + x) * 3 + 3])
    }
    #expect(color(14, 14) == [238, 238, 238])
    #expect(color(5, 4) == [84, 84, 84], "a hole")
    let shaded = color(4, 5)
    #expect(shaded[2] > shaded[0], "blue over grey: \(shaded)")
  }

  @Test func `a heat map has a scale`() throws {
    var values = [Float](repeating: 0, count: 12)
    values[5] = 0.5
    var plot = try PixelPlot(
      heatMap: values, width: 4, title: "heat", meaning: "gradient", rows: 0...2, columns: 0...3)
    plot.outlines.append(
      .init("ellipse", top: 0, left: 0, bottom: 2, right: 3, isEllipse: true, style: .solid))
    plot.notes = ["a note"]
    let image = try #require(plot.layers.first?.image)
    #expect(Array(image.samples[0..<3]) == [0x44, 0x01, 0x54])
    #expect(Array(image.samples[15..<18]) == [0xfd, 0xe7, 0x25])
    let svg = try ParsedSVG(plot.svg())
    #expect(
      Set(["gradient", "a note", "ellipse", "column (pixels)", "0", "1"]).isSubset(of: svg.texts))
    #expect(svg.elements(named: "ellipse").count == 3)
    plot.colorMeaning = nil
    #expect(plot.png().width < 640 + 60)
  }

  @Test func `an axis names whole pixels`() {
    #expect(PixelPlot.ticks(0...223, limit: 10) == [0, 50, 100, 150, 200])
    #expect(PixelPlot.ticks(-2...3, limit: 10) == [-2, -1, 0, 1, 2, 3])
    #expect(PixelPlot.ticks(5...5, limit: 10) == [5])
  }

  @Test func `what does not fit is refused`() throws {
    let small = try PNGImage(width: 1, height: 1, format: .grey, samples: [0])
    #expect(throws: DrawingError.imageSize(width: 1, height: 1, samples: 1)) { try plot(small) }
    #expect(throws: DrawingError.self) {
      try PixelPlot(title: "", rows: 0...1_000_000, columns: 0...1)
    }
    #expect(throws: DrawingError.self) {
      try PixelPlot(
        heatMap: [1, 2, 3], width: 2, title: "", meaning: "", rows: 0...1, columns: 0...1)
    }
  }
}
