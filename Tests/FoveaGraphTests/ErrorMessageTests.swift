import FoveaGraph
import FoveaTensors
import Testing

/// Every message of `OperationError` and `GraphError`: what is wrong, then what to do.
@Suite struct ErrorMessageTests {
  private static func operationErrors() throws -> [(OperationError, String)] {
    let rows = try Window(kernel: 7, padding: .init(before: 1, after: 0))
    let columns = try Window(kernel: 3, dilation: 2, padding: .init(2))
    return [
      (
        .window(kernel: 0, stride: 1, dilation: 2, padding: .init(before: 3, after: -4)),
        "kernel 0, stride 1, dilation 2 and padding 3+-4 make no window; use 1 or more for the "
          + "first three, 0 or more for padding, and at most 1048576"
      ),
      (
        .inputCount("Conv2d", expected: 2...3, actual: 1),
        "Conv2d takes 2 to 3 inputs, got 1; pass one value for each input of the operation"
      ),
      (
        .inputCount("ReLU", expected: 1...1, actual: 2),
        "ReLU takes 1 inputs, got 2; pass one value for each input of the operation"
      ),
      (
        .rank("Conv2d", expected: 4, actual: [3, 8, 8]),
        "Conv2d takes 4 axes, got [3, 8, 8]; pass [N, C, H, W], with the batch first"
      ),
      (
        .rank("Linear", expected: 2, actual: [5]),
        "Linear takes 2 axes, got [5]; add or drop an axis (Flatten, Reshape)"
      ),
      (
        .empty("Conv2d", actual: [0, 3, 8, 8]),
        "Conv2d got the empty shape [0, 3, 8, 8]; pass at least one image with at least one pixel"
      ),
      (
        .channels("Conv2d", expected: 3, actual: [1, 4, 8, 8]),
        "Conv2d takes 3 channels, got [1, 4, 8, 8]; set its input channels to 4, or leave them "
          + "out to have them inferred"
      ),
      (
        .features("Linear", expected: 10, actual: [5, 12]),
        "Linear takes 10 features, got [5, 12]; set its input features to 12, or flatten the "
          + "image first"
      ),
      (
        .groups(3, inChannels: 4, outChannels: 6),
        "groups 3 must divide input channels 4 and output channels 6; choose a common divisor"
      ),
      (
        .windowTooLarge("Conv2d", rows: rows, columns: columns, actual: [1, 3, 5, 0]),
        "kernel 7×5 spans more than the padded 6×4 input; pad more, drop a stride before it, or "
          + "take larger images"
      ),
      (
        .poolPadding(rows: columns, columns: rows),
        "pool padding 2×1 is more than half of the kernel 3×7; pad by at most half, so each "
          + "window sees a pixel"
      ),
      (
        .axes("Softmax", axes: [2], actual: [4, 5]),
        "Softmax has no axes [2] on [4, 5]; name each of 0..<2 (or -2..<0) at most once"
      ),
      (
        .broadcast("Add", [2, 3], [4, 1]),
        "Add cannot broadcast [2, 3] with [4, 1]; each pair of extents, from the last axis, must "
          + "be equal or contain a 1"
      ),
      (
        .shape("Conv2d", input: "bias", expected: [8], actual: [4]),
        "Conv2d takes bias of shape [8], got [4]; pass it in that shape"
      ),
      (
        .reshape([-1, 5], actual: [2, 3]),
        "cannot reshape [2, 3] to [-1, 5]; keep 6 elements, with at most one -1 to be inferred"
      ),
      (
        .range("Slice", start: 1, end: 9, actual: [4]),
        "Slice cannot take 1..<9 of [4]; stay inside the axis"
      ),
      (
        .setting("Dropout", name: "probability", value: "1.5", allowed: "0 or more and below 1"),
        "Dropout has probability 1.5; use 0 or more and below 1"
      ),
      (
        .tooFewValues("BatchNorm2dTraining", actual: [1, 8, 1, 1]),
        "BatchNorm2dTraining in training needs more than one value a channel, got [1, 8, 1, 1]; "
          + "use a larger batch, or drop a last batch of one"
      ),
      (.tooLarge("Concat"), "Concat makes more than 2^48 elements; use a smaller batch or image"),
      (
        .notDifferentiable("MaxGradient"),
        "MaxGradient has no gradient; differentiate with respect to something that it does not "
          + "depend on, or give the operation a gradient rule"
      ),
      (
        .elementType("ReLU", input: 0, expected: .float32, actual: .int32),
        "ReLU takes float32 elements as input 0, got int32; convert them first"
      ),
    ]
  }

