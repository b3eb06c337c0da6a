/// How often a value of a network took which numbers, and how bytes stand for them best.
///
/// Takes all numbers twice: first for their range, then to count them.
struct ValueHistogram {
  private static let binCount = 2048
  /// The narrowest range that is tried, as a share of the whole one, and the steps towards it.
  private static let (narrowest, rangeSteps) = (0.3, 70)

  private(set) var isFinite = true
  private var lowest: Float = 0
  private var highest: Float = 0
  private var bins = [Int](repeating: 0, count: Self.binCount)

  /// Takes numbers for the range, to which 0 always belongs: padding is 0.
  mutating func widen(to numbers: UnsafeBufferPointer<Float>) {
    var (lowest, highest, isFinite) = (lowest, highest, true)
    for number in numbers {
      if !(abs(number) <= .greatestFiniteMagnitude) { isFinite = false }
      if number < lowest { lowest = number }
      if number > highest { highest = number }
    }
    self.isFinite = self.isFinite && isFinite
    (self.lowest, self.highest) = (lowest, highest)
  }

  /// Counts numbers within the range.
  mutating func count(_ numbers: UnsafeBufferPointer<Float>) {
    let binsPerUnit = Float(Self.binCount) / (highest - lowest)
    guard isFinite, binsPerUnit.isFinite else { return }
    let lowest = lowest
    bins.withUnsafeMutableBufferPointer { bins in
      // Of zeros, which are many after ReLU, none is ever rounded.
      for number in numbers where number != 0 {
        let bin = Int((number - lowest) * binsPerUnit)
        bins[min(max(bin, 0), bins.count - 1)] += 1
      }
    }
  }

  /// The scale and zero point whose expected squared error is least.
  ///
  /// A narrower range rounds finer, and moves what lies outside to its ends. `nil` where numbers are
  /// not finite, or where all are 0.
  var input: Quantization.Input? {
    let (low, high) = (Double(lowest), Double(highest))
    guard isFinite, high - low >= 0x1p-90, high - low <= 0x1p100 else { return nil }
    let shares = (0...Self.rangeSteps).map {
      1 - (1 - Self.narrowest) * Double($0) / Double(Self.rangeSteps)
    }
    func best(_ candidates: [ClosedRange<Double>]) -> ClosedRange<Double> {
      candidates.map { (range: $0, error: squaredError($0)) }
        .min { $0.error < $1.error }?.range ?? low...high
    }
    let below = best(shares.map { low...(high * $0) })
    let range = best(shares.map { (low * $0)...below.upperBound })
    let scale = (range.upperBound - range.lowerBound) / 255
    let zeroPoint = Int((-range.lowerBound / scale).rounded())
    return Quantization.Input(scale: Float(scale), zeroPoint: min(max(zeroPoint, 0), 255))
  }

  private func squaredError(_ range: ClosedRange<Double>) -> Double {
    let step = (range.upperBound - range.lowerBound) / 255
    let width = (Double(highest) - Double(lowest)) / Double(bins.count)
    var error = 0.0
    for (index, count) in bins.enumerated() where count > 0 {
      let middle = Double(lowest) + (Double(index) + 0.5) * width
      let distance = max(range.lowerBound - middle, middle - range.upperBound, 0)
      error += Double(count) * (distance > 0 ? distance * distance : step * step / 12)
    }
    return error
  }
}
