/// A group of turns and mirrors of the plane about a pixel.
public enum PlaneGroup: String, Hashable, Codable, Sendable, CaseIterable {
  /// Turns by quarters.
  case p4
  /// Turns by quarters, each with and without a mirror before.
  case p4m

  /// The number of elements: 4 or 8.
  ///
  /// Element `4 · m + r` mirrors left and right `m` times, then turns by `r` quarters against the clock.
  public var order: Int { self == .p4 ? 4 : 8 }

  /// The element that does `second` after `first`.
  public func product(_ second: Int, _ first: Int) -> Int {
    let (mirrors, turns) = (first / 4, first % 4)
    // A mirror turns what was turned before the other way round.
    let turned = second / 4 == 0 ? turns : 4 - turns
    return (mirrors + second / 4) % 2 * 4 + (second % 4 + turned) % 4
  }

  /// The element that undoes another.
  public func inverse(_ element: Int) -> Int {
    // Mirrors undo themselves, turned or not.
    element < 4 ? (4 - element) % 4 : element
  }

  /// Where the pixel comes from that an element puts at a row and a column of a square.
  public func source(_ element: Int, row: Int, column: Int, size: Int) -> (row: Int, column: Int) {
    var place = (row: row, column: column)
    for _ in 0..<element % 4 { place = (place.column, size - 1 - place.row) }
    return element < 4 ? place : (place.row, size - 1 - place.column)
  }
}
