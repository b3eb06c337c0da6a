import FoveaGraph
import FoveaTensors

/// Statistics of few samples are noise, and those of one value are nothing.
struct BatchNormBatch: LintRule {
  let identifier = "batch-norm-batch"
  let severity = LintSeverity.error
  let finds = "batch normalisation over fewer than 8 samples a worker"
  let source = "Y. Wu, K. He, Group Normalization, arXiv:1803.08494"

  /// From 8 samples a worker on, the statistics are good enough; it is samples, not batches.
  private static let enough = 8

  /// Errors of ResNet-50 on ImageNet, in per cent, by samples a worker.
  private static let published: [(samples: Int, batchNorm: Double, groupNorm: Double)] = [
    (2, 34.7, 24.1), (4, 27.3, 24.2), (8, 24.8, 24.0), (16, 23.7, 24.2), (32, 23.6, 24.1),
  ]

  func canCheck(_ network: LintContext) -> Bool {
    network.batch != nil || normalisations(of: network).isEmpty
  }

  /// The network as it answers has the same layers, and shapes that a batch of 1 cannot break.
  private func normalisations(of network: LintContext) -> [LintLayer] {
    network.layers.filter {
      $0.node.operation is BatchNorm2d || $0.node.operation is BatchNorm2dTraining
    }
  }

  func findings(in network: LintContext) -> [LintFinding] {
    let layers = normalisations(of: network)
    guard let batch = network.batch, batch < Self.enough, let first = layers.first else {
      return []
    }
    let single = layers.filter { batch == 1 && $0.pixels == 1 }.map { layer in
      finding(
        .error, at: layer.path,
        "with 1 sample and a 1×1 map, each channel has one value, whose variance is 0: this layer "
          + "cannot train",
        numbers: ["samples": 1, "values": 1], remedy: "take 2 samples or more, or leave it out")
    }
    let near = Self.published.first { $0.samples >= batch } ?? Self.published[0]
    return single + [
      finding(
        .warning, at: first.path,
        "\(LintText.counted(layers.count, "BatchNorm layer")) would take statistics of "
          + "\(LintText.counted(batch, "sample")); with \(near.samples) a worker, ResNet-50 errs in "
          + "\(near.batchNorm) % of ImageNet's images, with GroupNorm in \(near.groupNorm) %, and "
          + "with 32 in 23.6 % and 24.1 %",
        numbers: [
          "layers": Double(layers.count), "samples": Double(batch), "enough": Double(Self.enough),
          "publishedSamples": Double(near.samples), "batchNormError": near.batchNorm,
          "groupNormError": near.groupNorm,
        ],
        remedy: "take 8 samples or more a worker, or GroupNorm in place of BatchNorm; accumulating "
          + "gradients does not mend the statistics, which stay those of \(batch) at a time")
    ]
  }
}
