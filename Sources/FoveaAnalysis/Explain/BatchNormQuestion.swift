/// What batch normalisation holds and does.
public struct BatchNormQuestion: Hashable, Codable, Sendable {
  /// The map that it normalises, one image of it.
  public var input: MapExtents
  /// Images of a batch.
  public var batch: Int

  /// Asks about batch normalisation of `batch` images.
  public init(input: MapExtents, batch: Int = 32) {
    self.input = input
    self.batch = batch
  }

  /// Works it out.
  ///
  /// Results: `trained`, `running`, `numbers`, `valuesPerChannel`.
  ///
  /// - Throws: `ExplainError` for numbers out of range.
  public func working() throws(ExplainError) -> Working {
    try expect("batch", batch)
    _ = try input.shape()
    let channels = Formula.symbol("C", input.channels)
    var working = Working("Batch normalisation of \(batch)×\(input.text)")
    let trained = try working.add("Trained: gamma and beta", "trained", by: 2 * channels)
    let running = try working.add("Kept up: running mean and variance", "running", by: 2 * channels)
    try working.add(
      "Numbers held", "numbers", by: .symbol("trained", trained) + .symbol("kept up", running))
    let values = try working.add(
      "Values behind each mean and variance", "valuesPerChannel",
      by: .product(of: [
        .symbol("N", batch), .symbol("H", input.height), .symbol("W", input.width),
      ]))
    working.notes = [
      "Training: y = γ·(x − μ) / √(σ² + ε) + β, with mean μ and variance σ² of the batch, one pair a channel.",
      "Inference: the same with the running mean and variance, running ← (1 − m)·running + m·batch, m = 0.1 in "
        + "PyTorch. The variance that is kept is the unbiased one, of n − 1"
        + (values > 1
          ? ": \(grouped(values))/\(grouped(values - 1)) of the one that normalises." : "."),
      biasNote,
      "For shipping it folds into the convolution before it: w ← w·γ/√(σ² + ε), b ← β + (b − μ)·γ/√(σ² + ε).",
      "PyTorch counts the batches too (num_batches_tracked), one more number.",
    ]
    if values == 1 {
      working.notes.append(
        "One value a channel has no variance: training needs more images, or a larger map.")
    } else if batch < 8 {
      working.notes.append(
        "\(batch) image\(batch == 1 ? "" : "s") at a time give\(batch == 1 ? "s" : "") noisy statistics: group "
          + "normalisation has none. Accumulating gradients does not change them.")
    }
    working.sources = ["S. Ioffe, C. Szegedy, arXiv:1502.03167"]
    return working
  }

  /// Two normalisations, one of them behind a bias, and that they agree.
  private var biasNote: String {
    let values = [1.0, 2, 3, 6]
    let bias = 5.0
    let plain = Self.normalized(values)
    let shifted = Self.normalized(values.map { $0 + bias })
    let isSame = zip(plain, shifted).allSatisfy { abs($0 - $1) < 1e-9 }
    func text(_ numbers: [Double]) -> String {
      numbers.map(decimal).joined(separator: ", ")
    }
    return
      "A convolution's bias before it is redundant, since it shifts the mean by as much: \(text(values)) normalises to "
      + "\(text(plain)), and so \(isSame ? "does" : "does not") \(text(values.map { $0 + bias }))."
  }

  /// Mean 0, variance 1.
  static func normalized(_ values: [Double]) -> [Double] {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    return values.map { ($0 - mean) / (variance + 1e-5).squareRoot() }
  }
}
