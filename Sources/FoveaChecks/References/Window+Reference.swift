import FoveaGraph

extension Window {
  /// Where each position's first tap lies, found by walking along the axis; negative in padding.
  func starts(on extent: Int) -> [Int] {
    var starts: [Int] = []
    var start = -padding.before
    while start + reach <= extent + padding.after {
      starts.append(start)
      start += stride
    }
    guard ceilMode, let last = starts.last else { return starts }
    // In ceil mode a position that hangs over the end counts, but none in the padding behind it.
    if last + reach < extent + padding.after { starts.append(start) }
    if starts[starts.count - 1] >= extent { starts.removeLast() }
    return starts
  }
}
