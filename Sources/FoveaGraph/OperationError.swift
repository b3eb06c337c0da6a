public import FoveaTensors

/// Why an operation cannot take its inputs, or cannot be made.
///
/// A case carries the values that its reader needs to mend the call; `description` says first what
/// is wrong, then what to do.
public enum OperationError: Error, Hashable, Sendable {
  /// A kernel, stride, dilation or padding that no window has.
  case window(kernel: Int, stride: Int, dilation: Int, padding: Window.Padding)
  /// Too few or too many inputs.
  case inputCount(_ operation: String, expected: ClosedRange<Int>, actual: Int)
  /// An input with another number of axes.
  case rank(_ operation: String, expected: Int, actual: Shape)
  /// An input without elements.
  case empty(_ operation: String, actual: Shape)
  /// An image with another number of channels.
  case channels(_ operation: String, expected: Int, actual: Shape)
  /// A row with another number of features.
  case features(_ operation: String, expected: Int, actual: Shape)
  /// A number of groups that does not divide both numbers of channels.
  case groups(_ groups: Int, inChannels: Int, outChannels: Int)
  /// A kernel that spans more than the padded input.
  case windowTooLarge(_ operation: String, rows: Window, columns: Window, actual: Shape)
  /// Pooling with padding of more than half its kernel: some windows would see no pixel.
  case poolPadding(rows: Window, columns: Window)
  /// An axis that the input does not have, or that is named twice.
  case axes(_ operation: String, axes: [Int], actual: Shape)
  /// Shapes that broadcasting cannot join.
  case broadcast(_ operation: String, Shape, Shape)
  /// An input whose shape another input, or the operation, settles.
  case shape(_ operation: String, input: String, expected: Shape, actual: Shape)
  /// A shape with another number of elements.
  case reshape(_ target: [Int], actual: Shape)
  /// A range outside its axis.
  case range(_ operation: String, start: Int, end: Int, actual: Shape)
  /// A setting outside the values it may have.
  case setting(_ operation: String, name: String, value: String, allowed: String)
  /// Batch statistics of a single value.
  case tooFewValues(_ operation: String, actual: Shape)
  /// A result that passes the largest shape.
  case tooLarge(_ operation: String)
  /// A gradient that does not exist.
  case notDifferentiable(_ operation: String)
  /// An input of another element type.
  case elementType(_ operation: String, input: Int, expected: ElementType, actual: ElementType)
}

extension OperationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .window(let kernel, let stride, let dilation, let padding):
      "kernel \(kernel), stride \(stride), dilation \(dilation) and padding "
        + "\(padding.before)+\(padding.after) make no window; "
        + "use 1 or more for the first three, 0 or more for padding, and at most \(Window.largest)"
    case .inputCount(let operation, let expected, let actual):
      "\(operation) takes \(Self.text(expected)) inputs, got \(actual); "
        + "pass one value for each input of the operation"
    case .rank(let operation, let expected, let actual):
      "\(operation) takes \(expected) axes, got \(actual); "
        + (expected == 4
          ? "pass [N, C, H, W], with the batch first" : "add or drop an axis (Flatten, Reshape)")
    case .empty(let operation, let actual):
      "\(operation) got the empty shape \(actual); pass at least one image with at least one pixel"
    case .channels(let operation, let expected, let actual):
      "\(operation) takes \(expected) channels, got \(actual); "
        + "set its input channels to \(actual[1]), or leave them out to have them inferred"
    case .features(let operation, let expected, let actual):
      "\(operation) takes \(expected) features, got \(actual); "
        + "set its input features to \(actual.dimensions.last ?? 0), or flatten the image first"
    case .groups(let groups, let inChannels, let outChannels):
      "groups \(groups) must divide input channels \(inChannels) and output channels "
        + "\(outChannels); choose a common divisor"
    case .windowTooLarge(_, let rows, let columns, let actual):
      "kernel \(rows.reach)×\(columns.reach) spans more than the padded "
        + "\(actual[2] + rows.padding.before + rows.padding.after)×"
        + "\(actual[3] + columns.padding.before + columns.padding.after) input; "
        + "pad more, drop a stride before it, or take larger images"
    case .poolPadding(let rows, let columns):
      "pool padding \(rows.padding.before)×\(columns.padding.before) is more than half of the "
        + "kernel \(rows.kernel)×\(columns.kernel); pad by at most half, so each window sees a pixel"
    case .axes(let operation, let axes, let actual):
      "\(operation) has no axes \(axes) on \(actual); "
        + "name each of 0..<\(actual.rank) (or -\(actual.rank)..<0) at most once"
    case .broadcast(let operation, let left, let right):
      "\(operation) cannot broadcast \(left) with \(right); "
        + "each pair of extents, from the last axis, must be equal or contain a 1"
    case .shape(let operation, let input, let expected, let actual):
      "\(operation) takes \(input) of shape \(expected), got \(actual); pass it in that shape"
    case .reshape(let target, let actual):
      "cannot reshape \(actual) to \(target); keep \(actual.elementCount) elements, "
        + "with at most one -1 to be inferred"
    case .range(let operation, let start, let end, let actual):
      "\(operation) cannot take \(start)..<\(end) of \(actual); stay inside the axis"
    case .setting(let operation, let name, let value, let allowed):
      "\(operation) has \(name) \(value); use \(allowed)"
    case .tooFewValues(let operation, let actual):
      "\(operation) in training needs more than one value a channel, got \(actual); "
        + "use a larger batch, or drop a last batch of one"
    case .tooLarge(let operation):
      "\(operation) makes more than 2^48 elements; use a smaller batch or image"
    case .notDifferentiable(let operation):
      "\(operation) has no gradient; differentiate with respect to something that it does not "
        + "depend on, or give the operation a gradient rule"
    case .elementType(let operation, let input, let expected, let actual):
      "\(operation) takes \(expected) elements as input \(input), got \(actual); convert them first"
    }
  }

  private static func text(_ range: ClosedRange<Int>) -> String {
    range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
  }
}
