import CFoveaKernels
import FoveaTensors
import Testing

private typealias Support = OperationKernelSupport

/// The constants of an optimiser.
struct OptimizerCase: CustomTestStringConvertible {
  var weightDecay: Float = 0
  var momentum: Float = 0.9
  var nesterov = false
  var decoupled = false

  var testDescription: String {
    "momentum \(momentum), weight decay \(weightDecay)" + (nesterov ? ", Nesterov" : "")
      + (decoupled ? ", decoupled" : "")
  }
}

@Suite struct OptimizerKernelTests {
  static let counts = [0, 1, 3, 8, 13, 64, 32768 + 11]
  static let steps = 3

  /// Weight, first and second state after `steps` steps; `arguments` gets its pointers here.
  private func results(
    _ kernel: KeyPath<fovea_kernel_table, fovea_kernel>, _ arguments: fovea_optimizer_arguments,
    weight: [Float], gradients: [[Float]], settings: [[Float]], inPlace: Bool
  ) throws -> [[KernelBuffer]] {
    try Support.results { run in
      let count = weight.count
      var state = [
        run.buffer(weight), run.buffer(count: count) { _ in 0 },
        run.buffer(count: count) { _ in 0 },
      ]
      for (gradient, settings) in zip(gradients, settings) {
        let new = inPlace ? state : state.map { _ in run.buffer(count: count) }
        let (gradient, settings) = (run.buffer(gradient), run.buffer(settings))
        var arguments = arguments
        arguments.count = count
        arguments.settings = UnsafePointer(settings.start)
        arguments.gradient = UnsafePointer(gradient.start)
        arguments.weight = UnsafePointer(state[0].start)
        arguments.first = UnsafePointer(state[1].start)
        arguments.second = UnsafePointer(state[2].start)
        arguments.new_weight = new[0].start
        arguments.new_first = new[1].start
        arguments.new_second = new[2].start
        try run(kernel, arguments) { _ in fovea_elementwise_tasks(count) }
        state = new
      }
      return state
    }
  }

  @Test(
    arguments: [
      OptimizerCase(momentum: 0), OptimizerCase(weightDecay: 0.01), OptimizerCase(nesterov: true),
      OptimizerCase(weightDecay: 0.1, nesterov: true),
    ], counts)
  func `stochastic gradient descent follows PyTorch's formulas`(
    test: OptimizerCase, count: Int
  ) throws {
    let weight = Support.random(count, stream: 1)
    let gradients = (0..<Self.steps).map { Support.random(count, stream: 10 + UInt64($0)) }
    // The rate and the momentum move from step to step.
    let settings = (0..<Self.steps).map {
      [0.1 + 0.05 * Float($0), test.momentum - 0.01 * Float($0)]
    }
    var w = weight.map { Double($0) }
    var v = [Double](repeating: 0, count: count)
    for (gradient, settings) in zip(gradients, settings) {
      let (rate, momentum) = (Double(settings[0]), Double(settings[1]))
      for i in 0..<count {
        let g = Double(gradient[i]) + Double(test.weightDecay) * w[i]
        v[i] = momentum * v[i] + g
        w[i] -= rate * (test.nesterov ? g + momentum * v[i] : v[i])
      }
    }
    var arguments = fovea_optimizer_arguments()
    arguments.weight_decay = test.weightDecay
    arguments.nesterov = test.nesterov
    for inPlace in [false, true] {
      for state in try results(
        \.sgd_update, arguments, weight: weight, gradients: gradients, settings: settings,
        inPlace: inPlace)
      {
        Support.expectClose(state[0], w, "weight") { _ in 2e-6 }
        Support.expectClose(state[1], v, "velocity") { _ in 2e-6 }
      }
    }
  }

  @Test(
    arguments: [
      OptimizerCase(), OptimizerCase(weightDecay: 0.05),
      OptimizerCase(weightDecay: 0.05, decoupled: true),
    ], counts)
  func `Adam and AdamW follow PyTorch's formulas`(test: OptimizerCase, count: Int) throws {
    let weight = Support.random(count, stream: 1)
    let gradients = (0..<Self.steps).map { Support.random(count, stream: 20 + UInt64($0)) }
    let beta2 = Float(0.99)
    var settings: [[Float]] = []
    var w = weight.map { Double($0) }
    var (m, v) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
    var (product1, product2) = (1.0, 1.0)
    for (step, gradient) in gradients.enumerated() {
      // beta1 moves, as a cyclical momentum does: its correction is of the product so far.
      let (rate, beta1) = (Float(0.01) * Float(step + 1), test.momentum - 0.02 * Float(step))
      product1 *= Double(beta1)
      product2 *= Double(beta2)
      settings.append([rate, beta1, Float(1 - product1), Float(1 - product2)])
      for i in 0..<count {
        var g = Double(gradient[i])
        if test.decoupled {
          w[i] *= 1 - Double(rate) * Double(test.weightDecay)
        } else {
          g += Double(test.weightDecay) * w[i]
        }
        m[i] = Double(beta1) * m[i] + (1 - Double(beta1)) * g
        v[i] = Double(beta2) * v[i] + (1 - Double(beta2)) * g * g
        let denominator = (v[i] / (1 - product2)).squareRoot() + Double(Float(1e-4))
        w[i] -= Double(rate) / (1 - product1) * m[i] / denominator
      }
    }
    var arguments = fovea_optimizer_arguments()
    arguments.weight_decay = test.weightDecay
    arguments.beta2 = beta2
    arguments.epsilon = 1e-4
    arguments.decoupled = test.decoupled
    for inPlace in [false, true] {
      for state in try results(
        \.adam_update, arguments, weight: weight, gradients: gradients, settings: settings,
        inPlace: inPlace)
      {
        Support.expectClose(state[0], w, "weight") { _ in 3e-6 }
        Support.expectClose(state[1], m, "first moment") { _ in 1e-6 }
        Support.expectClose(state[2], v, "second moment") { _ in 1e-6 }
      }
    }
  }
}
