import FoveaGraph

/// Which windows make one extent of another.
public struct WindowsQuestion: Hashable, Codable, Sendable {
  /// The extent along the axis before.
  public var from: Int
  /// The extent after.
  public var to: Int
  /// The largest kernel to look at.
  public var largestKernel: Int
  /// The largest stride to look at.
  public var largestStride: Int
  /// The largest dilation to look at.
  public var largestDilation: Int
  /// How many answers to list.
  public var limit: Int

  /// Asks for windows.
  public init(
    from: Int, to: Int, largestKernel: Int = 7, largestStride: Int = 4, largestDilation: Int = 2,
    limit: Int = 20
  ) {
    self.from = from
    self.to = to
    self.largestKernel = largestKernel
    self.largestStride = largestStride
    self.largestDilation = largestDilation
    self.limit = limit
  }

  /// A window that fits, ordered by how simple it is.
  private struct Candidate: Comparable {
    let window: Window
    let lost: Int

    /// No dilation before dilation, all pixels used before some lost, then small numbers, with the padding that an odd
    /// kernel is centred by.
    private var effort: [Int] {
      let isCentred = 2 * window.padding.before == window.reach - 1
      return [
        window.dilation, window.stride > window.reach ? 1 : 0, lost, isCentred ? 0 : 1,
        window.kernel, window.stride, window.padding.before,
      ]
    }

    static func < (left: Candidate, right: Candidate) -> Bool {
      left.effort.lexicographicallyPrecedes(right.effort)
    }
  }

  /// Lists them, the simplest first: kernel, stride, padding (the same at both ends, at most half the reach), dilation.
  ///
  /// Results: `count`; and `kernel`, `stride`, `padding`, `dilation` of the first.
  ///
  /// - Throws: `ExplainError` for numbers out of range.
  /// - Complexity: O(kernels · strides · dilations), each at most 64, 64 and 16.
  public func working() throws(ExplainError) -> Working {
    try expect("from", from)
    try expect("to", to)
    try expect("max-kernel", largestKernel, in: 1...64)
    try expect("max-stride", largestStride, in: 1...64)
    try expect("max-dilation", largestDilation, in: 1...16)
    try expect("limit", limit, in: 1...1000)
    var candidates: [Candidate] = []
    for kernel in 1...largestKernel {
      for dilation in 1...(kernel == 1 ? 1 : largestDilation) {
        for stride in 1...largestStride {
          let bare = try checkedWindow(kernel, stride, dilation)
          guard let extents = bare.extents(forPositions: to) else { continue }
          for padded in extents {
            let padding = (padded - from) / 2
            guard padded >= from, (padded - from) % 2 == 0, padding <= bare.reach / 2 else {
              continue
            }
            let window = try checkedWindow(kernel, stride, dilation, Window.Padding(padding))
            candidates.append(
              Candidate(window: window, lost: max(0, window.unusedPixels(on: from) - padding)))
          }
        }
      }
    }
    candidates.sort()
    return working(candidates)
  }

  private func working(_ candidates: [Candidate]) -> Working {
    var working = Working("Windows that make \(to) of \(from)")
    working.results["count"] = .count(candidates.count)
    let bounds = "kernel \(largestKernel), stride \(largestStride), dilation \(largestDilation)"
    guard let simplest = candidates.first?.window else {
      working.notes = [
        "None up to \(bounds). Look further with --max-kernel, --max-stride or --max-dilation.",
        to > from
          ? "A larger map is made by a transposed convolution: fovea explain transposed."
          : "An adaptive pooling makes \(to) of any extent.",
      ]
      return working
    }
    working.add(
      "The simplest", ["positions"],
      by: .floor(
        .symbol("H", from) + 2 * .symbol("p", simplest.padding.before)
          - .symbol("d", simplest.dilation) * (.symbol("k", simplest.kernel) - 1) - 1,
        .symbol("s", simplest.stride)) + 1, is: to)
    working.results["kernel"] = .count(simplest.kernel)
    working.results["stride"] = .count(simplest.stride)
    working.results["padding"] = .count(simplest.padding.before)
    working.results["dilation"] = .count(simplest.dilation)
    working.table = Working.Table(
      columns: ["kernel", "stride", "padding", "dilation", "lost at the end", "remark"],
      rows: candidates.prefix(limit).map { candidate in
        let window = candidate.window
        return [
          .count(window.kernel), .count(window.stride), .count(window.padding.before),
          .count(window.dilation), .count(candidate.lost), .text(Self.remark(window)),
        ]
      })
    working.notes = [
      "\(candidates.count) up to \(bounds), with the same padding at both ends and at most half of what the window spans"
        + (candidates.count > limit ? "; the simplest \(limit) are shown (--limit)." : ".")
    ]
    return working
  }

  private static func remark(_ window: Window) -> String {
    if window.stride > window.reach { return "skips pixels between windows" }
    return window.reach % 2 == 0 ? "no pixel in the centre" : ""
  }
}
