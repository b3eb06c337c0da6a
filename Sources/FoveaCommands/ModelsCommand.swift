public import FoveaTensors
import FoveaZoo

/// Lists the networks that are known by name.
public struct ModelsCommand: Hashable, Codable, Sendable {
  /// One network.
  public struct Entry: Hashable, Codable, Sendable {
    /// The name that commands take.
    public let name: String
    /// What it is.
    public let summary: String
    /// Its parameters, with the published input and classes.
    public let parameters: Int
    /// The published input, `[C, H, W]`.
    public let input: Shape
    /// The published number of classes; `nil` where the network tells none apart.
    public let classes: Int?
    /// Where it was published.
    public let source: String
  }

  /// What there is.
  public struct Report: Hashable, Codable, Sendable {
    /// The networks, in the zoo's order.
    public let models: [Entry]
  }

  /// Makes the request.
  public init() {}

  /// Lists them.
  public func run() -> Report {
    Report(
      models: ZooModel.all.map {
        Entry(
          name: $0.name, summary: $0.summary, parameters: $0.parameterCount,
          input: $0.defaultInput, classes: $0.defaultClasses, source: $0.source)
      })
  }
}

extension ZooModel {
  /// The network called `name`, or a usage error that names the nearest.
  static func requested(_ name: String) throws(CommandError) -> ZooModel {
    do {
      return try named(name)
    } catch {
      throw .unknownName(name, kind: "model", known: all.map(\.name))
    }
  }

  /// The shape of a batch of images, `[N, C, H, W]`, or a usage error.
  ///
  /// - Parameter input: One image; the published one where left out.
  func requestedBatch(_ batch: Int, of input: Shape?) throws(CommandError) -> Shape {
    let limit = 1_000_000
    guard 1...limit ~= batch else {
      throw .option("--batch", value: "\(batch)", allowed: "1 to \(limit)")
    }
    let input = input ?? defaultInput
    guard input.rank == 3, input.dimensions.allSatisfy({ $0 > 0 }) else {
      throw .option(
        "--input", value: "\(input)", allowed: "channels, height and width, such as 3x224x224")
    }
    guard let shape = Shape(checking: [batch] + input.dimensions) else {
      throw .option("--input", value: "\(input)", allowed: "at most 2^48 pixels a batch")
    }
    return shape
  }
}
