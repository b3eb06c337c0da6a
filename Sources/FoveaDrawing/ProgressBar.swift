/// How a training stands, for one line of text.
public struct ProgressState: Hashable, Codable, Sendable {
  /// The epoch at work, from 1.
  public var epoch: Int
  /// The epochs in all.
  public var epochs: Int
  /// The share of the epoch that is done, 0 to 1.
  public var share: Double
  /// Images a second; `nil` while it is not known.
  public var imagesPerSecond: Double?
  /// The loss, smoothed.
  public var loss: Double?
  /// The last epoch's metric and its name.
  public var metric: Metric?
  /// Seconds to the end of the training; `nil` while it is not known.
  public var secondsLeft: Double?

  /// A share of 1 with a name, such as the accuracy.
  public struct Metric: Hashable, Codable, Sendable {
    /// What it is called.
    public var name: String
    /// Its value, 0 to 1.
    public var value: Double

    /// Names a value.
    public init(name: String, value: Double) {
      self.name = name
      self.value = value
    }
  }

  /// Gathers a state; what is not known may be left out.
  public init(
    epoch: Int, epochs: Int, share: Double, imagesPerSecond: Double? = nil, loss: Double? = nil,
    metric: Metric? = nil, secondsLeft: Double? = nil
  ) {
    self.epoch = epoch
    self.epochs = epochs
    self.share = share
    self.imagesPerSecond = imagesPerSecond
    self.loss = loss
    self.metric = metric
    self.secondsLeft = secondsLeft
  }
}

/// A line that shows how far a training is, without control codes.
public struct ProgressBar: Hashable, Sendable {
  /// The most characters of a line.
  public let width: Int

  /// Makes lines of at most `width` characters.
  public init(width: Int = 80) { self.width = width }

  private static let barWidths = 4...30

  /// The line for a state; facts are left out from the right where there is no room, the bar first
  /// gets shorter.
  public func line(_ state: ProgressState) -> String {
    let epochDigits = String(state.epochs).count
    let head = "Epoch \(padded(String(state.epoch), epochDigits))/\(state.epochs)"
    let share = state.share.isFinite ? min(max(state.share, 0), 1) : 0
    // Rounded down, so that 100 % means done.
    var facts = [padded(String(Int(share * 100)) + " %", 5)]
    if let rate = state.imagesPerSecond {
      facts.append(NumberFormat.fixed(rate, decimals: 0) + " images/s")
    }
    if let loss = state.loss { facts.append("loss " + NumberFormat.fixed(loss, decimals: 4)) }
    if let metric = state.metric {
      facts.append("\(metric.name) \(NumberFormat.percent(metric.value))")
    }
    if let left = state.secondsLeft { facts.append(NumberFormat.clock(seconds: left) + " left") }
    while true {
      let text = facts.joined(separator: "  ")
      let room = width - head.count - text.count - 4
      if room >= Self.barWidths.lowerBound {
        return "\(head)  \(bar(share, width: min(room, Self.barWidths.upperBound)))  \(text)"
      }
      if facts.count == 1 { return String("\(head)  \(text)".prefix(max(width, 0))) }
      facts.removeLast()
    }
  }

  private func bar(_ share: Double, width: Int) -> String {
    let filled = Int(share * Double(width))
    return String(repeating: "━", count: filled) + String(repeating: "┈", count: width - filled)
  }

  private func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
