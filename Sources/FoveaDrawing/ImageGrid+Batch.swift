public import FoveaData
import FoveaTensors

extension ImageGrid {
  /// The images of a batch as the network gets them, with their classes; of mixed images with both
  /// classes and their shares.
  ///
  /// Normalisation is taken back, and the range of the numbers that images had before is shown from black to
  /// white; what is outside is cut off. Of more than three channels the first three are red, green and blue.
  ///
  /// - Parameters:
  ///   - description: What the batch's dataset says of itself.
  ///   - limit: The most images that are drawn.
  public init(
    _ batch: Batch, of description: DatasetDescription, title: String, limit: Int = 64,
    columns: Int? = nil
  ) {
    let labels = batch.labels.elements(of: Int32.self).map(Int.init)
    let names = description.classNames
    var cells: [Cell] = []
    for (row, image) in Self.images(of: batch, description, limit: limit).enumerated() {
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

  /// The images of a batch, without their normalisation, as `init` draws them.
  ///
  /// - Parameters:
  ///   - description: What the batch's dataset says of itself.
  ///   - limit: The most images that are made.
  public static func images(
    of batch: Batch, _ description: DatasetDescription, limit: Int = .max
  ) -> [PNGImage] {
    let shape = description.imageShape
    let format = shape[0] < 3 ? PNGImage.Format.grey : .rgb
    let size = shape.elementCount
    return (0..<min(batch.indices.count, max(limit, 0))).map { row in
      let samples = batch.images.withUnsafeElements(of: Float.self) { numbers in
        bytes(
          of: UnsafeBufferPointer(rebasing: numbers[(row * size)..<((row + 1) * size)]),
          shown: format.rawValue, description)
      }
      return PNGImage(width: shape[2], height: shape[1], format, samples)
    }
  }

  /// Bytes of numbers that were normalised, channels last: the first `shown` channels.
  private static func bytes(
    of numbers: UnsafeBufferPointer<Float>, shown: Int, _ description: DatasetDescription
  ) -> [UInt8] {
    let (normalization, range) = (description.normalization, description.range)
    let channels = normalization.mean.count
    let extent = max(range.maximum - range.minimum, .leastNormalMagnitude)
    return (0..<numbers.count / channels * shown).map { place in
      let channel = place % shown
      let number = numbers[place / shown * channels + channel]
      let share = number * normalization.deviation[channel] + normalization.mean[channel]
      let value =
        range == .bytes
        ? share * normalization.unit
        : (share * normalization.unit - range.minimum) / extent * 255
      return value.isNaN ? 0 : UInt8(max(0, min(255, value.rounded())))
    }
  }
}
