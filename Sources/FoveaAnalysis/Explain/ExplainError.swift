public import FoveaGraph

/// Why a question has no answer.
public enum ExplainError: Error, Hashable, Sendable {
  /// A number outside what it may be; `name` is that of the command's option.
  case outOfRange(_ name: String, value: Int, allowed: ClosedRange<Int>)
  /// A number that the question needs.
  case missing(_ name: String, reason: String)
  /// A setting that has no place in the question.
  case conflict(_ name: String, reason: String)
  /// A layer that cannot be, as the operation says.
  case operation(OperationError)
  /// A layer of a chain that cannot be.
  case layer(_ number: Int, ReceptiveFieldQuestion.Layer)
  /// A number that passes the largest one.
  case tooLarge(_ what: String)
  /// A transposed convolution whose padding takes all of its result away.
  case nothingLeft(padding: Int, before: Int)
  /// A chain of layers, one of which spans more than what is left of the image.
  case chainEnds(layer: Int, reach: Int, extent: Int)

  /// Whether one of the numbers alone was wrong, or its place: told apart in exit codes.
  public var isUsage: Bool {
    switch self {
    case .outOfRange, .missing, .conflict, .layer: true
    case .operation, .tooLarge, .nothingLeft, .chainEnds: false
    }
  }
}

extension ExplainError: CustomStringConvertible {
  /// What is wrong, then what to do.
  public var description: String {
    switch self {
    case .outOfRange(let name, let value, let allowed):
      "\(name) is \(grouped(allowed.lowerBound)) to \(grouped(allowed.upperBound)), got \(value)"
    case .missing(let name, let reason): "\(name) is missing: \(reason)"
    case .conflict(let name, let reason): "\(name) has no place here: \(reason)"
    case .operation(let error): "\(error)"
    case .layer(let number, let layer):
      "layer \(number) has kernel \(layer.kernel), stride \(layer.stride), padding \(layer.padding) and dilation "
        + "\(layer.dilation); use 1 or more, for padding 0 or more, and at most \(grouped(Window.largest))"
    case .tooLarge(let what):
      "the \(what) cannot be counted, since a product passes 2^63 or a map 2^48 elements; "
        + "use a smaller input, kernel or number of channels"
    case .nothingLeft(let padding, let before):
      "padding takes \(padding) pixels off a result of \(before), which leaves none; pad less"
    case .chainEnds(let layer, let reach, let extent):
      "layer \(layer) spans \(reach) pixels, more than the padded \(extent) that reach it; "
        + "pad it, drop a stride before it, or use a larger input"
    }
  }
}
