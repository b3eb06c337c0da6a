import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import FoveaTraining
import Testing

@Suite struct AuxiliaryHeadTests {
  @Test func `a head in training adds its share of the loss, and learns`() throws {
    let model = try Model(input: [6]) { input throws(GraphError) in
      if input.tracer.mode == .training {
        input.tracer.output("aux", try FoveaLayers.Linear(3).named("aux")(input))
      }
      return try FoveaLayers.Linear(3).named("fc")(input)
    }
    var weights = model.initialWeights(seed: 4)
    for name in ["weight", "bias"] { weights["aux.\(name)"] = weights["fc.\(name)"] }
    let step = try TrainingStep(model, loss: .crossEntropy, optimizer: .sgd())
    let inputs = [
      Model.inputName: Tensor([2, 6], (0..<12).map { Float($0) / 5 - 1 }),
      TrainingStep.targetName: Tensor([2], [Int32(2), 0]),
    ]
    let settings = [Optimizer.settingsName: Tensor([2], [Float(0.1), 0])]
    let store = try VariableStore(weights)
    try store.addOptimizerState(of: step.step)
    func loss(of graph: Graph, _ inputs: [String: Tensor]) throws -> Float {
      let program = try Program(
        graph, inputs: inputs.mapValues(\.shape), variables: store, pool: ThreadPool(threads: 1))
      try program.run(inputs)
      return try program.output(TrainingStep.lossName).floats[0]
    }
    let evaluated = try loss(of: step.evaluation, inputs)
    let before = try loss(of: step.step, inputs.merging(settings) { $1 })
    #expect(abs(before - (1 + TrainingStep.auxiliaryShare) * evaluated) < 1e-5)
    let after = try loss(of: step.step, inputs.merging(settings) { $1 })
    #expect(after < before)
    let snapshot = store.snapshot()
    #expect(snapshot["aux.weight"] != weights["aux.weight"])
  }
}
