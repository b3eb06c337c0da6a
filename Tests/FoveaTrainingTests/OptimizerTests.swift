import FoveaFormats
import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import FoveaTraining
import Foundation
import Testing

/// A thousand steps of each optimiser in float64, recorded by `Tools/golden/optimizer_runs.py`.
struct RecordedRun: Decodable {
  struct Arguments: Decodable {
    let optimizer: Optimizer
    let learningRate: Double
    let clipping: GradientClipping?
    let noBiasDecay: Bool?
    let groupDecay: Double?
  }
  let name: String
  let arguments: Arguments
  let inputs: [String: String]
  let outputs: [String: String]
}

@Suite struct OptimizerTests {
  /// A graph that updates one parameter by an input.
  static func updates(
    _ optimizer: Optimizer, _ shape: Shape, options: UpdateOptions
  ) throws -> Graph {
    var builder = GraphBuilder()
    _ = try builder.variable("parameter", shape, role: .parameter)
    let gradient = try builder.input("gradient", shape)
    try optimizer.appendUpdates(
      of: [(Variable("parameter", shape, .parameter), gradient)], options: options, to: &builder)
    return builder.graph
  }

  @Test func `1,000 steps stay by PyTorch and timm`() throws {
    let url = try #require(
      Bundle.module.url(
        forResource: "optimizer_runs", withExtension: "safetensors", subdirectory: "Golden"))
    let golden = try Safetensors(contentsOf: url)
    let cases = try JSONDecoder().decode(
      [RecordedRun].self, from: Data(try #require(golden.metadata["cases"]).utf8))
    #expect(cases.count == 48)
    let pool = try ThreadPool(threads: 1)
    for recorded in cases {
      func tensor(_ names: [String: String], _ role: String) throws -> Tensor {
        let name = try #require(names[role])
        return try #require(golden.weights[name] as Tensor?)
      }
      let start = try tensor(recorded.inputs, "parameter")
      let gradients = try tensor(recorded.inputs, "gradients").floats
      let expected = try tensor(recorded.outputs, "parameters").floats
      let arguments = recorded.arguments
      let optimizer = arguments.optimizer
      let options = UpdateOptions(
        groups: [ParameterGroup("*", weightDecay: arguments.groupDecay)],
        noBiasDecay: arguments.noBiasDecay ?? true, clipping: arguments.clipping)
      let graph = try Self.updates(optimizer, start.shape, options: options)
      let store = try VariableStore(Weights(["parameter": start]))
      try store.addOptimizerState(of: graph)
      let program = try Program(graph, variables: store, pool: pool)
      let settings = Schedule.constant(learningRate: arguments.learningRate)
        .settings(step: 0, of: 1, momentum: optimizer.momentum)
      let size = start.elementCount
      var kept = [1, 10, 100, 1000][...]
      for step in 0..<1000 {
        let place = step % 50
        var inputs = optimizer.inputs(settings, step: step, options: options)
        inputs["gradient"] = Tensor(
          start.shape, gradients[(place * size)..<((place + 1) * size)])
        try program.run(inputs)
        guard step + 1 == kept.first else { continue }
        let row = 4 - kept.count
        kept.removeFirst()
        let values = try #require(store.snapshot()["parameter"] as Tensor?).floats
        let wanted = expected[(row * size)..<((row + 1) * size)]
        let scale = wanted.map(abs).max() ?? 0
        let worst = zip(values, wanted).map { abs($0 - $1) }.max() ?? .nan
        #expect(worst <= 2e-5 * scale, "\(recorded.name), step \(step + 1): \(worst) of \(scale)")
      }
      #expect(kept.isEmpty)
    }
  }

  @Test func `Muon sees filters as rows, and leaves vectors to AdamW`() throws {
    let muon = Optimizer.muon()
    let filters = try Self.updates(muon, [3, 2, 2, 2], options: UpdateOptions())
    let matrix = try Self.updates(muon, [3, 8], options: UpdateOptions())
    let vector = try Self.updates(muon, [5], options: UpdateOptions())
    #expect(vector.nodes.contains { $0.operation is AdamUpdate })
    #expect(!matrix.nodes.contains { $0.operation is AdamUpdate })
    let numbers = (0..<24).map { Float(($0 * 7) % 11) - 5 }
    let settings = muon.inputs(
      StepSettings.plain(0.1, muon.momentum), step: 0)
    let results = try [filters, matrix].map { graph in
      let shape = try #require(graph.variables.first).shape
      let store = try VariableStore(Weights(["parameter": Tensor(shape, numbers)]))
      try store.addOptimizerState(of: graph)
      let program = try Program(graph, variables: store, pool: ThreadPool(threads: 1))
      let gradient = Tensor(shape, numbers.reversed())
      try program.run(settings.merging(["gradient": gradient]) { $1 })
      return try #require(store.snapshot()["parameter"] as Tensor?).floats
    }
    for (left, right) in zip(results[0], results[1]) { #expect(abs(left - right) < 1e-5) }
  }

  @Test func `an all-zero parameter or gradient is left to the plain step`() throws {
    for optimizer in [Optimizer.lamb(weightDecay: 0), .lars(weightDecay: 0), .muon()] {
      let graph = try Self.updates(optimizer, [2, 3], options: UpdateOptions())
      for gradient in [Float(0), 1] {
        let store = try VariableStore(Weights(["parameter": Tensor(zeros: [2, 3])]))
        try store.addOptimizerState(of: graph)
        let program = try Program(graph, variables: store, pool: ThreadPool(threads: 1))
        var inputs = optimizer.inputs(StepSettings.plain(0.1, optimizer.momentum), step: 0)
        inputs["gradient"] = Tensor([2, 3], [Float](repeating: gradient, count: 6))
        try program.run(inputs)
        let values = try #require(store.snapshot()["parameter"] as Tensor?).floats
        #expect(!values.contains { !$0.isFinite || ($0 == 0) != (gradient == 0) })
      }
    }
  }

  @Test func `groups choose by name, in their order`() {
    let group = ParameterGroup("layer4.*")
    #expect(group.contains("layer4.0.conv1.weight"))
    #expect(!group.contains("layer40.weight"))
    #expect(!group.contains("layer3.0.conv1.weight"))
    #expect(ParameterGroup("*.bias").contains("fc.bias"))
    #expect(ParameterGroup("*").contains(""))
    #expect(ParameterGroup("l?yer*.w*t").contains("layer1.0.weight"))
    #expect(!ParameterGroup("a*b*c").contains("acb"))
    #expect(!ParameterGroup("").contains("a"))
    let options = UpdateOptions(groups: [
      ParameterGroup("*", learningRateFactor: 0.5), ParameterGroup("fc.*"),
    ])
    let inputs = Optimizer.sgd().inputs(
      StepSettings.plain(0.5, 0.9), step: 0, options: options)
    #expect(inputs["optimizer/settings"]?.floats == [0.5, 0.9])
    #expect(inputs["optimizer/settings/group-0"]?.floats == [0.25, 0.9])
  }

  @Test(arguments: [
    Optimizer.sgd(momentum: 1), .adam(beta2: -1), .adamW(weightDecay: .nan),
    .rmsProp(epsilon: -1), .lion(beta2: 1), .lars(trust: .infinity), .muon(adamWFactor: -1),
  ])
  func `constants that no optimiser has are refused`(optimizer: Optimizer) {
    #expect(throws: TrainingError.self) { try LearnerTests.learner(optimizer: optimizer) }
  }

  @Test func `frozen layers stay, others move at their own pace`() async throws {
    let (training, _) = try LearnerTests.loaders(images: 128, batchSize: 64)
    func trained(_ groups: [ParameterGroup]) async throws -> (before: Weights, after: Weights) {
      let learner = try Learner(
        LearnerTests.model(), training: training,
        settings: LearnerSettings(
          optimizer: .sgd(momentum: 0), seed: 5, updates: UpdateOptions(groups: groups)),
        threads: 1)
      let before = learner.weights
      try await learner.fit(epochs: 1, schedule: .constant(learningRate: 0.01))
      return (before, learner.weights)
    }
    let frozen = try await trained([ParameterGroup("0.*", isFrozen: true)])
    #expect(frozen.before["0.weight"] == frozen.after["0.weight"])
    #expect(frozen.before["0.bias"] == frozen.after["0.bias"])
    #expect(frozen.before["8.weight"] != frozen.after["8.weight"])
    let still = try await trained([ParameterGroup("8.*", learningRateFactor: 0)])
    #expect(still.before["8.weight"] == still.after["8.weight"])
    #expect(still.before["0.weight"] != still.after["0.weight"])
    for groups in [
      [ParameterGroup("head.*")], [ParameterGroup("*", isFrozen: true)],
      [ParameterGroup("*", learningRateFactor: -1)],
    ] {
      await #expect(throws: TrainingError.self) { try await trained(groups) }
    }
  }

  @Test func `vectors shrink where that is asked for`() throws {
    for (noBiasDecay, expected) in [(true, 3), (false, 8)] {
      let step = try TrainingStep(
        LearnerTests.model(), loss: .crossEntropy, optimizer: .sgd(weightDecay: 0.5),
        options: UpdateOptions(noBiasDecay: noBiasDecay))
      let decaying = step.step.nodes.count { node in
        (node.operation as? SGDUpdate)?.weightDecay == 0.5
      }
      #expect(decaying == expected)
    }
  }
}

extension StepSettings {
  /// The settings of a constant schedule.
  static func plain(_ rate: Double, _ momentum: Double) -> StepSettings {
    Schedule.constant(learningRate: rate).settings(step: 0, of: 1, momentum: momentum)
  }
}
