import Foundation

extension Glossary {
  static let training = [
    GlossaryEntry(
      "cross-entropy", aliases: ["cross entropy loss", "softmax"],
      "The loss of a classifier: minus the logarithm of the chance that it gives the right class. Softmax is part of it, so the "
        + "network ends in scores, not in softmax.",
      formula: "loss = −log(exp(z_right) / sum of exp(z))",
      source: "I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 6.2",
      related: ["label smoothing"]
    ) {
      let chances = Example.softmax([2, 1, 0])
      return
        "Scores [2, 1, 0]: chances \(list(chances)); the loss is \(decimal(-log(chances[0]))) where the first is right. Ten even "
        + "chances: \(decimal(log(10.0)))."
    },
    GlossaryEntry(
      "stochastic gradient descent", aliases: ["SGD", "gradient descent"],
      "Weights move against the gradient of a batch's loss. Nothing promises the lowest minimum; a small rate at the end lowers "
        + "the noise about one.",
      formula: "w ← w − lr·g",
      source: "L. Bottou, F. Curtis, J. Nocedal, arXiv:1606.04838",
      related: ["momentum", "learning rate", "batch size"]
    ) {
      let weight = (0..<10).reduce(1.0) { weight, _ in weight - 0.1 * 2 * weight }
      return "Ten steps of lr 0.1 down w² from 1: \(decimal(weight))."
    },
    GlossaryEntry(
      "momentum", aliases: ["cyclical momentum"],
      "The step follows an average of past gradients. 1cycle lowers it while the rate rises and raises it again, 0.95–0.85–0.95 "
        + "by fastai's default.",
      formula: "v ← m·v + g; w ← w − lr·v",
      source: "I. Sutskever et al., ICML 2013; L. Smith, arXiv:1803.09820",
      related: ["stochastic gradient descent", "1cycle"]
    ) {
      let speed = (0..<100).reduce(0.0) { speed, _ in 0.9 * speed + 1 }
      return
        "m = 0.9 and a gradient of 1: after 100 steps v is \(decimal(speed)) times the gradient."
    },
    GlossaryEntry(
      "learning rate", aliases: ["warm-up", "warmup"],
      "How far a step goes. Too high a rate at the start may diverge, which warming up avoids; too low a one takes long.",
      source: "P. Goyal et al., arXiv:1706.02677",
      related: ["learning rate finder", "1cycle", "stochastic gradient descent"]
    ) {
      let ends = [0.1, 0.9, 1.1].map { rate in
        let weight = (0..<10).reduce(1.0) { weight, _ in weight - rate * 2 * weight }
        return "\(decimal(weight.magnitude)) for lr \(rate)"
      }
      return "Ten steps down w² from 1 end at distance \(ends.joined(separator: ", "))."
    },
    GlossaryEntry(
      "1cycle", aliases: ["one cycle", "one-cycle policy", "super-convergence"],
      "The rate rises from a small to a high one and falls to almost nothing, over one run; momentum does the opposite. High "
        + "rates are thought to regularise and to leave sharp minima.",
      formula: "lr(t) = low + (high − low)·(1 + cos(π·(1 − t))) / 2 while it rises",
      source: "L. Smith, N. Topin, arXiv:1708.07120; L. Smith, arXiv:1803.09820",
      related: ["momentum", "learning rate finder"]
    ) {
      let (low, high) = (0.06 / 25, 0.06)
      let rates = [0, 0.5, 1].map { low + (high - low) * (1 - cos(.pi * $0)) / 2 }
      return
        "To a maximum of 0.06 from a 25th of it: \(list(rates)) at the start, half way and the end of the rise."
    },
    GlossaryEntry(
      "learning rate finder", aliases: ["lr finder", "lr_find", "LR range test"],
      "A short run in which the rate grows by a factor each step until the loss explodes; a good rate lies where it falls "
        + "steeply. Weights and data order are put back after it.",
      formula: "lr_i = low·(high/low)^(i/n)",
      source: "L. Smith, arXiv:1506.01186", related: ["learning rate", "1cycle"]
    ) {
      let rates = [0.0, 0.25, 0.5, 0.75, 1].map { 1e-7 * pow(10 / 1e-7, $0) }
      return "From 1e-7 to 10: " + rates.map { String(format: "%.0e", $0) }.joined(separator: ", ")
        + "."
    },
    GlossaryEntry(
      "batch size", aliases: ["batch", "mini-batch"],
      "Images a step. More make the gradient steadier and use the machine better, cost memory in proportion, and leave fewer "
        + "steps an epoch; the rate is often scaled along, after warming up.",
      formula: "steps an epoch = ⌈images / batch⌉",
      source: "P. Goyal et al., arXiv:1706.02677",
      related: ["gradient accumulation", "learning rate"]
    ) {
      let steps = [64, 512].map { "\((60_000 + $0 - 1) / $0) of \($0)" }
      return "60,000 images: \(steps.joined(separator: ", "))."
    },
    GlossaryEntry(
      "gradient accumulation", aliases: ["accumulate gradients"],
      "Gradients of several small batches are averaged before a step. It equals a larger batch, but for batch normalisation, "
        + "whose statistics stay those of the small ones.",
      source: "P. Goyal et al., arXiv:1706.02677",
      related: ["batch size", "batch normalisation", "group normalisation"]
    ) {
      let small = [BatchNormQuestion.normalized([1, 3]), BatchNormQuestion.normalized([7, 9])]
      let large = BatchNormQuestion.normalized([1, 3, 7, 9])
      return
        "[1, 3, 7, 9] normalised in two batches: \(list(small.flatMap { $0 })); in one: \(list(large))."
    },
    GlossaryEntry(
      "vanishing gradient",
      aliases: ["exploding gradient", "vanishing gradients", "initialisation"],
      "Gradients are products over layers: factors below 1 make them vanish, above 1 explode. Initial weights of variance 2/fan-in "
        + "keep ReLU networks in balance; normalisation and skip connections help.",
      formula: "variance of weights 2/(k·k·C_in)",
      source: "X. Glorot, Y. Bengio, AISTATS 2010; K. He et al., arXiv:1502.01852",
      related: ["residual block", "batch normalisation"]
    ) {
      let layer = try Example.convolution(56, 56, 64, filters: 64, kernel: 3, padding: 1)
      let deviation = (2 / Double(layer.weights / 64)).squareRoot()
      return
        "0.5^50 = \(String(format: "%.1e", pow(0.5, 50))), 1.5^50 = \(String(format: "%.1e", pow(1.5, 50))). For 3×3 on 64 "
        + "channels the deviation is \(decimal(deviation))."
    },
    GlossaryEntry(
      "transfer learning", aliases: ["fine-tuning", "pretrained"],
      "Starting from weights that were trained on other data, with a new head; first layers carry over best. Images must be "
        + "prepared as those weights expect: size, range, mean and deviation differ from network to network.",
      source: "J. Yosinski et al., arXiv:1411.1792",
      related: ["overfitting", "discriminative learning rates"]
    ) {
      let pixel = 128.0 / 255
      return
        "Grey 128 is \(decimal((pixel - 0.485) / 0.229)) to a network that expects mean 0.485 and deviation 0.229, and "
        + "\(decimal((pixel - 0.5) / 0.5)) to one that expects 0.5 and 0.5."
    },
    GlossaryEntry(
      "discriminative learning rates", aliases: ["layer-wise learning rates"],
      "Lower rates for earlier layers when a trained network is tuned, since they need to change least.",
      formula: "lr_layer = lr / f^(layers above)",
      source: "J. Howard, S. Ruder, arXiv:1801.06146", related: ["transfer learning"]
    ) {
      let rates = [2, 1, 0].map { String(format: "%g", 0.01 / pow(10, Double($0))) }
      return "Three groups, f = 10, lr 0.01: \(rates.joined(separator: ", "))."
    },
    GlossaryEntry(
      "distillation", aliases: ["knowledge distillation"],
      "A small network learns the chances that a large one gives, softened by a temperature T, besides the labels.",
      formula: "softmax(z / T)",
      source: "G. Hinton, O. Vinyals, J. Dean, arXiv:1503.02531", related: ["cross-entropy"]
    ) {
      let scores = [6.0, 2, 0]
      return
        "Scores \(list(scores)): \(list(Example.softmax(scores))) at T = 1, \(list(Example.softmax(scores.map { $0 / 4 }))) at T = 4."
    },
    GlossaryEntry(
      "bag of tricks",
      aliases: ["training tricks", "linear scaling", "no bias decay", "zero gamma"],
      "Small changes that together took ResNet-50 from 75.3 to 79.29 % top-1 on ImageNet. For large batches: linear scaling of the "
        + "rate, warm-up, zero γ in the last batch normalisation of each residual block, no decay of biases. Numbers of 16 bits. "
        + "Three changes of the network: ResNet-B, -C and -D. In training: cosine decay, label smoothing, distillation, "
        + "mixup. Transfer to detection and segmentation is what the paper measures it by, and no trick.",
      formula: "lr = 0.1·batch/256",
      source: "T. He et al., arXiv:1812.01187",
      related: ["learning rate", "label smoothing", "distillation", "mixup", "weight decay"]
    ) {
      let batch = 1024
      let steps = 5 * ((1_281_167 + batch - 1) / batch)
      return
        "A batch of \(grouped(batch)): lr \(decimal(0.1 * Double(batch) / 256)), reached over 5 epochs of 1,281,167 images: "
        + "\(grouped(steps)) steps."
    },
  ]
}
