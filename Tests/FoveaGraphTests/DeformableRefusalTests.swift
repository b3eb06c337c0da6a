import FoveaGraph
import FoveaTensors
import Testing

/// What deformable sampling cannot take.
@Suite struct DeformableRefusalTests {
  private func refuses(
    _ operation: some FoveaGraph.Operation, _ inputs: [Shape], _ error: OperationError
  ) {
    #expect(throws: error) { try operation.outputShapes(for: inputs) }
  }

  @Test func `offsets, masks and groups that do not fit are refused`() throws {
    let window = try Window(kernel: 3, padding: .init(1))
    let sampling = DeformableSampling(rows: window, columns: window, offsetGroups: 2)
    let (image, offset): (Shape, Shape) = ([2, 4, 5, 6], [2, 36, 5, 6])
    #expect(try sampling.outputShapes(for: [image, offset]) == [[2, 36, 5, 6]])
    refuses(sampling, [image], .inputCount(sampling.name, expected: 2...3, actual: 1))
    refuses(
      sampling, [image, [2, 18, 5, 6]],
      .shape(sampling.name, input: "offset", expected: offset, actual: [2, 18, 5, 6]))
    refuses(
      sampling, [image, offset, offset],
      .shape(sampling.name, input: "mask", expected: [2, 18, 5, 6], actual: offset))
    refuses(
      sampling, [[2, 3, 5, 6], offset],
      .setting(
        sampling.name, name: "offset groups", value: "2", allowed: "a divisor of the 3 channels"))
    refuses(sampling, [[2, 4, 5], offset], .rank(sampling.name, expected: 4, actual: [2, 4, 5]))
    let wide = DeformableSampling(
      rows: window, columns: try Window(kernel: 9), offsetGroups: 2)
    refuses(
      wide, [image, offset],
      .windowTooLarge(wide.name, rows: wide.rows, columns: wide.columns, actual: image))
    let huge = try Window(kernel: Window.largest, padding: .init(Window.largest))
    refuses(
      DeformableSampling(rows: huge, columns: huge), [image, offset], .tooLarge(sampling.name))
  }

  @Test func `gradients of another shape are refused`() throws {
    let sampling = DeformableSampling(rows: .pixel, columns: .pixel)
    let (image, offset): (Shape, Shape) = ([1, 4, 5, 6], [1, 2, 5, 6])
    for inputs: [Shape] in [[image], [offset, image, offset], [image, image, image]] {
      #expect(throws: OperationError.self) {
        try DeformableSamplingInputGradient(sampling: sampling).outputShapes(for: inputs)
      }
      #expect(throws: OperationError.self) {
        try DeformableSamplingOffsetGradient(sampling: sampling).outputShapes(for: inputs)
      }
    }
  }
}
