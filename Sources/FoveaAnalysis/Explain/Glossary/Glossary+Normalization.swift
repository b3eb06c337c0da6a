import Foundation

extension Glossary {
  static let normalization = [
    GlossaryEntry(
      "batch normalisation", aliases: ["batchnorm", "BN", "batch normalization", "BatchNorm2d"],
      "Each channel is brought to mean 0 and variance 1, by the batch's statistics in training and by running ones in use, then "
        + "scaled by gamma and shifted by beta, which are learned. Why it helps is unsettled: it smooths the loss more than it "
        + "steadies distributions. Before or after the activation is a choice.",
      formula: "y = γ·(x − μ) / √(σ² + ε) + β",
      source: "S. Ioffe, C. Szegedy, arXiv:1502.03167; S. Santurkar et al., arXiv:1805.11604",
      related: ["bias", "group normalisation", "running statistics"]
    ) {
      let values = [1.0, 2, 3, 6]
      let working = try BatchNormQuestion(
        input: MapExtents(height: 56, width: 56, channels: 64)
      ).working()
      guard case .count(let numbers)? = working.results["numbers"] else { return "" }
      return
        "\(list(values)) becomes \(list(BatchNormQuestion.normalized(values))) with γ = 1, β = 0; 64 channels hold \(numbers) numbers."
    },
    GlossaryEntry(
      "running statistics", aliases: ["running mean", "running variance", "moving average"],
      "Averages that training keeps of the batches' means and unbiased variances, with weight m for the newest (0.1 in PyTorch; "
        + "Keras calls 1 − m momentum). Use takes them in place of a batch's.",
      formula: "running ← (1 − m)·running + m·batch",
      source: "S. Ioffe, C. Szegedy, arXiv:1502.03167", related: ["batch normalisation"]
    ) {
      let mean = (0..<10).reduce(0.0) { mean, _ in 0.9 * mean + 0.1 * 5 }
      return "From 0, after ten batches of mean 5 and m = 0.1: \(decimal(mean))."
    },
    GlossaryEntry(
      "group normalisation", aliases: ["group norm", "GN", "GroupNorm"],
      "Mean and variance of groups of channels within each image, so that the batch's size does not matter and nothing is kept "
        + "running. It has gamma and beta as well. Batch normalisation wants about 8 images a worker or more.",
      formula: "y = γ·(x − μ_group) / √(σ²_group + ε) + β",
      source: "Y. Wu, K. He, arXiv:1803.08494",
      related: ["batch normalisation", "layer normalisation", "weight standardisation"]
    ) {
      "64 channels in 32 groups on 56×56: \(grouped(64 / 32 * 56 * 56)) values behind each mean, for any batch."
    },
    GlossaryEntry(
      "layer normalisation", aliases: ["layer norm", "instance normalisation", "instance norm"],
      "Group normalisation with one group: all channels of an image together (of a pixel alone, in transformers and ConvNeXt). "
        + "With a group a channel it is instance normalisation.",
      source: "J. Ba, J. Kiros, G. Hinton, arXiv:1607.06450; D. Ulyanov et al., arXiv:1607.08022",
      related: ["group normalisation"]
    ) {
      "64 channels on 56×56: \(grouped(64 * 56 * 56)) values behind a mean with one group, \(grouped(56 * 56)) with 64."
    },
    GlossaryEntry(
      "weight standardisation", aliases: ["weight standardization", "WS"],
      "Each filter's weights are brought to mean 0 and variance 1 before they are used. With group normalisation it matches batch "
        + "normalisation at tiny batches; it can be baked into the weights for shipping.",
      formula: "w' = (w − mean(w)) / √(var(w) + ε), a filter at a time",
      source: "S. Qiao et al., arXiv:1903.10520; A. Kolesnikov et al. (BiT), arXiv:1912.11370",
      related: ["group normalisation"]
    ) {
      "The filter [1, 2, 3, 6] is used as \(list(BatchNormQuestion.normalized([1, 2, 3, 6])))."
    },
    GlossaryEntry(
      "dropout",
      "In training each number is zeroed with chance p and the others are divided by 1 − p, so that the mean stays; in use "
        + "nothing happens.",
      formula: "y = x·mask / (1 − p)",
      source: "N. Srivastava et al., JMLR 15 (2014); G. Hinton et al., arXiv:1207.0580",
      related: ["weight decay", "overfitting"]
    ) {
      let p = 0.2
      let kept = [2.0, 4, 6, 8].enumerated().map { $0.offset == 1 ? 0 : $0.element / (1 - p) }
      return "p = \(p), the second of [2, 4, 6, 8] dropped: \(list(kept))."
    },
    GlossaryEntry(
      "weight decay", aliases: ["L2 regularisation", "AdamW"],
      "Weights shrink a little at each step. For plain gradient descent it equals a penalty on their squares; for Adam it does "
        + "not, which is why AdamW decays apart. Biases and normalisation are often left out.",
      formula: "w ← w − lr·(gradient + λ·w)",
      source: "I. Loshchilov, F. Hutter, arXiv:1711.05101", related: ["dropout", "momentum"]
    ) {
      let weight = (0..<1000).reduce(1.0) { weight, _ in weight * (1 - 0.1 * 5e-4) }
      return "lr 0.1, λ 0.0005, no gradient: after 1,000 steps a weight of 1 is \(decimal(weight))."
    },
    GlossaryEntry(
      "label smoothing",
      "The target gives the right class 1 − ε and shares ε among all classes, so that scores need not grow for ever.",
      formula: "target = (1 − ε)·one-hot + ε/K",
      source: "C. Szegedy et al., arXiv:1512.00567", related: ["cross-entropy", "mixup"]
    ) {
      let (epsilon, classes) = (0.1, 10.0)
      return
        "ε = 0.1, ten classes: \(decimal(1 - epsilon + epsilon / classes)) for the right one, \(decimal(epsilon / classes)) for each other."
    },
    GlossaryEntry(
      "mixup",
      "Two images and their targets are blended in one proportion, drawn anew from Beta(α, α); CutMix pastes a rectangle and "
        + "blends targets by area.",
      formula: "x = λ·x₁ + (1 − λ)·x₂, y = λ·y₁ + (1 − λ)·y₂",
      source: "H. Zhang et al., arXiv:1710.09412",
      related: ["label smoothing", "data augmentation"]
    ) {
      let share = 0.7
      let mixed = zip([10.0, 20], [30.0, 0]).map { share * $0 + (1 - share) * $1 }
      return
        "λ = 0.7: pixels [10, 20] and [30, 0] make \(list(mixed)), with target \(list([share, 1 - share]))."
    },
    GlossaryEntry(
      "data augmentation", aliases: ["augmentation"],
      "Showing changed copies that keep the label: flips, crops, shifts, turns, colours. It tells the network what not to "
        + "care about.",
      source: "C. Shorten, T. Khoshgoftaar, J. Big Data 6 (2019), doi:10.1186/s40537-019-0197-0",
      related: ["mixup", "overfitting"]
    ) {
      let places = (40 - 32 + 1) * (40 - 32 + 1)
      return
        "Crops of 32×32 from an image padded to 40×40, with flips: \(2 * places) views of one image."
    },
    GlossaryEntry(
      "overfitting",
      "The training data are learned by heart: their loss falls on while that of other data rises. More data, augmentation, "
        + "weight decay, dropout, a smaller network or a pretrained one help.",
      source: "I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 5.2",
      related: ["dropout", "data augmentation", "transfer learning"]
    ) {
      let parameters = try Example.linearParameters(28 * 28, 10)
      return
        "One dense layer on 28×28 has \(grouped(parameters)) parameters: as many as \(parameters / (28 * 28)) images have "
        + "pixels."
    },
  ]
}
