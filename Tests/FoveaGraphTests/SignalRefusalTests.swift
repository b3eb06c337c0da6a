import FoveaGraph
import FoveaTensors
import Testing

/// What convolutions of signals and volumes refuse.
@Suite struct SignalRefusalTests {
  private let signal: Shape = [2, 4, 9]
  private let volume: Shape = [2, 4, 5, 6, 7]

  private func refuses(
    _ operation: some FoveaGraph.Operation, _ inputs: [Shape], _ error: OperationError,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(throws: error, sourceLocation: sourceLocation) {
      try operation.outputShapes(for: inputs)
    }
  }

  @Test func `convolutions of signals`() throws {
    let conv = Conv1d(window: try Window(kernel: 3))
    refuses(conv, [signal], .inputCount("Conv1d", expected: 2...3, actual: 1))
    refuses(conv, [volume, [8, 4, 3]], .rank("Conv1d", expected: 3, actual: volume))
    refuses(conv, [[0, 4, 9], [8, 4, 3]], .empty("Conv1d", actual: [0, 4, 9]))
    refuses(conv, [signal, [8, 4]], .rank("Conv1d weight", expected: 3, actual: [8, 4]))
    refuses(conv, [signal, [8, 5, 3]], .channels("Conv1d", expected: 5, actual: signal))
    refuses(
      conv, [signal, [8, 4, 2]],
      .shape("Conv1d", input: "weight", expected: [8, 4, 3], actual: [8, 4, 2]))
    refuses(
      conv, [signal, [8, 4, 3], [4]],
      .shape("Conv1d", input: "bias", expected: [8], actual: [4]))
    refuses(
      conv, [[2, 4, 2], [8, 4, 3]],
      .setting(
        "Conv1d", name: "a window along an axis of 2 that reaches over", value: "3",
        allowed: "a reach of at most 2, or pad more"))
    refuses(
      Conv1d(window: .pixel, groups: 3), [signal, [8, 4, 1]],
      .groups(3, inChannels: 4, outChannels: 8))
    let large: Shape = [1 << 20, 1, 1 << 28]
    refuses(Conv1d(window: .pixel), [large, [2, 1, 1]], .tooLarge("Conv1d"))
  }

  @Test func `transposed convolutions of signals`() throws {
    let conv = ConvTranspose1d(window: try Window(kernel: 3, stride: 2))
    let name = "ConvTranspose1d"
    refuses(conv, [[4, 9], [4, 8, 3]], .rank(name, expected: 3, actual: [4, 9]))
    refuses(conv, [[2, 4, 0], [4, 8, 3]], .empty(name, actual: [2, 4, 0]))
    refuses(conv, [signal, [5, 8, 3]], .channels(name, expected: 5, actual: signal))
    refuses(
      conv, [signal, [4, 8, 3], [4]],
      .shape(name, input: "bias", expected: [8], actual: [4]))
    refuses(
      ConvTranspose1d(window: conv.window, outputPadding: 2), [signal, [4, 8, 3]],
      .setting(
        name, name: "output padding", value: "2",
        allowed: "0 to 1, less than stride or dilation"))
    refuses(
      ConvTranspose1d(window: conv.window, groups: 3), [signal, [4, 8, 3]],
      .groups(3, inChannels: 4, outChannels: 24))
    let cut = ConvTranspose1d(window: try Window(kernel: 1, padding: .init(5)))
    refuses(
      cut, [signal, [4, 8, 1]],
      .setting(
        name, name: "padding", value: "5", allowed: "less, so that an element of the result is left"))
  }

  @Test func `convolutions of volumes`() throws {
    let three = try Window(kernel: 3)
    let conv = Conv3d(depth: three, rows: three, columns: try Window(kernel: 9))
    let weight: Shape = [8, 4, 3, 3, 9]
    refuses(conv, [[2, 4, 5, 6], weight], .rank("Conv3d", expected: 5, actual: [2, 4, 5, 6]))
    refuses(
      conv, [volume, weight],
      .setting(
        "Conv3d", name: "a window along an axis of 7 that reaches over", value: "9",
        allowed: "a reach of at most 7, or pad more"))
    let small = Conv3d(depth: three, rows: three, columns: three)
    refuses(
      Conv3dInputGradient(convolution: small), [volume, [8, 4, 3, 3, 3], volume],
      .shape("Conv3dInputGradient", input: "gradient", expected: [2, 8, 3, 4, 5], actual: volume))
    refuses(
      Conv3dWeightGradient(convolution: small), [volume, volume, [8, 4, 3, 3, 3]],
      .shape("Conv3dWeightGradient", input: "gradient", expected: [2, 8, 3, 4, 5], actual: volume))
  }
}
