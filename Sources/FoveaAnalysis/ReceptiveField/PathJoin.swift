/// Whether the paths to a value are centred on the same pixels.
public enum PathAlignment: Hashable, Sendable {
  /// All of them.
  case aligned
  /// Paths with different centres or jumps meet, first in the layer `at`.
  case misaligned(at: String)
}

extension PathAlignment: Codable {
  private enum CodingKeys: CodingKey { case isAligned, partsAt }

  /// `{"isAligned": true}`, or `{"isAligned": false, "partsAt": "layer2.0"}`.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .aligned: try values.encode(true, forKey: .isAligned)
    case .misaligned(let layer):
      try values.encode(false, forKey: .isAligned)
      try values.encode(layer, forKey: .partsAt)
    }
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self =
      try values.decode(Bool.self, forKey: .isAligned)
      ? .aligned : .misaligned(at: values.decode(String.self, forKey: .partsAt))
  }
}

/// A layer where paths meet that part before.
public struct PathJoin: Hashable, Codable, Sendable {
  /// One of the paths.
  public struct Branch: Hashable, Codable, Sendable {
    /// Its last layer; the layer where the paths part for a path without any.
    public let layer: String
    /// What its elements see of the input.
    public let field: ReceptiveField
  }

  /// The layer where they meet.
  public let layer: String
  /// The last layer that they have in common.
  public let parting: String
  /// The paths, in the order of the layer's inputs.
  public let branches: [Branch]
  /// Whether the paths are centred on the same pixels.
  public let isAligned: Bool
}
