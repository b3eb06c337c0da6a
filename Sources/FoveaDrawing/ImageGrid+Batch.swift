public import FoveaData
import FoveaTensors

extension ImageGrid {
  /// The images of a batch as the network gets them, with their classes; of mixed images with both
  /// classes and their shares.
  ///
  /// Normalisation is taken back; what it leaves outside 0 to 255 is cut off.
  ///
  /// - Parameters:
  ///   - description: What the batch's dataset says of itself.
  ///   - limit: The most images that are drawn.
  /// - Throws: `DrawingError.setting` for images that are neither grey nor of three colours.
  public init(
    _ batch: Batch, of description: DatasetDescription, title: String, limit: Int = 64,
    columns: Int? = nil
  ) throws(DrawingError) {
    let labels = batch.labels.elements(of: Int32.self).map(Int.init)
    let names = description.classNames
    var cells: [Cell] = []
    for (row, image) in try Self.images(of: batch, description, limit: limit).enumerated() {
      var lines = [names[labels[row]]]
      if let mix = batch.mix, mix.partners[row] != row {
        let partner = names[labels[mix.partners[row]]]
        lines = [
          "\(NumberFormat.percent(Double(mix.share), decimals: 0)) \(lines[0])",
          "\(NumberFormat.percent(Double(1 - mix.share), decimals: 0)) \(partner)",
        ]
      }
      cells.append(Cell(image, lines: lines))
    }
    self.init(title: title, cells: cells, columns: columns)
  }

  /// The images of a batch, without their normalisation; what it leaves outside 0 to 255 is cut off.
  ///
  /// - Parameters:
  ///   - description: What the batch's dataset says of itself.
  ///   - limit: The most images that are made.
  /// - Throws: `DrawingError.setting` for images that are neither grey nor of three colours.
  public static func images(
    of batch: Batch, _ description: DatasetDescription, limit: Int = .max
  ) throws(DrawingError) -> [PNGImage] {
    let shape = description.imageShape
    guard let format = PNGImage.Format(rawValue: shape[0]), format != .rgba else {
      throw .setting("the number of channels", value: shape[0], allowed: "1 or 3")
    }
    let size = shape.elementCount
    return (0..<min(batch.indices.count, max(limit, 0))).map { row in
      let samples = batch.images.withUnsafeElements(of: Float.self) { numbers in
        bytes(of: numbers[(row * size)..<((row + 1) * size)], description.normalization)
      }
      return PNGImage(width: shape[2], height: shape[1], format, samples)
    }
  }

  /// Bytes of numbers that were normalised, channels last.
  private static func bytes(
    of numbers: Slice<UnsafeBufferPointer<Float>>, _ normalization: Normalization
  ) -> [UInt8] {
    let channels = normalization.mean.count
    return numbers.enumerated().map { place, number in
      let channel = place % channels
      let share = number * normalization.deviation[channel] + normalization.mean[channel]
      return share.isNaN ? 0 : UInt8(max(0, min(255, (share * 255).rounded())))
    }
  }
}