  private static let graphErrors: [(GraphError, String)] = [
    (
      .operation(path: "layer1.0.conv1", .tooLarge("Conv2d")),
      "layer1.0.conv1: Conv2d makes more than 2^48 elements; use a smaller batch or image"
    ),
    (
      .operation(path: "", .tooLarge("Conv2d")),
      "Conv2d makes more than 2^48 elements; use a smaller batch or image"
    ),
    (
      .nameUsedTwice("fc"),
      "fc: the name is used twice; give each input and layer its own name, or share the layer on "
        + "purpose with shared(as:)"
    ),
    (
      .unknownName("los", kind: "output", known: ["loss", "accuracy"]),
      "there is no output los; choose from loss, accuracy"
    ),
    (
      .unknownName("x", kind: "input", known: (0..<14).map { "i\($0)" }),
      "there is no input x; choose from i0, i1, i2, i3, i4, i5, i6, i7, i8, i9, i10, i11, …"
    ),
    (
      .unusedVariable("fc.weight"),
      "fc.weight: nothing reads this variable; remove the layer, or use its result"
    ),
    (
      .sharedShape("conv.weight", [8, 3, 3, 3], [8, 4, 3, 3]),
      "conv.weight: shared with shape [8, 3, 3, 3], then asked for as [8, 4, 3, 3]; share only "
        + "between layers that see the same number of channels"
    ),
    (
      .lossNotScalar("logits", [4, 10]),
      "logits: a loss must be a scalar, got [4, 10]; reduce it with a sum or a mean"
    ),
    (
      .noPath(loss: "loss", name: "fc.weight"),
      "loss does not depend on fc.weight; take fc.weight out of the list, or connect it"
    ),
    (
      .badReference(node: 4, path: "fc"),
      "node 4 (fc) reads a value that does not come before it; the file is damaged"
    ),
    (.noOutputs, "the graph has no outputs; name at least one"),
    (
      .unknownOperation("Swish"),
      "there is no operation Swish; register its type before reading the graph"
    ),
    (
      .differentGraphs(path: "add"),
      "add: the inputs belong to different graphs; build both in one Model"
    ),
  ]

  @Test func `every operation error says what is wrong and what to do`() throws {
    let table = try Self.operationErrors()
    for (error, text) in table { #expect(error.description == text) }
    #expect(Set(table.map(\.0.position)) == Set(0..<19), "a case is missing from the table")
  }

  @Test func `every graph error says what is wrong and what to do`() {
    for (error, text) in Self.graphErrors { #expect(error.description == text) }
    #expect(
      Set(Self.graphErrors.map(\.0.position)) == Set(0..<11), "a case is missing from the table")
  }
}

// Without a default, so that a new case does not compile before it is counted here.
extension OperationError {
  fileprivate var position: Int {
    switch self {
    case .window: 0
    case .inputCount: 1
    case .rank: 2
    case .empty: 3
    case .channels: 4
    case .features: 5
    case .groups: 6
    case .windowTooLarge: 7
    case .poolPadding: 8
    case .axes: 9
    case .broadcast: 10
    case .shape: 11
    case .reshape: 12
    case .range: 13
    case .setting: 14
    case .tooFewValues: 15
    case .tooLarge: 16
    case .notDifferentiable: 17
    case .elementType: 18
    }
  }
}

extension GraphError {
  fileprivate var position: Int {
    switch self {
    case .operation: 0
    case .nameUsedTwice: 1
    case .unknownName: 2
    case .unusedVariable: 3
    case .sharedShape: 4
    case .lossNotScalar: 5
    case .noPath: 6
    case .badReference: 7
    case .noOutputs: 8
    case .unknownOperation: 9
    case .differentGraphs: 10
    }
  }
}
