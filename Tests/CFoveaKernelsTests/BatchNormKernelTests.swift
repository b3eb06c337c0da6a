import CFoveaKernels
import FoveaTensors
import Testing

private typealias Support = OperationKernelSupport

@Suite struct BatchNormKernelTests {
  /// Fewer channels than a vector, more, and many; fewer rows than a block, and many.
  static let sizes = [
    (2, 1), (2, 3), (5, 8), (49, 5), (64, 17), (1000, 64), (20_011, 1), (9001, 3), (9001, 4),
    (3000, 17), (700, 100), (130, 2048), (3, 515),
  ]

  /// What is normalised: [rows][channels], each channel with a mean and a deviation of its own.
  private static func image(rows: Int, channels: Int) -> [Float] {
    var image = Support.random(rows * channels, stream: 1)
    for index in image.indices {
      let channel = index % channels
      image[index] = image[index] * Float(1 + channel % 3) + Float(channel % 5) * 20
    }
    return image
  }

  /// Means and sums of squared deviations of each channel.
  private static func statistics(
    _ image: [Float], channels: Int
  ) -> (mean: [Double], squares: [Double]) {
    let rows = Double(image.count / channels)
    var mean = [Double](repeating: 0, count: channels)
    for (index, x) in image.enumerated() { mean[index % channels] += Double(x) / rows }
    var squares = [Double](repeating: 0, count: channels)
    for (index, x) in image.enumerated() {
      let deviation = Double(x) - mean[index % channels]
      squares[index % channels] += deviation * deviation
    }
    return (mean, squares)
  }

  @Test(arguments: sizes, [false, true])
  func `training normalises with the batch's statistics and moves the running ones`(
    size: (rows: Int, channels: Int), isAffine: Bool
  ) throws {
    let (rows, channels) = size
    let image = Self.image(rows: rows, channels: channels)
    let weight = Support.random(channels, stream: 2, shift: 1.5)
    let bias = Support.random(channels, stream: 3)
    let runningMean = Support.random(channels, stream: 4)
    let runningVariance = Support.random(channels, stream: 5, shift: 2)
    let exact = Self.statistics(image, channels: channels)
    let epsilon = Double(Float(1e-5))
    let deviations = exact.squares.map { (1 / ($0 / Double(rows) + epsilon)).squareRoot() }
    let momentum = Double(Float(0.1))

    // The running statistics are written apart, or over the old ones.
    for inPlace in [false, true] {
      for results in try Support.results({ run in
        let source = run.buffer(image)
        let (weights, biases) = (run.buffer(weight), run.buffer(bias))
        let (oldMean, oldVariance) = (run.buffer(runningMean), run.buffer(runningVariance))
        let out = run.buffer(count: rows * channels)
        let saved = [run.buffer(count: channels), run.buffer(count: channels)]
        let new =
          inPlace
          ? [oldMean, oldVariance] : [run.buffer(count: channels), run.buffer(count: channels)]
        let workspace = run.buffer(bytes: fovea_batch_norm_workspace_bytes(rows, channels))
        let arguments = fovea_batch_norm_arguments(
          rows: rows, channels: channels, epsilon: 1e-5, momentum: 0.1, in: source.start,
          weight: isAffine ? UnsafePointer(weights.start) : nil,
          bias: isAffine ? UnsafePointer(biases.start) : nil, running_mean: oldMean.start,
          running_variance: oldVariance.start, workspace: workspace.start, out: out.start,
          mean: saved[0].start, inverse_deviation: saved[1].start, new_running_mean: new[0].start,
          new_running_variance: new[1].start, epilogue: fovea_epilogue())
        try withArguments(arguments) { arguments in
          try run(
            kernelSteps { fovea_batch_norm_training_steps(run.kernels, arguments, $0) },
            scratchBytes: fovea_batch_norm_scratch_bytes(channels))
        }
        #expect(workspace.marginIsIntact)
        return [out] + saved + new
      }) {
        Support.expectClose(results[1], exact.mean, "mean") { 1e-6 * max(1, abs(exact.mean[$0])) }
        Support.expectClose(results[2], deviations, "deviation") { 1e-5 * deviations[$0] }
        Support.expectClose(
          results[3],
          zip(runningMean, exact.mean).map { Double($0) * (1 - momentum) + $1 * momentum },
          "running mean"
        ) { _ in 1e-5 }
        Support.expectClose(
          results[4],
          zip(runningVariance, exact.squares).map {
            Double($0) * (1 - momentum) + $1 / Double(rows - 1) * momentum
          }, "running variance"
        ) { _ in 1e-5 }
        let expected = image.indices.map { index in
          let channel = index % channels
          let normal = (Double(image[index]) - exact.mean[channel]) * deviations[channel]
          return isAffine ? normal * Double(weight[channel]) + Double(bias[channel]) : normal
        }
        Support.expectClose(results[0], expected, "result") { index in
          // What the mean's own rounding does, seen through the deviation.
          let channel = index % channels
          let rounding = deviations[channel] * max(1, abs(exact.mean[channel])) * 1e-6
          return 3 * (rounding + 1e-5 * abs(expected[index]) + 1e-6)
        }
      }
    }
  }

