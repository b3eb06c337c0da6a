public import FoveaTensors

/// What came of laying a file's tensors onto a network: every name of both sides stands in it once.
public struct WeightReport: Hashable, Codable, Sendable {
  /// A tensor of one side that has no partner on the other.
  public struct Lone: Hashable, Codable, Sendable {
    /// Its name.
    public let name: String
    /// Its shape.
    public let shape: Shape
    /// Names without a partner on the other side that are most like it, the likeliest first.
    public var near: [String]
  }

  /// A tensor that has another name in the network.
  public struct Renaming: Hashable, Codable, Sendable {
    /// The name in the file, without the common prefix.
    public let from: String
    /// The name in the network.
    public let to: String
  }

  /// A tensor that was brought into another shape.
  public struct Reshaping: Hashable, Codable, Sendable {
    /// What was done.
    public enum Kind: String, Hashable, Codable, Sendable {
      /// The same numbers in the same order.
      case reshaped
      /// Channels of the first convolution added up, for images with fewer.
      case summedChannels = "channels added up"
      /// Channels of the first convolution repeated and scaled, for images with more.
      case repeatedChannels = "channels repeated and scaled"
    }

    /// The tensor's name in the network.
    public let name: String
    /// Its shape in the file.
    public let from: Shape
    /// Its shape in the network.
    public let to: Shape
    /// What was done.
    public let kind: Kind
  }

  /// A tensor whose shape is not the network's.
  public struct Misfit: Hashable, Codable, Sendable {
    /// The tensor's name in the network.
    public let name: String
    /// The network's shape.
    public let expected: Shape
    /// The file's shape.
    public let actual: Shape
  }

  /// What all names of the file began with, and was taken away.
  public internal(set) var prefix = ""
  /// Tensors that took their place, by the network's names.
  public internal(set) var matched: [String] = []
  /// Those among them with another name in the file.
  public internal(set) var renamed: [Renaming] = []
  /// Those among them with another shape in the file.
  public internal(set) var reshaped: [Reshaping] = []
  /// Tensors of the network that the file does not have.
  public internal(set) var missing: [Lone] = []
  /// Tensors of the file that the network does not have.
  public internal(set) var unexpected: [Lone] = []
  /// Tensors that do not fit.
  public internal(set) var misfitting: [Misfit] = []
  /// Tensors of the network that keep their initial values, as was asked for.
  public internal(set) var initialized: [String] = []
  /// Tensors of the file that no answer needs: counters of batches, heads for training alone.
  public internal(set) var ignored: [String] = []

  /// Whether every tensor of the one side has its place on the other.
  public var isComplete: Bool { missing.isEmpty && unexpected.isEmpty && misfitting.isEmpty }
}

extension WeightReport {
  /// The most names of a kind that text shows.
  private static let mostNames = 8

  /// The report as text, a line a tensor that needs attention.
  public var lines: [String] {
    var lines: [String] = []
    func show<Item>(_ title: String, _ items: [Item], _ words: (Item) -> String) {
      guard !items.isEmpty else { return }
      lines.append("\(title): \(items.count)")
      lines += items.prefix(Self.mostNames).map { "  " + words($0) }
      if items.count > Self.mostNames {
        lines.append("  … and \(items.count - Self.mostNames) more")
      }
    }
    func near(_ lone: Lone) -> String {
      let names = lone.near.isEmpty ? "" : "; near: \(lone.near.joined(separator: ", "))"
      return "\(lone.name) \(lone.shape)\(names)"
    }
    let total = matched.count + missing.count + misfitting.count + initialized.count
    lines.append("Matched: \(matched.count) of the network's \(total) tensors")
    if !prefix.isEmpty { lines.append("Prefix taken away: \(prefix)") }
    show("Renamed", renamed) { "\($0.from) → \($0.to)" }
    show("Reshaped", reshaped) { "\($0.name) \($0.from) → \($0.to), \($0.kind.rawValue)" }
    show("Left at initial values", initialized) { $0 }
    show("Missing in the file", missing, near)
    show("Unexpected in the file", unexpected, near)
    show("Of another shape", misfitting) {
      "\($0.name) \($0.actual), the network has \($0.expected)"
    }
    if !ignored.isEmpty { lines.append("Not needed: \(ignored.count)") }
    return lines
  }
}

/// Why weights are not taken: none of them are.
public struct WeightMismatch: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where the weights come from.
  public let file: String
  /// What fits and what does not.
  public let report: WeightReport

  public var description: String {
    var remedies: [String] = []
    if !report.misfitting.isEmpty {
      remedies.append(
        "choose the network with the file's classes and channels, or drop the head (--drop-head) or "
          + "adapt the input (--adapt-input)")
    }
    if !report.missing.isEmpty {
      remedies.append("start missing tensors at random (--allow-missing)")
    }
    if !report.unexpected.isEmpty {
      remedies.append("leave unexpected tensors out (--allow-unexpected)")
    }
    return "\(file): the weights are not this network's, and none were taken\n"
      + report.lines.map { "  \($0)\n" }.joined() + remedies.joined(separator: "; ")
  }
}
