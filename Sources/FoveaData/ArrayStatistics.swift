public import FoveaTensors

/// What the numbers of an array's images are, channel by channel.
public struct ArrayStatistics: Hashable, Sendable {
  /// The least and the largest number; of bytes 0 to 255, unless none is above 1.
  public let range: ValueRange
  /// Mean and deviation of each channel: of bytes as shares of 255, of anything else as it is.
  public let normalization: Normalization
  /// Images of the array that hold a number that is none, or infinite; nothing else counts them.
  public let damaged: [Int]

  /// Sums over one channel.
  private struct Sums {
    var sum = 0.0
    var square = 0.0
    var (minimum, maximum) = (Float.infinity, -Float.infinity)

    mutating func add(_ other: Sums) {
      sum += other.sum
      square += other.square
      minimum = min(minimum, other.minimum)
      maximum = max(maximum, other.maximum)
    }
  }

  /// Looks at some images of an array `[N, C, H, W]`, row-major.
  public init(of images: Tensor, indices: [Int]) {
    let dimensions = images.shape.dimensions
    let (channels, plane) = (dimensions[1], dimensions[2] * dimensions[3])
    var total = [Sums](repeating: Sums(), count: channels)
    var damaged: [Int] = []
    func look<Element: TensorElement>(_ type: Element.Type, _ float: (Element) -> Float) {
      images.withUnsafeElements(of: type) { numbers in
        for image in indices {
          let sums = (0..<channels).map { channel in
            let start = (image * channels + channel) * plane
            return Self.sums(of: numbers[start..<start + plane], float)
          }
          guard sums.allSatisfy({ $0.square.isFinite }) else {
            damaged.append(image)
            continue
          }
          for channel in 0..<channels { total[channel].add(sums[channel]) }
        }
      }
    }
    switch images.elementType {
    case .uint8: look(UInt8.self, Float.init)
    case .int32: look(Int32.self, Float.init)
    case .float32: look(Float.self) { $0 }
    }
    self.damaged = damaged
    let count = Double((indices.count - damaged.count) * plane)
    let range = ValueRange(
      minimum: count > 0 ? total.map(\.minimum).min() ?? 0 : 0,
      maximum: count > 0 ? total.map(\.maximum).max() ?? 0 : 0)
    let isByte = images.elementType == .uint8
    let unit: Float = isByte ? 255 : 1
    self.range = isByte && range.maximum > 1 ? .bytes : range
    normalization = Normalization(
      mean: total.map { count > 0 ? Float($0.sum / count) / unit : 0 },
      deviation: total.map { sums in
        guard count > 0 else { return 1 }
        let mean = sums.sum / count
        let variance = max(sums.square / count - mean * mean, 0)
        // Images of one number stay as they are.
        return variance > 1e-12 * mean * mean && variance > 0
          ? Float(variance.squareRoot()) / unit : 1
      }, unit: unit)
  }

  private static func sums<Element>(
    of numbers: Slice<UnsafeBufferPointer<Element>>, _ float: (Element) -> Float
  ) -> Sums {
    var sums = Sums()
    for number in numbers {
      let value = float(number)
      sums.sum += Double(value)
      sums.square += Double(value) * Double(value)
      sums.minimum = min(sums.minimum, value)
      sums.maximum = max(sums.maximum, value)
    }
    return sums
  }
}
