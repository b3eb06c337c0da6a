import FoveaArchives
import FoveaGraph

extension ONNXNode {
  /// The attributes that say how a window slides.
  static let windowAttributes: Set<String> = [
    "auto_pad", "kernel_shape", "strides", "pads", "dilations",
  ]

  /// How padding is found.
  enum AutoPad: String {
    case notSet = "NOTSET"
    case valid = "VALID"
    case sameUpper = "SAME_UPPER"
    case sameLower = "SAME_LOWER"
  }

  func autoPad() throws(ONNXError.Problem) -> AutoPad {
    let text = try string("auto_pad", default: AutoPad.notSet.rawValue)
    guard let result = AutoPad(rawValue: text) else {
      throw .attribute(
        "auto_pad", value: ONNXError.excerpt(text), allowed: "NOTSET, VALID, SAME_UPPER, SAME_LOWER"
      )
    }
    return result
  }

  /// A number for each axis of the window.
  func perAxis(
    _ name: String, default value: Int, count: Int
  ) throws(ONNXError.Problem) -> [Int] {
    let values = try integers(name) ?? Array(repeating: value, count: count)
    guard values.count == count else {
      throw .attribute(name, value: "\(values.prefix(8))", allowed: "\(count) numbers")
    }
    return values
  }

  /// A window for each axis.
  ///
  /// - Parameters:
  ///   - extents: The input along these axes, which `SAME` padding depends on.
  ///   - kernel: The window's own extents.
  func windows(
    on extents: [Int], kernel: [Int], ceilMode: Bool
  ) throws(ONNXError.Problem) -> [Window] {
    let count = kernel.count
    guard extents.count == count, try integers("kernel_shape") ?? kernel == kernel else {
      throw .attribute("kernel_shape", value: "another one", allowed: "\(kernel)")
    }
    let strides = try perAxis("strides", default: 1, count: count)
    let dilations = try perAxis("dilations", default: 1, count: count)
    let pads = try perAxis("pads", default: 0, count: 2 * count)
    let autoPad = try autoPad()
    var windows: [Window] = []
    for axis in 0..<count {
      do throws(OperationError) {
        let plain = try Window(
          kernel: kernel[axis], stride: strides[axis], dilation: dilations[axis],
          ceilMode: ceilMode)
        switch autoPad {
        case .valid: windows.append(plain)
        case .notSet:
          windows.append(
            try plain.with(Window.Padding(before: pads[axis], after: pads[axis + count])))
        case .sameUpper: windows.append(try plain.paddedToKeep(extents[axis]))
        case .sameLower:
          let padding = try plain.paddedToKeep(extents[axis]).padding
          windows.append(
            try plain.with(Window.Padding(before: padding.after, after: padding.before)))
        }
      } catch {
        throw .graph(.operation(path: path, error))
      }
    }
    return windows
  }
}
