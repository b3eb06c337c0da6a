/// The least and the largest of the numbers that images have before they are normalised.
public struct ValueRange: Hashable, Codable, Sendable, CustomStringConvertible {
  /// The least.
  public let minimum: Float
  /// The largest.
  public let maximum: Float

  /// That of bytes, 0 to 255, whatever a picture uses of it.
  public static let bytes = ValueRange(minimum: 0, maximum: 255)

  /// Names both ends.
  public init(minimum: Float, maximum: Float) {
    self.minimum = minimum
    self.maximum = maximum
  }

  /// Both ends as words: whole numbers without a point.
  public var description: String {
    func text(_ number: Float) -> String {
      Int(exactly: number).map(String.init) ?? "\(number)"
    }
    return "\(text(minimum)) to \(text(maximum))"
  }

  private var reach: Float { max(abs(minimum), abs(maximum)) }

  /// Whether images with numbers of another range can be what a network learned from numbers of this one.
  ///
  /// They may be darker, or up to 4 times as bright. What is refused is another unit, such as 0 to 1 where the
  /// network learned from 0 to 255: more than 4 times the reach, less than a 64th of it, or numbers far below 0 where
  /// there were none.
  public func accepts(_ other: ValueRange) -> Bool {
    guard reach > 0, other.reach > 0 else { return true }
    return other.reach <= 4 * reach && other.reach >= reach / 64
      && (minimum < 0 || other.minimum >= -reach / 4)
  }

  /// Throws where `accepts` says no.
  ///
  /// - Parameter name: What errors call the images of the other range.
  /// - Throws: `DatasetError.range`.
  public func check(_ other: ValueRange, of name: String) throws(DatasetError) {
    guard accepts(other) else { throw .range(name, given: other, expected: self) }
  }

  /// The range of both.
  func joined(with other: ValueRange) -> ValueRange {
    ValueRange(minimum: min(minimum, other.minimum), maximum: max(maximum, other.maximum))
  }
}
