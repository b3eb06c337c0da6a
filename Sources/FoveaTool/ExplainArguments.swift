public import ArgumentParser
public import FoveaAnalysis

extension PoolingQuestion.Kind: ExpressibleByArgument {
  /// `max`, `average` or, for short, `avg`.
  public init?(argument: String) {
    guard argument != "avg" else {
      self = .average
      return
    }
    self.init(rawValue: argument)
  }
}

extension AxisPair: ExpressibleByArgument where Value == Int {
  /// One number for both axes, or height and width, as in `1x3`.
  public init?(argument: String) {
    let numbers = extents(argument)
    guard let first = numbers.first, numbers.count <= 2 else { return nil }
    self.init(rows: first, columns: numbers.count == 2 ? numbers[1] : first)
  }
}

extension MapExtents: ExpressibleByArgument {
  /// Height, width and channels, as in `64x64x32`.
  public init?(argument: String) {
    let numbers = extents(argument)
    guard numbers.count == 3 else { return nil }
    self.init(height: numbers[0], width: numbers[1], channels: numbers[2])
  }
}

extension PaddingRule: ExpressibleByArgument {
  /// `same`, `valid`, `full`; or pixels, by axis as in `1x2`, each alike at both ends or as in `0+1`.
  public init?(argument: String) {
    switch argument {
    case "same": self = .same
    case "valid": self = .valid
    case "full": self = .full
    default:
      let axes = parts(argument).map { part in
        part.split(separator: "+", omittingEmptySubsequences: false).map { Int($0) }
      }
      guard 1...2 ~= axes.count, axes.allSatisfy({ 1...2 ~= $0.count && !$0.contains(nil) }) else {
        return nil
      }
      // What is given once holds for both ends, and for both axes.
      let ends = axes.map { $0.compactMap(\.self) }.map { ($0[0], $0[$0.count - 1]) }
      let (rows, columns) = (ends[0], ends[ends.count - 1])
      self = .sides(top: rows.0, bottom: rows.1, left: columns.0, right: columns.1)
    }
  }
}

/// How a layer's window slides.
struct WindowOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Taps: 3, or 1x3 for height and width.", valueName: "k"))
  var kernel: AxisPair<Int>?

  @Option(
    help: ArgumentHelp(
      "Pixels from one position to the next. (default: 1; for pool, the kernel)", valueName: "s"))
  var stride: AxisPair<Int>?

  @Option(
    help: ArgumentHelp(
      "Zeros at each end: 1, 1x2 for height and width, 0+1 for before and after; or same, valid, full. (default: 0)",
      valueName: "p"))
  var padding: PaddingRule?

  @Option(help: ArgumentHelp("Pixels from one tap to the next. (default: 1)", valueName: "d"))
  var dilation: AxisPair<Int>?

  var given: [Any?] { [kernel, stride, padding, dilation] }

  /// The window, whose stride is `stride` where none was given.
  func window(kernel: AxisPair<Int>, stride standard: AxisPair<Int> = AxisPair(1)) -> SlidingWindow
  {
    SlidingWindow(
      kernel: kernel, stride: stride ?? standard, padding: padding ?? .all(0),
      dilation: dilation ?? AxisPair(1))
  }
}

private func parts(_ text: String) -> [Substring] {
  text.split(omittingEmptySubsequences: false) { "xX×".contains($0) }
}

/// Numbers with an x between them; none where one of them is no number.
private func extents(_ text: String) -> [Int] {
  let numbers = parts(text).map { Int($0) }
  return numbers.contains(nil) ? [] : numbers.compactMap(\.self)
}
