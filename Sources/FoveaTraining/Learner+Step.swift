import FoveaData
import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors

extension Learner {
  /// Takes a step, and where it is the last of an update, the update.
  ///
  /// - Parameter waiting: How long the batch was waited for.
  /// - Throws: `TargetError` for a wrong target, `TrainingError.notFinite` for a loss that is no number;
  ///   then no parameter has been changed.
  func takeStep(
    _ batch: Batch, after waiting: Duration = .zero, _ progress: inout TrainingProgress
  ) throws -> (record: StepRecord, skipped: SkippedUpdate?) {
    let clock = ContinuousClock()
    let start = clock.now
    let count = batch.images.shape[0]
    let target = try target(of: batch)
    var inputs = target.inputs.merging([Model.inputName: batch.images]) { own, _ in own }
    let program =
      try stepPrograms[count]
      ?? plan(graphs.step, backwardStart: graphs.backwardStart, inputs: inputs)
    stepPrograms[count] = program
    let accumulates = graphs.update != nil
    let values = progress.schedule.settings(
      step: progress.update, of: progress.totalUpdates, momentum: settings.optimizer.momentum,
      plateau: progress.plateau)
    let number = progress.updates - (progress.lossScale?.skippedUpdates ?? 0)
    let updateInputs = settings.optimizer.inputs(
      values, step: number, options: settings.updates, updatesPerEpoch: progress.updatesPerEpoch)
    let scale = (progress.lossScale?.scale ?? 1) * (accumulates ? sumScale : 1)
    inputs[TrainingStep.lossScaleName] = Tensor(scale)
    inputs[TrainingStep.keepName] = Tensor(progress.beginsUpdate ? 0 : 1)
    if !accumulates { inputs.merge(updateInputs) { own, _ in own } }

    let isFinite = try program.run(
      inputs, step: UInt64(progress.steps), checking: TrainingStep.lossName, \.isFinite)
    var loss = try program.withOutput(TrainingStep.lossName) { $0[0] }
    guard isFinite else {
      throw TrainingError.notFinite(
        step: progress.step, loss: loss,
        origin: try origin(ofStep: UInt64(progress.steps), inputs))
    }
    var checked: Program? = program
    if accumulates {
      loss = Float(Double(loss) / target.weight)
      checked = try accumulate(target, updateInputs, scale, &progress)
    }
    let skipped = try checked.flatMap { try takeOver($0, &progress) }
    var norm: Float?
    if skipped == nil, case .norm = settings.updates.clipping, let checked {
      norm = try checked.withOutput(TrainingStep.normName) { $0[0] }
    }
    if progress.endsUpdate { try average?.finishUpdate(&progress) }
    let record = StepRecord(
      epoch: progress.epoch, step: progress.step, loss: loss,
      learningRate: values.learningRate, momentum: values.momentum, images: count,
      seconds: (clock.now - start) / .seconds(1), waitSeconds: waiting / .seconds(1),
      gradientNorm: norm)
    progress.finishStep(loss: loss, images: count)
    return (record, skipped)
  }

  /// Counts a step's gradients in and, where they are complete, updates the weights by them.
  ///
  /// - Returns: The program that updated; `nil` where none did.
  private func accumulate(
    _ target: PreparedTarget, _ updateInputs: [String: Tensor], _ scale: Float,
    _ progress: inout TrainingProgress
  ) throws -> Program? {
    let earlier = progress.beginsUpdate ? 0 : progress.accumulatedWeight ?? 0
    let weight = earlier + target.weight
    progress.accumulatedWeight = progress.endsUpdate ? nil : weight
    guard progress.endsUpdate, let graph = graphs.update else { return nil }
    var inputs = updateInputs
    inputs[TrainingStep.divisorName] = Tensor(Float(weight) * scale)
    let program = try updateProgram ?? plan(graph, backwardStart: nil, inputs: inputs)
    updateProgram = program
    try program.run(inputs)
    return program
  }

