public import Foundation

/// How reports and run files are written as JSON.
public enum ReportCoding {
  /// A report as JSON: keys in alphabetical order, dates as in ISO 8601, a number that JSON cannot hold as `"nan"`, `"inf"` or
  /// `"-inf"`.
  ///
  /// - Parameter isPretty: Whether it takes several lines, for people.
  public static func encode(_ report: some Encodable, isPretty: Bool = false) throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
    encoder.dateEncodingStrategy = .iso8601
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try encoder.encode(report)
  }

  /// Reads what `encode` wrote.
  public static func decode<Report: Decodable>(_ type: Report.Type, from data: Data) throws
    -> Report
  {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try decoder.decode(type, from: data)
  }
}
