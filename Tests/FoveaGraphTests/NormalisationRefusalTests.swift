import FoveaGraph
import FoveaTensors
import Testing

@Suite struct NormalisationRefusalTests {
  private let image: Shape = [2, 6, 4, 5]

  private func expect(
    _ error: OperationError, from operation: any FoveaGraph.Operation, _ inputs: [Shape],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(throws: error, sourceLocation: sourceLocation) {
      try operation.outputShapes(for: inputs)
    }
  }

  @Test func `smooth activations`() {
    expect(
      .setting("ELU", name: "alpha", value: "-1.0", allowed: "a finite number, 0 or more"),
      from: ELU(alpha: -1), [image])
    expect(
      .setting("ELUGradient", name: "alpha", value: "nan", allowed: "a finite number, 0 or more"),
      from: ELUGradient(alpha: .nan), [image, image])
    expect(
      .setting("Softplus", name: "beta", value: "0.0", allowed: "a finite number above 0"),
      from: Softplus(beta: 0, threshold: 20), [image])
    expect(
      .setting("Softplus", name: "threshold", value: "inf", allowed: "a finite number"),
      from: Softplus(beta: 1, threshold: .infinity), [image])
    expect(
      .shape("PReLU", input: "the slopes", expected: [6], actual: [4]), from: PReLU(),
      [image, [4]])
    expect(.rank("PReLU slope", expected: 1, actual: [6, 1]), from: PReLU(), [image, [6, 1]])
    expect(.rank("PReLU", expected: 2, actual: .scalar), from: PReLU(), [.scalar, [1]])
    expect(
      .shape("PReLU", input: "the slopes", expected: [1], actual: [6]), from: PReLU(), [[6], [6]])
  }

  @Test func `group normalisation`() {
    expect(
      .setting("GroupNorm", name: "groups", value: "4", allowed: "a divisor of the 6 channels"),
      from: GroupNorm(groups: 4, epsilon: 1e-5), [image])
    expect(
      .setting("GroupNorm", name: "groups", value: "0", allowed: "a divisor of the 6 channels"),
      from: GroupNorm(groups: 0, epsilon: 1e-5), [image])
    expect(
      .setting("GroupNorm", name: "epsilon", value: "0.0", allowed: "a small number above 0"),
      from: GroupNorm(groups: 3, epsilon: 0), [image])
    let operation = GroupNorm(groups: 3, epsilon: 1e-5)
    expect(.rank("GroupNorm", expected: 2, actual: [6]), from: operation, [[6]])
    expect(.empty("GroupNorm", actual: [2, 6, 0, 5]), from: operation, [[2, 6, 0, 5]])
    expect(.channels("GroupNorm", expected: 3, actual: image), from: operation, [image, [3]])
    expect(.rank("GroupNorm", expected: 1, actual: [6, 1]), from: operation, [image, [6, 1]])
    expect(
      .shape("GroupNormGradient", input: "a statistic", expected: [2, 3], actual: [2, 6]),
      from: GroupNormGradient(groups: 3), [image, image, [2, 3], [2, 6]])
  }

  @Test func `layer normalisation`() {
    expect(
      .setting(
        "LayerNorm", name: "trailing axes", value: "5", allowed: "1 to 4 on [2, 6, 4, 5]"),
      from: LayerNorm(axes: .trailing(5), epsilon: 1e-5), [image])
    expect(
      .rank("LayerNorm", expected: 4, actual: [2, 6]),
      from: LayerNorm(axes: .channels, epsilon: 1e-5), [[2, 6]])
    expect(
      .shape("LayerNorm", input: "a parameter", expected: [4, 5], actual: [5]),
      from: LayerNorm(axes: .trailing(2), epsilon: 1e-5), [image, [5]])
    expect(
      .shape(
        "LayerNormGradient", input: "a statistic", expected: [2, 1, 4, 5], actual: [2, 6, 1, 1]),
      from: LayerNormGradient(axes: .channels), [image, image, [2, 6, 1, 1], [2, 6, 1, 1]])
  }

  @Test func `local response normalisation`() {
    func normalisation(
      size: Int = 5, alpha: Float = 1, beta: Float = 0.75, k: Float = 1
    ) -> LocalResponseNorm { LocalResponseNorm(size: size, alpha: alpha, beta: beta, k: k) }
    func setting(_ name: String, _ value: String, _ allowed: String) -> OperationError {
      .setting("LocalResponseNorm", name: name, value: value, allowed: allowed)
    }
    expect(
      setting("size", "0", "1 to \(Window.largest)"), from: normalisation(size: 0), [image])
    expect(
      setting("alpha", "-1.0", "a finite number, 0 or more"), from: normalisation(alpha: -1),
      [image])
    expect(setting("beta", "nan", "a finite number"), from: normalisation(beta: .nan), [image])
    expect(setting("k", "0.0", "a finite number above 0"), from: normalisation(k: 0), [image])
    expect(
      .rank("LocalResponseNorm", expected: 4, actual: [2, 6]), from: normalisation(), [[2, 6]])
  }

  @Test func `shared choices of dropout`() {
    expect(
      .axes("Dropout", axes: [2, 2], actual: image),
      from: Dropout(probability: 0.5, stream: 0, sharedAxes: [2, 2]), [image])
    expect(
      .axes("Dropout", axes: [-1], actual: image),
      from: Dropout(probability: 0.5, stream: 0, sharedAxes: [-1]), [image])
  }

  @Test func `blocks of dropout`() {
    expect(
      .setting("DropBlock", name: "probability", value: "1.0", allowed: "0 or more and below 1"),
      from: DropBlock(probability: 1, blockSize: 7, stream: 0), [image])
    expect(
      .setting("DropBlock", name: "blockSize", value: "0", allowed: "1 or more"),
      from: DropBlock(probability: 0.1, blockSize: 0, stream: 0), [image])
    expect(
      .rank("DropBlock", expected: 4, actual: [2, 6]),
      from: DropBlock(probability: 0.1, blockSize: 7, stream: 0), [[2, 6]])
  }
}
