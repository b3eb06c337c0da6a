import FoveaGraph
import FoveaTensors

/// Poolings beyond those that are one operation of images.
extension ONNXImporter {
  /// The most that elements are raised to by multiplying.
  static let largestPower = 64

  /// Pools along one to three axes by poolings of images: a signal is an image of one row, and the slices of
  /// a volume are pooled each, then across each other.
  mutating func pooled(
    _ value: Value, _ windows: [Window],
    _ pool: (Value, Window, Window, inout ONNXImporter) throws(ONNXError.Problem) -> Value
  ) throws(ONNXError.Problem) -> Value {
    let extents = shape(value).dimensions
    switch windows.count {
    case 1:
      let row = try reshape(value, to: [extents[0], extents[1], 1, extents[2]])
      let result = try pool(row, .pixel, windows[0], &self)
      return try reshape(result, to: [extents[0], extents[1], shape(result)[3]])
    case 2: return try pool(value, windows[0], windows[1], &self)
    default:
      let slices = try reshape(
        value, to: [extents[0], extents[1] * extents[2], extents[3], extents[4]])
      let planes = try pool(slices, windows[1], windows[2], &self)
      let (height, width) = (shape(planes)[2], shape(planes)[3])
      let columns = try reshape(
        planes, to: [extents[0], extents[1], extents[2], height * width])
      let result = try pool(columns, windows[0], .pixel, &self)
      return try reshape(
        result, to: [extents[0], extents[1], shape(result)[2], height, width])
    }
  }

  /// The mean under each window.
  mutating func averaged(
    _ image: Value, _ rows: Window, _ columns: Window, countsPadding: Bool
  ) throws(ONNXError.Problem) -> Value {
    if rows.averages, columns.averages {
      let pooling = AvgPool2d(rows: rows, columns: columns, countIncludePad: countsPadding)
      return try apply(pooling, image)
    }
    // What the windows see of an image of ones is what they divide by.
    var counted: [(window: Window, extent: Int)] = []
    for (window, extent) in [(rows, shape(image)[2]), (columns, shape(image)[3])] {
      counted.append(
        try asking { () throws(OperationError) in
          try window.counting(extent, withPadding: countsPadding)
        })
    }
    let size = try shape(checking: [1, 1] + counted.map(\.extent), of: "a pooling")
    let ones = try apply(Constant(1, shape: size))
    let counts = try summed(ones, counted[0].window, counted[1].window)
    return try apply(Binary(.divide), try summed(image, rows, columns), counts)
  }

  /// The sum under each window.
  mutating func summed(
    _ image: Value, _ rows: Window, _ columns: Window
  ) throws(ONNXError.Problem) -> Value {
    if rows.averages, columns.averages, !rows.ceilMode, !columns.ceilMode {
      let mean = try apply(AvgPool2d(rows: rows, columns: columns), image)
      return try apply(Scale(Float(rows.kernel * columns.kernel), shift: 0), mean)
    }
    // A convolution of each channel by ones.
    let extents = shape(image).dimensions
    let windows = try asking { () throws(OperationError) in
      (try rows.flooring(on: extents[2]), try columns.flooring(on: extents[3]))
    }
    let taps = try shape(
      checking: [extents[1], 1, rows.kernel, columns.kernel], of: "a pooling")
    let ones = try apply(Constant(1, shape: taps))
    return try apply(
      Conv2d(rows: windows.0, columns: windows.1, groups: extents[1]), image, ones)
  }

  /// The power `|x|ⁿ`, by multiplying.
  mutating func absolutePower(
    _ value: Value, _ exponent: Int
  ) throws(ONNXError.Problem) -> Value {
    try power(exponent % 2 == 0 ? value : absolute(value), exponent)
  }

  /// The size `|x|` of each element.
  mutating func absolute(_ value: Value) throws(ONNXError.Problem) -> Value {
    try apply(Binary(.maximum), value, try apply(Unary(.negate), value))
  }

  /// The power `xⁿ`, by multiplying; n is 1 to `largestPower`.
  mutating func power(_ value: Value, _ exponent: Int) throws(ONNXError.Problem) -> Value {
    var (square, rest) = (value, exponent)
    var result: Value?
    while true {
      if rest % 2 == 1 {
        if let factor = result {
          result = try apply(Binary(.multiply), factor, square)
        } else {
          result = square
        }
      }
      rest /= 2
      if rest == 0 { return result ?? square }
      square = try apply(Binary(.multiply), square, square)
    }
  }

  /// The root `ⁿ√x` of numbers from 0 on.
  mutating func root(_ value: Value, _ degree: Int) throws(ONNXError.Problem) -> Value {
    switch degree {
    case 1: value
    case 2: try apply(Unary(.sqrt), value)
    default: try power(value, 1 / Float(degree))
    }
  }

  /// The power `xᵉ` of numbers from 0 on, as e^(e · ln x); below 0 it is not a number, as it should be for a fraction.
  mutating func power(_ value: Value, _ exponent: Float) throws(ONNXError.Problem) -> Value {
    let logarithm = try apply(Unary(.log), value)
    return try apply(Unary(.exp), try apply(Scale(exponent, shift: 0), logarithm))
  }
}

extension Window {
  /// Whether the pooling of averages takes it.
  fileprivate var averages: Bool {
    dilation == 1 && 2 * max(padding.before, padding.after) <= kernel
  }

  /// The same positions without `ceilMode`: what hangs over is padding.
  fileprivate func flooring(on extent: Int) throws(OperationError) -> Window {
    guard ceilMode, let positions = positions(on: extent) else { return self }
    let used = (positions - 1) * stride + reach
    return try Window(
      kernel: kernel, stride: stride, dilation: dilation,
      padding: Padding(
        before: padding.before, after: max(padding.after, used - extent - padding.before)))
  }

  /// A window, and the extent of an image of ones, on which it counts the pixels that it sees of an axis.
  fileprivate func counting(
    _ extent: Int, withPadding: Bool
  ) throws(OperationError) -> (Window, Int) {
    let window = try flooring(on: extent)
    guard withPadding else { return (window, extent) }
    // Stated padding counts as pixels; what hangs over does not.
    let over = window.padding.after - padding.after
    return (
      try window.with(Padding(before: 0, after: over)), extent + padding.before + padding.after
    )
  }
}