  @Test(arguments: sizes + [(1, 1), (1, 8), (1, 17)], [false, true])
  func `inference normalises with the running statistics`(
    size: (rows: Int, channels: Int), isAffine: Bool
  ) throws {
    let (rows, channels) = size
    let image = Support.random(rows * channels, stream: 1, scale: 4)
    let weight = Support.random(channels, stream: 2, shift: 1.5)
    let bias = Support.random(channels, stream: 3)
    let mean = Support.random(channels, stream: 4)
    let variance = Support.random(channels, stream: 5, shift: 1.1)
    let expected = image.indices.map { index in
      let channel = index % channels
      let normal =
        (Double(image[index]) - Double(mean[channel]))
        / (Double(variance[channel]) + Double(Float(1e-3))).squareRoot()
      return isAffine ? normal * Double(weight[channel]) + Double(bias[channel]) : normal
    }
    for inPlace in [false, true] {
      for results in try Support.results({ run in
        let source = run.buffer(image)
        let (weights, biases) = (run.buffer(weight), run.buffer(bias))
        let (means, variances) = (run.buffer(mean), run.buffer(variance))
        let out = inPlace ? source : run.buffer(count: rows * channels)
        let arguments = fovea_batch_norm_arguments(
          rows: rows, channels: channels, epsilon: 1e-3, momentum: 0, in: source.start,
          weight: isAffine ? UnsafePointer(weights.start) : nil,
          bias: isAffine ? UnsafePointer(biases.start) : nil, running_mean: means.start,
          running_variance: variances.start, workspace: nil, out: out.start, mean: nil,
          inverse_deviation: nil, new_running_mean: nil, new_running_variance: nil,
          epilogue: fovea_epilogue())
        try withArguments(arguments) { arguments in
          try run(
            kernelSteps { fovea_batch_norm_inference_steps(run.kernels, arguments, $0) },
            scratchBytes: fovea_batch_norm_scratch_bytes(channels))
        }
        return [out]
      }) { Support.expectClose(results[0], expected) { 2e-6 * (1 + abs(expected[$0])) } }
    }
  }

