import FoveaChecks
import FoveaGraph
import FoveaTensors
import FuzzSupport

extension OperationCase {
  static let smoothActivations: [String: Drawing] = [
    "GELU": {
      OperationCase(
        GELU(approximate: $0.element(of: GELU.Approximation.allCases)),
        [.random($0.shape(), in: -5...5)])
    },
    "GELUGradient": {
      let shape = $0.shape()
      return OperationCase(
        GELUGradient(approximate: $0.element(of: GELU.Approximation.allCases)),
        [.random(shape), .random(shape, in: -5...5)])
    },
    "ELU": {
      OperationCase(
        ELU(alpha: $0.element(of: [0, 1, 1.75])), [.random($0.shape(), in: -5...5)])
    },
    "ELUGradient": {
      let shape = $0.shape()
      return OperationCase(
        ELUGradient(alpha: $0.element(of: [1, 1.75])), [.random(shape), .random(shape)])
    },
    "PReLU": {
      let shape = $0.shape(rank: 2...5)
      return OperationCase(PReLU(), [.random(shape), [$0.bool() ? shape[1] : 1]])
    },
    "Softplus": {
      // The threshold is passed by the larger inputs.
      OperationCase(
        Softplus(beta: $0.element(of: [1, 2.5]), threshold: $0.element(of: [20, 2])),
        [.random($0.shape(), in: -5...5)])
    },
    "SoftplusGradient": {
      let shape = $0.shape()
      return OperationCase(
        SoftplusGradient(beta: $0.element(of: [1, 2.5]), threshold: $0.element(of: [20, 2])),
        [.random(shape), .random(shape, in: -5...5)])
    },
    "Mish": { OperationCase(Mish(), [.random($0.shape(), in: -5...5)]) },
    "MishGradient": {
      let shape = $0.shape()
      return OperationCase(MishGradient(), [.random(shape), .random(shape, in: -5...5)])
    },
  ]

  /// Normalisations within an image.
  static let imageNormalisation: [String: Drawing] = [
    "GroupNorm": {
      let (shape, groups) = groupedShape(&$0)
      let operation = GroupNorm(groups: groups, epsilon: $0.element(of: [1e-2, 1e-3]))
      return OperationCase(
        operation, [.random(shape)] + parameters([shape[1]], &$0), gradients: .ofResults([0]))
    },
    "GroupNormGradient": {
      let (shape, groups) = groupedShape(&$0)
      let statistics: [CheckedInput] = [
        [shape[0], groups], .random([shape[0], groups], in: 0.5...2),
      ]
      return OperationCase(
        GroupNormGradient(groups: groups),
        [.random(shape), .random(shape)] + statistics + parameters([shape[1]], &$0).prefix(1),
        gradients: .none)
    },
    "LayerNorm": {
      let (shape, axes, parameter, _) = layer(&$0)
      let operation = LayerNorm(axes: axes, epsilon: $0.element(of: [1e-2, 1e-3]))
      return OperationCase(
        operation, [.random(shape)] + parameters(parameter, &$0), gradients: .ofResults([0]))
    },
    "LayerNormGradient": {
      let (shape, axes, parameter, statistic) = layer(&$0)
      return OperationCase(
        LayerNormGradient(axes: axes),
        [.random(shape), .random(shape), .random(statistic), .random(statistic, in: 0.5...2)]
          + parameters(parameter, &$0).prefix(1), gradients: .none)
    },
    "DropBlock": {
      OperationCase(
        DropBlock(
          probability: $0.element(of: [0, 0.1, 0.5]), blockSize: $0.integer(1...4),
          stream: UInt64($0.integer(0...1 << 30))),
        [.random($0.image())])
    },
    "StopGradient": {
      OperationCase(StopGradient(), [.random($0.shape())], gradients: .stopped)
    },
    "LocalResponseNorm": {
      OperationCase(responseNorm(&$0), [.random($0.image(), in: -2...2)])
    },
    "LocalResponseNormGradient": {
      let image = $0.image()
      return OperationCase(
        LocalResponseNormGradient(normalisation: responseNorm(&$0)),
        [.random(image), .random(image, in: -2...2)], gradients: .none)
    },
  ]

  /// Past one task and one vector.
  static let largeSmoothActivations = [
    OperationCase(GELU(approximate: .none), [.random([100_003], in: -20...20)]),
    OperationCase(
      GELUGradient(approximate: .none), [[100_003], .random([100_003], in: -20...20)]),
    OperationCase(GELU(approximate: .tanh), [.random([100_003], in: -20...20)]),
    OperationCase(ELU(alpha: 1), [.random([100_003], in: -100...100)]),
    OperationCase(Softplus(beta: 1, threshold: 20), [.random([100_003], in: -100...100)]),
    OperationCase(Mish(), [.random([100_003], in: -100...100)]),
    OperationCase(PReLU(), [[9, 17, 33, 30], [17]]),
  ]

