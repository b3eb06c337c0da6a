/// Why a line of text is no design.
public enum InlineDesignError: Error, Hashable, Sendable {
  /// Something else stands at a position, counted in characters from 0.
  case unexpected(_ found: String, position: Int, expected: String)
  /// A number out of range, or none where one must be.
  case number(_ found: String, position: Int, allowed: ClosedRange<Int>)
  /// More layers than `InlineDesign.mostLayers`.
  case tooManyLayers
  /// More characters than `InlineDesign.longestText`.
  case tooLong(characters: Int)
}

extension InlineDesignError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unexpected(let found, let position, let expected):
      "\(found) at character \(position + 1) does not belong there; write \(expected)"
    case .number(let found, let position, let allowed):
      "'\(found)' at character \(position + 1) is no number of \(allowed.lowerBound) to "
        + "\(allowed.upperBound); write one"
    case .tooManyLayers:
      "a design has at most \(InlineDesign.mostLayers) layers, repeats counted; repeat less"
    case .tooLong(let characters):
      "a design has at most \(InlineDesign.longestText) characters, this has \(characters); "
        + "write a shorter one, or give a graph's file"
    }
  }
}
