import Foundation

/// One axis of a chart: how values become positions, and where its ticks are.
struct AxisScale {
  let range: ClosedRange<Double>
  let kind: LineChart.AxisKind
  /// Where ticks stand, in values.
  let ticks: [Double]
  private let decimals: Int

  /// Makes a scale for the values that can be shown.
  ///
  /// - Parameters:
  ///   - values: What is to be shown; values that have no place on the axis are passed over.
  ///   - widened: Whether the range grows to whole ticks.
  ///   - tickLimit: About how many ticks there is room for.
  init(_ values: some Sequence<Double>, _ kind: LineChart.AxisKind, widened: Bool, tickLimit: Int) {
    self.kind = kind
    let bounds = Self.bounds(of: values.filter { Self.hasPlace($0, kind) }, kind)
    switch kind {
    case .linear, .whole:
      let exact = Self.step(for: bounds.upperBound - bounds.lowerBound, tickLimit: tickLimit)
      let step = kind == .whole ? max(exact, 1) : exact
      let range =
        widened
        ? (bounds.lowerBound / step).rounded(.down) * step...(bounds.upperBound / step).rounded(.up)
          * step
        : bounds
      // A little beyond the ends, for what rounding does to the last tick.
      let first = Int((range.lowerBound / step - 1e-9).rounded(.up))
      let last = Int((range.upperBound / step + 1e-9).rounded(.down))
      self.range = range
      ticks = first <= last ? (first...last).map { Double($0) * step } : []
      decimals = Self.decimals(of: step)
    case .logarithmic:
      let exponents = (log10(bounds.lowerBound) - 1e-9, log10(bounds.upperBound) + 1e-9)
      let decades = Int(exponents.0.rounded(.down))...Int(exponents.1.rounded(.up))
      range =
        widened ? pow(10, Double(decades.lowerBound))...pow(10, Double(decades.upperBound)) : bounds
      let stride = max(1, (decades.count + tickLimit - 1) / max(tickLimit, 1))
      let factors = decades.count <= 3 ? [1.0, 2, 5] : [1.0]
      let shown = range
      ticks = decades.filter { ($0 - decades.lowerBound) % stride == 0 }
        .flatMap { decade in factors.map { $0 * pow(10, Double(decade)) } }
        .filter { shown.lowerBound * 0.999...shown.upperBound * 1.001 ~= $0 }
      decimals = 0
    }
  }

  /// Whether a value can be shown: a number, and above zero on a logarithmic axis.
  static func hasPlace(_ value: Double, _ kind: LineChart.AxisKind) -> Bool {
    value.isFinite && value.magnitude < 1e300 && (kind != .logarithmic || value > 1e-300)
  }

  /// The share of the axis at which a value stands: 0 at its start, 1 at its end.
  func position(of value: Double) -> Double {
    switch kind {
    case .linear, .whole: (value - range.lowerBound) / (range.upperBound - range.lowerBound)
    case .logarithmic:
      log(value / range.lowerBound) / log(range.upperBound / range.lowerBound)
    }
  }

  /// What stands at a tick.
  func label(of tick: Double) -> String {
    switch kind {
    case .linear, .whole:
      // Past six decimals a power of ten is easier to read.
      decimals <= 6 && tick.magnitude < 1e9
        ? NumberFormat.fixed(tick, decimals: decimals) : NumberFormat.general(tick)
    case .logarithmic:
      1e-4..<1e6 ~= tick ? NumberFormat.general(tick) : Self.powerOfTen(tick)
    }
  }

  private static func powerOfTen(_ value: Double) -> String {
    let exponent = Int(log10(value * 1.0001).rounded(.down))
    let superscripts = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
    let digits = String(exponent.magnitude).compactMap(\.wholeNumberValue)
    let power = "10" + (exponent < 0 ? "⁻" : "") + digits.map { superscripts[$0] }.joined()
    let factor = (value / pow(10, Double(exponent))).rounded()
    return factor == 1 ? power : "\(Int(factor))·\(power)"
  }

  /// The least and the largest value, apart enough to be an axis.
  private static func bounds(of values: [Double], _ kind: LineChart.AxisKind) -> ClosedRange<Double>
  {
    guard let least = values.min(), let largest = values.max() else {
      return kind == .logarithmic ? 1...10 : 0...1
    }
    if largest - least > 1e-9 * max(largest.magnitude, least.magnitude) {
      // Steps that count from 1 start at the axis' zero.
      return kind != .logarithmic && 0...0.02 ~= least / largest
        ? 0...largest : least...largest
    }
    switch kind {
    case .linear, .whole:
      let margin = least == 0 ? 1 : least.magnitude / 10
      return least - margin...largest + margin
    case .logarithmic: return least / 2...largest * 2
    }
  }

  /// The smallest of 1, 2, 5 times a power of ten that gives at most `tickLimit` steps.
  private static func step(for span: Double, tickLimit: Int) -> Double {
    let raw = span / Double(max(tickLimit, 1))
    let power = pow(10, log10(raw).rounded(.down))
    return ([1, 2, 5].first { $0 * power >= raw * (1 - 1e-9) } ?? 10) * power
  }

  private static func decimals(of step: Double) -> Int {
    max(0, -Int((log10(step) + 1e-9).rounded(.down)))
  }
}
