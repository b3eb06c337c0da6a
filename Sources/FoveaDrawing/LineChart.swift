/// Curves over one horizontal axis, in one or more panels under each other.
///
/// Each panel has a vertical axis of its own, so that quantities of different units do not share one.
public struct LineChart: Hashable, Codable, Sendable {
  /// How values are spread along an axis.
  public enum AxisKind: String, Hashable, Codable, Sendable {
    /// Equal differences are equal distances.
    case linear
    /// As linear, with ticks at whole numbers only: epochs, steps.
    case whole
    /// Equal ratios are equal distances; values of zero and less are not shown.
    case logarithmic
  }

  /// What an axis shows.
  public struct Axis: Hashable, Codable, Sendable {
    /// What is measured, such as `loss`.
    public var title: String
    /// Its unit, such as `nats`; `nil` for a plain number.
    public var unit: String?
    /// How values are spread.
    public var kind: AxisKind

    /// Describes an axis.
    public init(_ title: String, unit: String? = nil, kind: AxisKind = .linear) {
      self.title = title
      self.unit = unit
      self.kind = kind
    }

    var label: String { unit.map { "\(title) (\($0))" } ?? title }
  }

  /// A place in a panel.
  public struct Point: Hashable, Codable, Sendable {
    /// The value on the horizontal axis.
    public var x: Double
    /// The value on the vertical axis; a line breaks where this is not a number.
    public var y: Double

    /// Names a place.
    public init(x: Double, y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// How a series is drawn.
  public enum Style: String, Hashable, Codable, Sendable {
    /// A full line.
    case line
    /// A thin pale line in the colour of the series after it: raw values behind smoothed ones.
    case faint
    /// A line with a dot at each point: few values.
    case marked
  }

  /// A curve.
  public struct Series: Hashable, Codable, Sendable {
    /// What the legend calls it.
    public var name: String
    /// Its points, in the order of `x`.
    public var points: [Point]
    /// How it is drawn.
    public var style: Style

    /// Names a curve.
    public init(_ name: String, _ points: [Point], style: Style = .line) {
      self.name = name
      self.points = points
      self.style = style
    }
  }

  /// Curves over one vertical axis.
  public struct Panel: Hashable, Codable, Sendable {
    /// The vertical axis.
    public var axis: Axis
    /// The curves; a legend names them where there are several.
    public var series: [Series]

    /// Gathers curves.
    public init(_ axis: Axis, _ series: [Series]) {
      self.axis = axis
      self.series = series
    }
  }

  /// What stands above all panels.
  public var title: String
  /// The axis that all panels share.
  public var horizontalAxis: Axis
  /// The panels, from the top.
  public var panels: [Panel]

  /// Makes a chart.
  public init(title: String, horizontalAxis: Axis, panels: [Panel]) {
    self.title = title
    self.horizontalAxis = horizontalAxis
    self.panels = panels
  }
}
