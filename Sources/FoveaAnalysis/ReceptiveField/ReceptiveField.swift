/// What one element of a value sees of the network's input.
public struct ReceptiveField: Hashable, Sendable {
  /// How much is known.
  public enum Status: Hashable, Codable, Sendable {
    /// Size, jump and start are those of every element.
    case complete
    /// They are an upper bound; the reason says why.
    case partial(reason: String)
    /// Every element depends on the whole image; size, jump and start are what windows alone reach.
    case global(reason: String)
    /// Nothing can be said; the reason says why.
    case unknown(reason: String)
  }

  /// Along the height; `nil` where the status is unknown.
  public let rows: AxisField?
  /// Along the width; `nil` where the status is unknown.
  public let columns: AxisField?
  /// How much is known.
  public let status: Status

  init(rows: AxisField, columns: AxisField, status: Status) {
    self.rows = rows
    self.columns = columns
    self.status = status
  }

  init(unknown reason: String) {
    rows = nil
    columns = nil
    status = .unknown(reason: reason)
  }

  /// Pixels along both axes; `nil` where the status is unknown.
  public var size: (height: Int, width: Int)? {
    guard let rows, let columns else { return nil }
    return (rows.size, columns.size)
  }
}

extension ReceptiveField.Status {
  /// One word for tables: `complete`, `partial`, `global`, `unknown`.
  public var word: String {
    switch self {
    case .complete: "complete"
    case .partial: "partial"
    case .global: "global"
    case .unknown: "unknown"
    }
  }

  /// Why the numbers are not those of every element; `nil` where they are.
  public var reason: String? {
    switch self {
    case .complete: nil
    case .partial(let reason), .global(let reason), .unknown(let reason): reason
    }
  }
}

extension ReceptiveField: Codable {
  private enum CodingKeys: CodingKey { case size, jump, start, padding, status, reason }

  /// `{"size": [h, w], "jump": [h, w], "start": [h, w], "padding": [h, w], "status": …, "reason": …}`; numbers that
  /// are not known are `null`, and so is a reason that there need not be.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    let axes = rows.flatMap { rows in columns.map { [rows, $0] } }
    try values.encode(axes?.map(\.size), forKey: .size)
    try values.encode(axes?.map(\.jump), forKey: .jump)
    try values.encode(axes?.map(\.start), forKey: .start)
    try values.encode(axes?.map(\.effectivePadding), forKey: .padding)
    try values.encode(status.word, forKey: .status)
    try values.encodeIfPresent(status.reason, forKey: .reason)
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func pair<Number: Decodable>(_ key: CodingKeys) throws -> (Number, Number)? {
      guard let numbers = try values.decode([Number]?.self, forKey: key) else { return nil }
      guard numbers.count == 2 else {
        throw DecodingError.dataCorruptedError(
          forKey: key, in: values, debugDescription: "a receptive field has two axes")
      }
      return (numbers[0], numbers[1])
    }
    let (size, jump, padding) = try (
      pair(.size) as (Int, Int)?, pair(.jump) as (Double, Double)?,
      pair(.padding) as (Double, Double)?
    )
    func axis(_ size: Int?, _ jump: Double?, _ padding: Double?) -> AxisField? {
      guard let size, let jump, let padding else { return nil }
      return AxisField(first: 0 - padding, last: Double(size - 1) - padding, jump: jump)
    }
    rows = axis(size?.0, jump?.0, padding?.0)
    columns = axis(size?.1, jump?.1, padding?.1)
    let word = try values.decode(String.self, forKey: .status)
    let reason = try values.decodeIfPresent(String.self, forKey: .reason) ?? ""
    switch word {
    case "complete": status = .complete
    case "partial": status = .partial(reason: reason)
    case "global": status = .global(reason: reason)
    case "unknown": status = .unknown(reason: reason)
    default:
      throw DecodingError.dataCorruptedError(
        forKey: .status, in: values, debugDescription: "there is no status \(word)")
    }
  }
}
