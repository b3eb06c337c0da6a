public import FoveaAnalysis

extension PixelPlot {
  /// What one activation sees of an image: the used pixels shaded, the rectangle around them, the field by formula,
  /// which may reach past the edges, and the activation's centre.
  ///
  /// - Parameters:
  ///   - region: The pixels that the activation depends on.
  ///   - field: What the layer's elements see by formula.
  ///   - place: The activation's row and column; `nil` where the layer has no map.
  ///   - image: The image, of the input's size; an empty grid where left out.
  /// - Throws: `DrawingError` for an image of another size, or one that is too large.
  public init(
    title: String, region: InputRegion, field: ReceptiveField, place: [Int]?, image: PNGImage?
  ) throws(DrawingError) {
    let (height, width) = (region.imageHeight, region.imageWidth)
    if let image, (image.height, image.width) != (height, width) {
      throw .imageSize(width: image.width, height: image.height, samples: image.samples.count)
    }
    let theory = place.flatMap { place in
      field.rows.flatMap { rows in
        field.columns.map { (rows.pixels(at: place[0]), $0.pixels(at: place[1])) }
      }
    }
    try self.init(
      title: title, rows: Self.shown(theory?.0, of: height),
      columns: Self.shown(theory?.1, of: width))
    if let image { layers.append(Layer(image, row: 0, column: 0)) }
    outlines.append(
      Outline(
        "the \(height)×\(width) image", top: -0.5, left: -0.5, bottom: Double(height) - 0.5,
        right: Double(width) - 0.5, style: .frame))
    if let theory {
      let size = NumberFormat.extents(
        [theory.0, theory.1].map { Int(($0.upperBound - $0.lowerBound).rounded()) + 1 })
      outlines.append(
        Outline(
          "by formula: \(size)", top: theory.0.lowerBound - 0.5, left: theory.1.lowerBound - 0.5,
          bottom: theory.0.upperBound + 0.5, right: theory.1.upperBound + 0.5, style: .dashed))
      marks.append(
        Mark(
          "its centre", row: (theory.0.lowerBound + theory.0.upperBound) / 2,
          column: (theory.1.lowerBound + theory.1.upperBound) / 2))
    }
    if let seenRows = region.rows, let seenColumns = region.columns {
      let total = seenRows.count * seenColumns.count
      let shade: [UInt8] = Paint.blue.lightRGB + [110]
      layers.append(
        Layer(
          PNGImage(
            width: seenColumns.count, height: seenRows.count, .rgba,
            region.isUsed.flatMap { $0 ? shade : [0, 0, 0, 0] }), row: seenRows.first,
          column: seenColumns.first))
      outlines.append(
        Outline(
          "exactly: rows \(seenRows.first)–\(seenRows.last), columns \(seenColumns.first)–\(seenColumns.last); "
            + (region.usedPixels == total
              ? "all pixels are used"
              : "\(NumberFormat.percent(Double(region.usedPixels) / Double(total), decimals: 1)) of the pixels are used (shaded)"),
          top: Double(seenRows.first) - 0.5, left: Double(seenColumns.first) - 0.5,
          bottom: Double(seenRows.last) + 0.5, right: Double(seenColumns.last) + 0.5, style: .solid)
      )
    }
  }

  /// The image, and what a field reaches past it, as far as that is no more than the image again.
  private static func shown(_ field: ClosedRange<Double>?, of extent: Int) -> ClosedRange<Int> {
    guard let field else { return 0...extent - 1 }
    func whole(_ pixels: Double, _ rule: FloatingPointRoundingRule) -> Int {
      Int(min(max(pixels.rounded(rule), -Double(extent)), 2 * Double(extent)))
    }
    let (first, last) = (whole(field.lowerBound, .down), whole(field.upperBound, .up))
    return min(0, first - 1)...max(extent - 1, last + 1)
  }

  /// Amounts over an image's pixels, from 0 to the largest, with what else is known of them.
  ///
  /// - Parameters:
  ///   - values: An amount a pixel, row by row, none negative.
  ///   - width: Pixels of a row.
  /// - Throws: `DrawingError.imageSize` for another number of amounts, or more pixels than can be shown.
  public init(
    heatMap values: [Float], width: Int, title: String, meaning: String,
    rows: ClosedRange<Int>, columns: ClosedRange<Int>
  ) throws(DrawingError) {
    guard width > 0, values.count % width == 0, let largest = values.max() else {
      throw .imageSize(width: width, height: 0, samples: values.count)
    }
    try self.init(title: title, rows: rows, columns: columns)
    let image = try PNGImage(
      width: width, height: values.count / width, format: .rgb,
      samples: values.flatMap { HeatColors.rgb(largest > 0 ? Double($0 / largest) : 0) })
    layers = [Layer(image, row: 0, column: 0)]
    colorMeaning = meaning
  }
}

extension AxisField {
  /// The first and the last pixel that an element sees.
  fileprivate func pixels(at element: Int) -> ClosedRange<Double> {
    first + Double(element) * jump...last + Double(element) * jump
  }
}
