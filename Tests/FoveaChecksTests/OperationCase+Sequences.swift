import FoveaChecks
import FoveaGraph
import FoveaRuntime
import FoveaTensors
import FuzzSupport

extension OperationCase {
  /// Cases of convolutions of signals and volumes.
  static let ofSignals: [String: Drawing] = [
    "Conv1d": {
      let drawn = try convolution(axes: 1, &$0)
      let bias: [CheckedInput] = $0.bool() ? [[drawn.weight[0]]] : []
      return OperationCase(
        Conv1d(window: drawn.windows[0], groups: drawn.groups),
        [.random(drawn.input), .random(drawn.weight)] + bias)
    },
    "ConvTranspose1d": {
      while true {
        let drawn = try convolution(axes: 1, &$0)
        let window = drawn.windows[0]
        let operation = ConvTranspose1d(
          window: window, outputPadding: $0.integer(0...max(window.stride, window.dilation) - 1),
          groups: drawn.groups)
        let signal = drawn.input.replacing(1, with: drawn.weight[0])
        // Padding may leave nothing.
        guard (try? operation.outputShapes(for: [signal, drawn.weight])) != nil else { continue }
        let bias: [CheckedInput] = $0.bool() ? [[drawn.weight[1] * drawn.groups]] : []
        return OperationCase(operation, [.random(signal), .random(drawn.weight)] + bias)
      }
    },
    "Conv3d": {
      let (operation, volume, weight, _) = try volumes(&$0)
      let bias: [CheckedInput] = $0.bool() ? [[weight[0]]] : []
      return OperationCase(operation, [.random(volume), .random(weight)] + bias)
    },
    "Conv3dInputGradient": {
      let (operation, volume, weight, output) = try volumes(&$0)
      return OperationCase(
        Conv3dInputGradient(convolution: operation),
        [.random(output), .random(weight), .random(volume)])
    },
    "Conv3dWeightGradient": {
      let (operation, volume, weight, output) = try volumes(&$0)
      return OperationCase(
        Conv3dWeightGradient(convolution: operation),
        [.random(volume), .random(output), .random(weight)])
    },
  ]

  private static func convolution(axes: Int, _ choices: inout SeededChoices) throws
    -> (windows: [Window], groups: Int, input: Shape, weight: Shape)
  {
    let groups = choices.integer(1...2)
    let inner = choices.integer(1...3)
    let extents = (0..<axes).map { _ in choices.integer(1...(axes == 1 ? 20 : 4)) }
    let windows = try extents.map { try choices.window(on: $0) }
    return (
      windows, groups, Shape([choices.integer(1...2), groups * inner] + extents),
      Shape([groups * choices.integer(1...2), inner] + windows.map(\.kernel))
    )
  }

  private static func volumes(_ choices: inout SeededChoices) throws
    -> (operation: Conv3d, volume: Shape, weight: Shape, output: Shape)
  {
    let drawn = try convolution(axes: 3, &choices)
    let operation = Conv3d(
      depth: drawn.windows[0], rows: drawn.windows[1], columns: drawn.windows[2],
      groups: drawn.groups)
    let output = try operation.outputShapes(for: [drawn.input, drawn.weight])[0]
    return (operation, drawn.input, drawn.weight, output)
  }

  /// Convolutions of signals and volumes past one vector and one task.
  static func largeSignals() throws -> [OperationCase] {
    let (three, strided) = (
      try Window(kernel: 3, padding: .init(1)),
      try Window(kernel: 3, stride: 2, dilation: 2, padding: .init(before: 2, after: 1))
    )
    let volumes = Conv3d(depth: strided, rows: three, columns: three, groups: 2)
    let output = try volumes.outputShapes(for: [[2, 6, 7, 9, 37], [10, 3, 3, 3, 3]])[0]
    return [
      OperationCase(Conv1d(window: strided), [[3, 17, 100], [33, 17, 3], [33]]),
      OperationCase(ConvTranspose1d(window: strided), [[3, 17, 100], [17, 9, 3], [9]]),
      OperationCase(volumes, [[2, 6, 7, 9, 37], [10, 3, 3, 3, 3], [10]]),
      OperationCase(
        Conv3dInputGradient(convolution: volumes),
        [.random(output), [10, 3, 3, 3, 3], [2, 6, 7, 9, 37]]),
      OperationCase(
        Conv3dWeightGradient(convolution: volumes),
        [[2, 6, 7, 9, 37], .random(output), [10, 3, 3, 3, 3]]),
    ]
  }
}