  @Test(arguments: sizes, [false, true])
  func `the gradient is that of the formula`(
    size: (rows: Int, channels: Int), isAffine: Bool
  ) throws {
    let (rows, channels) = size
    let image = Self.image(rows: rows, channels: channels)
    let gradient = Support.random(rows * channels, stream: 6)
    let weight = Support.random(channels, stream: 2, shift: 1.5)
    let statistics = Self.statistics(image, channels: channels)
    // The kernel is given float32 statistics: those are what it must differentiate with.
    let mean = statistics.mean.map { Float($0) }
    let deviation = statistics.squares.map {
      Float((1 / ($0 / Double(rows) + 1e-5)).squareRoot())
    }
    let normal = image.indices.map { index in
      (Double(image[index]) - Double(mean[index % channels])) * Double(deviation[index % channels])
    }
    var (sums, products) = (
      [Double](repeating: 0, count: channels), [Double](repeating: 0, count: channels)
    )
    var magnitudes = sums
    for index in image.indices {
      sums[index % channels] += Double(gradient[index])
      products[index % channels] += Double(gradient[index]) * normal[index]
      magnitudes[index % channels] += abs(Double(gradient[index])) * max(1, abs(normal[index]))
    }
    let expected = image.indices.map { index in
      let channel = index % channels
      let centred =
        Double(gradient[index]) - sums[channel] / Double(rows)
        - normal[index] * products[channel] / Double(rows)
      return centred * Double(deviation[channel]) * (isAffine ? Double(weight[channel]) : 1)
    }
    // Which of the three results are asked for, and whether the first takes its gradient's place.
    let choices = [
      (true, true, true, false), (true, true, true, true), (false, true, true, false),
      (true, false, false, false), (false, false, true, false),
    ]
    for (wantsInput, wantsWeight, wantsBias, inPlace) in choices {
      for results in try Support.results({ run in
        let (source, gradients) = (run.buffer(image), run.buffer(gradient))
        let (means, deviations) = (run.buffer(mean), run.buffer(deviation))
        let weights = run.buffer(weight)
        let out = inPlace ? gradients : run.buffer(count: rows * channels)
        let (weightGradient, biasGradient) = (
          run.buffer(count: channels), run.buffer(count: channels)
        )
        let workspace = run.buffer(bytes: fovea_batch_norm_workspace_bytes(rows, channels))
        let arguments = fovea_batch_norm_gradient_arguments(
          rows: rows, channels: channels, in: source.start, out_gradient: gradients.start,
          mean: means.start, inverse_deviation: deviations.start,
          weight: isAffine ? UnsafePointer(weights.start) : nil, workspace: workspace.start,
          in_gradient: wantsInput ? out.start : nil,
          weight_gradient: wantsWeight ? weightGradient.start : nil,
          bias_gradient: wantsBias ? biasGradient.start : nil, epilogue: fovea_epilogue())
        try withArguments(arguments) { arguments in
          try run(
            kernelSteps { fovea_batch_norm_gradient_steps(run.kernels, arguments, $0) },
            scratchBytes: fovea_batch_norm_scratch_bytes(channels))
        }
        #expect(workspace.marginIsIntact)
        return [out, weightGradient, biasGradient]
      }) {
        if wantsInput {
          Support.expectClose(results[0], expected, "input") {
            2e-5 * Double(deviation[$0 % channels]) * (1 + abs(normal[$0]))
          }
        }
        if wantsWeight {
          Support.expectClose(results[1], products, "weight") { 1e-5 * magnitudes[$0] }
        }
        if wantsBias { Support.expectClose(results[2], sums, "bias") { 1e-5 * magnitudes[$0] } }
      }
    }
  }

  @Test func `NaN reaches its channel alone`() throws {
    for results in try Support.results({ run in
      let source = run.buffer(count: 30) { $0 == 13 ? .nan : Float($0 % 7) }
      let out = run.buffer(count: 30)
      let vectors = (0..<6).map { _ in run.buffer(count: 3) { _ in 1 } }
      let workspace = run.buffer(bytes: fovea_batch_norm_workspace_bytes(10, 3))
      let arguments = fovea_batch_norm_arguments(
        rows: 10, channels: 3, epsilon: 1e-5, momentum: 0.1, in: source.start, weight: nil,
        bias: nil, running_mean: vectors[0].start, running_variance: vectors[1].start,
        workspace: workspace.start, out: out.start, mean: vectors[2].start,
        inverse_deviation: vectors[3].start, new_running_mean: vectors[4].start,
        new_running_variance: vectors[5].start, epilogue: fovea_epilogue())
      try withArguments(arguments) { arguments in
        try run(
          kernelSteps { fovea_batch_norm_training_steps(run.kernels, arguments, $0) },
          scratchBytes: fovea_batch_norm_scratch_bytes(3))
      }
      return [out]
    }) {
      #expect(results[0].values.enumerated().allSatisfy { $1.isNaN == ($0 % 3 == 1) })
    }
  }
}
