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
    // A position that hangs over the end counts in ceil mode, where pixels are left for it and it
    // does not start in the padding behind them.
    let end = start - stride + reach
    if ceilMode, !starts.isEmpty, end < extent + padding.after, start < extent {
      starts.append(start)
    }
    return starts
  }
}
