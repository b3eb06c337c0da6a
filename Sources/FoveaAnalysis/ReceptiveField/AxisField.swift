import FoveaGraph

/// What one element of a value sees of the network's input, along one axis.
///
/// Element `i` sees the pixels `first + i·jump ... last + i·jump`. Pixels count from 0; those below 0 or past
/// the image are padding, which the formula counts as any other.
///
/// - SeeAlso: A. Araujo, W. Norris, J. Sim, *Computing Receptive Fields of Convolutional Neural Networks*,
///   Distill 2019, doi:10.23915/distill.00021.
public struct AxisField: Hashable, Codable, Sendable {
  /// The first pixel that element 0 sees.
  public let first: Double
  /// The last pixel that element 0 sees.
  public let last: Double
  /// Pixels from what one element sees to what the next one sees.
  public let jump: Double

  /// Files may name strides whose product passes any number: what lies beyond this stays there.
  private static let limit = 0x1p53

  init(first: Double, last: Double, jump: Double) {
    func limited(_ pixels: Double) -> Double { min(max(pixels, -Self.limit), Self.limit) }
    self.first = limited(first)
    self.last = limited(last)
    self.jump = limited(jump)
  }

  /// What a pixel of the input sees: itself.
  static let identity = AxisField(first: 0, last: 0, jump: 1)

  /// Pixels from the first to the last, both counted.
  public var size: Int { Int((last - first).rounded(.up)) + 1 }

  /// The centre of what element 0 sees, in pixels; the first pixel's centre is 0.
  public var start: Double { (first + last) / 2 }

  /// Pixels of padding before the image that element 0 sees; negative where it sees none and starts later.
  public var effectivePadding: Double { 0 - first }

  /// What an element sees of `window`'s results.
  ///
  /// Each window widens the field by its reach less one, in steps of the jump before it.
  func through(_ window: Window) -> AxisField {
    let begin = -Double(window.padding.before)
    return AxisField(
      first: first + begin * jump, last: last + (begin + Double(window.reach - 1)) * jump,
      jump: jump * Double(window.stride))
  }

  /// What an element sees of a transposed convolution's results.
  ///
  /// Position `y` is reached by the inputs `i` with `0 ≤ y + padding − i·stride ≤ reach − 1`. With a stride above 1
  /// their number depends on `y`: this is the largest one, around the mean of the centres.
  func through(transposed window: Window) -> AxisField {
    let stride = Double(window.stride)
    let center = (Double(window.padding.before) - Double(window.reach - 1) / 2) / stride
    let half = Double((window.reach + window.stride - 1) / window.stride - 1) / 2
    return AxisField(
      first: first + (center - half) * jump, last: last + (center + half) * jump,
      jump: jump / stride)
  }

  /// What elements see that lie `positions` further on.
  func moved(by positions: Int) -> AxisField {
    let pixels = Double(positions) * jump
    return AxisField(first: first + pixels, last: last + pixels, jump: jump)
  }

  /// What `count` neighbours see together, from element 0 on; the next ones lie as far away as they do.
  func joined(count: Int) -> AxisField {
    AxisField(first: first, last: last + Double(count - 1) * jump, jump: jump * Double(count))
  }

  /// What both see together, where both jump alike.
  func joined(with other: AxisField) -> AxisField? {
    guard jump == other.jump else { return nil }
    return AxisField(first: min(first, other.first), last: max(last, other.last), jump: jump)
  }
}