  /// Past one block, one task and one vector.
  static let largeNormalisation = [
    OperationCase(GroupNorm(groups: 3, epsilon: 1e-5), [[2, 33, 40, 41], [33], [33]]),
    OperationCase(GroupNorm(groups: 8, epsilon: 1e-5), [[9, 8, 28, 28]]),
    OperationCase(GroupNorm(groups: 1, epsilon: 1e-5), [[2, 300, 7, 7], [300], [300]]),
    OperationCase(GroupNorm(groups: 5, epsilon: 1e-5), [[3, 15, 700], [15], [15]]),
    OperationCase(
      GroupNormGradient(groups: 3),
      [[2, 33, 40, 41], [2, 33, 40, 41], [2, 3], .random([2, 3], in: 0.5...2), [33]]),
    OperationCase(
      GroupNormGradient(groups: 5),
      [[3, 15, 700], [3, 15, 700], [3, 5], .random([3, 5], in: 0.5...2), [15]]),
    OperationCase(LayerNorm(axes: .channels, epsilon: 1e-5), [[3, 97, 20, 21], [97], [97]]),
    OperationCase(LayerNorm(axes: .trailing(1), epsilon: 1e-5), [[7, 9000], [9000], [9000]]),
    OperationCase(LayerNorm(axes: .trailing(3), epsilon: 1e-5), [[64, 30, 3, 3]]),
    OperationCase(
      LayerNormGradient(axes: .channels),
      [
        [3, 97, 20, 21], [3, 97, 20, 21], [3, 1, 20, 21], .random([3, 1, 20, 21], in: 0.5...2),
        [97],
      ]),
    OperationCase(
      LayerNormGradient(axes: .trailing(1)),
      [[7, 9000], [7, 9000], [7, 1], .random([7, 1], in: 0.5...2)]),
    OperationCase(DropBlock(probability: 0.2, blockSize: 5, stream: 7), [[9, 17, 33, 30]]),
    OperationCase(StopGradient(), [[9, 17, 33, 30]]),
    OperationCase(
      LocalResponseNorm(size: 5, alpha: 1, beta: 0.75, k: 2), [[3, 97, 20, 21]]),
    OperationCase(
      LocalResponseNormGradient(
        normalisation: LocalResponseNorm(size: 4, alpha: 1, beta: 0.75, k: 2)),
      [[3, 97, 20, 21], [3, 97, 20, 21]]),
  ]

  /// Weight and bias, weight alone, or neither.
  private static func parameters(
    _ shape: Shape, _ choices: inout SeededChoices
  ) -> [CheckedInput] {
    [.random(shape, in: 0.5...2), .random(shape)].prefix(choices.integer(0...2)).map { $0 }
  }

  /// A shape, and a number of groups that divides its channels; each group has several values.
  private static func groupedShape(_ choices: inout SeededChoices) -> (Shape, groups: Int) {
    let groups = choices.integer(1...4)
    let channels = groups * choices.integer(2...(choices.bool() ? 3 : 9))
    let behind = choices.element(of: [[], [5], [3, 4], [3, 4], [1, 1], [2, 3, 2]])
    return (Shape([choices.integer(1...3), channels] + behind), groups)
  }

  private static func layer(
    _ choices: inout SeededChoices
  ) -> (Shape, axes: LayerNorm.Axes, parameter: Shape, statistic: Shape) {
    let isChannels = choices.bool()
    let shape =
      isChannels
      ? choices.image(channels: choices.integer(2...20))
      : Shape(choices.shape(rank: 1...4).dimensions + [choices.integer(2...20)])
    let axes =
      isChannels ? LayerNorm.Axes.channels : .trailing(choices.integer(1...shape.rank))
    let indices = axes.indices(of: shape)
    return (
      shape, axes, Shape(indices.map { shape[$0] }),
      indices.reduce(shape) { $0.replacing($1, with: 1) }
    )
  }

  private static func responseNorm(_ choices: inout SeededChoices) -> LocalResponseNorm {
    LocalResponseNorm(
      size: choices.integer(1...6), alpha: choices.element(of: [0.5, 1]),
      beta: choices.element(of: [0.5, 0.75]), k: choices.element(of: [1, 2]))
  }
}
