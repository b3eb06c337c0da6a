import FoveaChecks
import FoveaGraph
import FoveaRuntime
import FoveaTensors
import FuzzSupport

extension OperationCase {
  /// Cases of convolutions of signals and volumes, and of what takes elements by number.
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
    "Embedding": {
      let (embedding, table, indices) = embedding(&$0)
      // Padding does change the result, though it has no gradient; here it is a row that nobody names.
      let padding = embedding.paddingIndex == nil ? nil : table[0]
      let rows = table[0] + (padding == nil ? 0 : 1)
      return OperationCase(
        Embedding(paddingIndex: padding),
        [[rows, table[1]], .indices(indices, below: table[0])])
    },
    "EmbeddingGradient": {
      let (embedding, table, indices) = embedding(&$0)
      return OperationCase(
        EmbeddingGradient(embedding: embedding),
        [
          .random(Shape(indices.dimensions + [table[1]])), .indices(indices, below: table[0]),
          .random(table),
        ], gradients: .none)
    },
    "TakeElements": {
      let (source, result) = ($0.shape(rank: 0...3), $0.shape(rank: 0...3))
      let leading = $0.shape(rank: 0...2).dimensions
      var places: [Int32] = []
      for _ in 0..<result.elementCount {
        places.append(Int32($0.integer(-1...source.elementCount - 1)))
      }
      let take = try TakeElements(from: source, to: result, places: places)
      return OperationCase(take, [.random(Shape(leading + source.dimensions))])
    },
  ]

  private static func embedding(
    _ choices: inout SeededChoices
  ) -> (embedding: Embedding, table: Shape, indices: Shape) {
    let table: Shape = [choices.integer(1...9), choices.integer(1...20)]
    let padding = choices.bool() ? choices.integer(0...table[0] - 1) : nil
    return (Embedding(paddingIndex: padding), table, choices.shape(rank: 0...3))
  }

  private static func convolution(axes: Int, _ choices: inout SeededChoices) throws
    -> (windows: [Window], groups: Int, input: Shape, weight: Shape)
  {
    let groups = choices.integer(1...2)
    let inner = choices.integer(1...3)
    let extents = (0..<axes).map { _ in choices.integer(1...(axes == 1 ? 20 : 4)) }
    let windows = try extents.map { extent in
      if axes == 1 { return try choices.window(on: extent) }
      // Plain loops over volumes take long.
      let padding = Window.Padding(before: choices.integer(0...1), after: choices.integer(0...1))
      let window = try Window(
        kernel: choices.integer(1...2), stride: choices.integer(1...2),
        dilation: choices.integer(1...2), padding: padding)
      return window.positions(on: extent) == nil ? .pixel : window
    }
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
    let output = try volumes.outputShapes(for: [[2, 4, 5, 6, 37], [6, 2, 3, 3, 3]])[0]
    let turn = (0..<64).flatMap { row in (0..<64).map { Int32(64 * (63 - $0) + row) } }
    return [
      OperationCase(Embedding(), [[300, 200], .indices([70, 9], below: 300)]),
      OperationCase(
        EmbeddingGradient(embedding: Embedding(paddingIndex: 2)),
        [[70, 9, 200], .indices([70, 9], below: 40), [40, 200]], gradients: .none),
      OperationCase(
        try TakeElements(from: [64, 64], to: [64, 64], places: turn), [[3, 5, 64, 64]]),
      OperationCase(Conv1d(window: strided), [[3, 17, 100], [33, 17, 3], [33]]),
      OperationCase(ConvTranspose1d(window: strided), [[3, 17, 100], [17, 9, 3], [9]]),
      OperationCase(volumes, [[2, 4, 5, 6, 37], [6, 2, 3, 3, 3], [6]]),
      OperationCase(
        Conv3dInputGradient(convolution: volumes),
        [.random(output), [6, 2, 3, 3, 3], [2, 4, 5, 6, 37]]),
      OperationCase(
        Conv3dWeightGradient(convolution: volumes),
        [[2, 4, 5, 6, 37], .random(output), [6, 2, 3, 3, 3]]),
    ]
  }
}
