import FoveaChecks
import FoveaGraph
import FoveaTensors
import FuzzSupport

extension OperationCase {
  /// For deformable sampling and its gradients, what draws a case of them.
  static let deformable: [String: @Sendable (inout SeededChoices) throws -> OperationCase] = [
    "DeformableSampling": {
      let (sampling, inputs, _) = try deformableSampling(&$0)
      return OperationCase(sampling, inputs)
    },
    "DeformableSamplingInputGradient": {
      let (sampling, inputs, output) = try deformableSampling(&$0)
      return OperationCase(
        DeformableSamplingInputGradient(sampling: sampling), [.random(output)] + inputs,
        gradients: .none)
    },
    "DeformableSamplingOffsetGradient": {
      let (sampling, inputs, output) = try deformableSampling(&$0)
      return OperationCase(
        DeformableSamplingOffsetGradient(sampling: sampling), [.random(output)] + inputs,
        gradients: .none)
    },
  ]

  private static func deformableSampling(
    _ choices: inout SeededChoices
  ) throws -> (DeformableSampling, inputs: [CheckedInput], output: Shape) {
    let groups = choices.integer(1...2)
    let image: Shape = [
      choices.integer(1...2), groups * choices.integer(1...3), choices.integer(1...4),
      choices.integer(1...4),
    ]
    let windows = try [image[2], image[3]].map { extent in
      let window = try Window(
        kernel: choices.integer(1...2), stride: choices.integer(1...2),
        dilation: choices.integer(1...2),
        padding: Window.Padding(before: choices.integer(0...1), after: choices.integer(0...1)))
      return window.positions(on: extent) == nil ? .pixel : window
    }
    let sampling = DeformableSampling(
      rows: windows[0], columns: windows[1], offsetGroups: groups)
    let taps = windows[0].kernel * windows[1].kernel
    let heights = windows[0].positions(on: image[2]) ?? 1
    let widths = windows[1].positions(on: image[3]) ?? 1
    let offset: Shape = [image[0], 2 * groups * taps, heights, widths]
    // Away from whole numbers, where the result has no derivative.
    let moves = (0..<offset.elementCount).map { _ in
      Float(choices.integer(-2...1)) + Float(choices.integer(2...8)) / 10
    }
    var inputs: [CheckedInput] = [.random(image), .tensor(Tensor(offset, moves))]
    if choices.bool() { inputs.append([image[0], groups * taps, heights, widths]) }
    return (
      sampling, inputs, [image[0], image[1] * taps, heights, widths]
    )
  }
}