  /// What sums are multiplied by so that they are about as large as means; a power of two, which
  /// changes no digit.
  private var sumScale: Float {
    let terms = Float(training.batchSize) * Float(max(outputShape.elementCount, 1))
    return Float(sign: .plus, exponent: -terms.exponent, significand: 1)
  }

  /// Takes over whether the gradients of an update were finite.
  private func takeOver(
    _ program: Program, _ progress: inout TrainingProgress
  ) throws -> SkippedUpdate? {
    guard let old = progress.lossScale else { return nil }
    let isFinite = try program.withOutput(TrainingStep.finiteName) { $0[0] != 0 }
    progress.lossScale?.update(isFinite: isFinite)
    guard !isFinite else { return nil }
    return SkippedUpdate(
      epoch: progress.epoch, step: progress.step, lossScale: old.scale,
      nextLossScale: progress.lossScale?.scale ?? old.scale)
  }

  /// A batch's target as the loss takes it.
  func target(of batch: Batch) throws -> PreparedTarget {
    let output = Shape([batch.images.shape[0]] + outputShape.dimensions)
    let classes = batch.mix == nil ? batch.labels : batch.classShares(outputShape[0])
    return try settings.loss.prepare(
      batch.targets ?? classes, output: output, teacher: try teacher?.answer(to: batch.images))
  }

  func plan(
    _ graph: Graph, backwardStart: Int?, inputs: [String: Tensor],
    quantization: Quantization? = nil, variables: VariableStore? = nil
  ) throws -> Program {
    let known = Set(graph.inputs.map(\.name))
    return try Program(
      graph, inputs: inputs.filter { known.contains($0.key) }.mapValues(\.shape),
      variables: variables ?? self.variables, pool: pool, seed: settings.seed,
      options: PlanOptions(
        precision: settings.precision, backwardStart: backwardStart,
        recomputes: settings.recomputes, quantization: quantization),
      tuner: tuner)
  }

  /// Says what is the first to be no number in a step, whose weights have not been updated.
  private func origin(ofStep step: UInt64, _ inputs: [String: Tensor]) throws -> String {
    let forward = try settings.loss.append(to: steppingModel.training, heads: [], reduction: .mean)
    let (graph, places) = try forward.checkingValues()
    let program = try plan(graph, backwardStart: nil, inputs: inputs)
    try program.run(inputs, step: step)
    for place in places {
      let isFinite = try program.withOutput(place.output) { $0[0] != 0 }
      if !isFinite { return place.description }
    }
    return "every layer's result is finite, and their loss is too large for a number"
  }
}

extension Graph {
  /// A value of a graph that is looked at.
  struct CheckedPlace {
    /// The output that is 1 where it is finite.
    let output: String
    /// What to say where it is not.
    let description: String
  }

  /// The graph without its outputs and updates, and instead an output for each node that says whether
  /// its results are finite; in the nodes' order.
  func checkingValues() throws(GraphError) -> (graph: Graph, places: [CheckedPlace]) {
    var builder = GraphBuilder()
    var places: [CheckedPlace] = []
    var values: [[Value]] = []
    for node in nodes {
      values.append(try builder.append(node.operation, node.inputs, path: node.path))
    }
    for (index, (node, results)) in zip(nodes, values).enumerated() {
      guard node.operation.outputElementType == .float32, !(node.operation is Constant) else {
        continue
      }
      let name = "finite/\(index)"
      try builder.output(name, try builder.append(AllFinite(), results, path: name)[0])
      places.append(CheckedPlace(output: name, description: node.textOfNotFinite))
    }
    return (builder.graph, places)
  }
}

extension Node {
  fileprivate var textOfNotFinite: String {
    switch operation {
    case let input as Input where input.name == Model.inputName:
      "the batch has pixels that are no finite numbers"
    case let input as Input: "the input \(input.name) is not finite"
    case let variable as Variable:
      "\(variable.name) is not finite since the update before"
    default: "\(path) (\(operation.name)) is the first layer whose result is not finite"
    }
  }
}
