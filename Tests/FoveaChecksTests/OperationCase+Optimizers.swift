import FoveaChecks
import FoveaGraph
import FoveaTensors
import FuzzSupport

extension OperationCase {
  /// Cases of the optimisers' updates besides SGD's and Adam's.
  static let optimizerUpdates: [String: Drawing] = [
    "RMSpropUpdate": {
      let (shape, centered) = ($0.shape(), $0.bool())
      let operation = RMSpropUpdate(
        alpha: $0.element(of: [0.9, 0.99]), epsilon: 1e-3, weightDecay: $0.element(of: [0, 0.01]),
        centered: centered)
      // A mean gradient whose square is less than the mean square, as those of a training are.
      let mean: [CheckedInput] = centered ? [.random(shape, in: -0.5...0.5)] : []
      let settings: CheckedInput = .tensor(Tensor([2], [Float(0.01), $0.element(of: [0, 0.9])]))
      return OperationCase(
        operation,
        [.random(shape), .random(shape), .random(shape), .random(shape, in: 0.5...1)] + mean
          + [settings], gradients: .none)
    },
    "LionUpdate": {
      let shape = $0.shape()
      return OperationCase(
        LionUpdate(beta2: 0.99, weightDecay: $0.element(of: [0, 0.1])),
        [
          .random(shape), .random(shape, in: 0.1...1), .random(shape, in: 0.1...1),
          .tensor(Tensor([2], [Float(0.001), $0.element(of: [0, 0.9])])),
        ], gradients: .none)
    },
    "AdamDirection": {
      let shape = $0.shape()
      let settings: CheckedInput = .tensor(
        Tensor([4], [Float(0.001), 0.9, $0.element(of: [0.1, 1]), $0.element(of: [0.001, 1])]))
      return OperationCase(
        AdamDirection(beta2: 0.999, epsilon: 1e-6, weightDecay: $0.element(of: [0, 0.01])),
        [
          .random(shape), .random(shape), .random(shape), .random(shape, in: 0.01...1), settings,
        ], gradients: .none)
    },
  ]
}
