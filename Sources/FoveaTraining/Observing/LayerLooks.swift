import FoveaData
import FoveaLayers
import FoveaRuntime
import FoveaTensors

/// Runs batches for the observers that asked to see layers.
final class LayerLooks {
  private struct Look {
    let request: ObservationRequest
    let graph: ObservationGraph
    var observers: [any TrainingObserver]
    var programs: [Int: Program] = [:]
  }

  private var looks: [Look] = []

  /// Prepares what observers asked for.
  ///
  /// - Throws: `TrainingError.option` for an interval below 1 or a pattern that no path matches.
  init(_ observers: [any TrainingObserver], of learner: Learner) throws {
    for observer in observers {
      guard let request = observer.observationRequest else { continue }
      if let index = looks.firstIndex(where: { $0.request == request }) {
        looks[index].observers.append(observer)
        continue
      }
      guard request.interval > 0 else {
        throw TrainingError.option(
          "looking at layers",
          problem: "\(type(of: observer)) asks for each \(request.interval) steps; use 1 or more")
      }
      looks.append(
        Look(
          request: request,
          graph: try ObservationGraph(
            learner.model, loss: learner.settings.loss, updates: learner.settings.updates,
            request: request),
          observers: [observer]))
    }
  }

  /// Looks at a batch, for those whose turn it is.
  func look(at batch: Batch, in learner: Learner, _ progress: TrainingProgress) throws {
    for index in looks.indices where progress.step % looks[index].request.interval == 0 {
      let graph = looks[index].graph
      let count = batch.images.shape[0]
      let inputs = try learner.target(of: batch).inputs
        .merging([Model.inputName: batch.images]) { own, _ in own }
      let known = Set(graph.graph.inputs.map(\.name))
      let shown = inputs.filter { known.contains($0.key) }
      // Without a tuner, whose choices belong to the training.
      let program =
        try looks[index].programs[count]
        ?? Program(
          graph.graph, inputs: shown.mapValues(\.shape), variables: learner.variables,
          pool: learner.pool, seed: learner.settings.seed,
          options: PlanOptions(backwardStart: graph.backwardStart))
      looks[index].programs[count] = program
      try program.run(shown, step: UInt64(progress.steps))
      let settings = progress.schedule.settings(
        step: progress.update, of: progress.totalUpdates,
        momentum: learner.settings.optimizer.momentum, plateau: progress.plateau)
      let observation = Observation(
        epoch: progress.epoch, step: progress.step, learningRate: settings.learningRate,
        layers: try graph.layers.map { try $0.observed(in: program) })
      for observer in looks[index].observers { try observer.receive(observation) }
    }
  }
}

extension ObservationGraph.Layer {
  fileprivate func observed(in program: Program) throws -> ObservedLayer {
    func norm(_ output: String?) throws -> Double? {
      guard let output else { return nil }
      let squares = try program.withOutput(output) { Double($0[0]) }
      return squares.isFinite ? squares.squareRoot() : nil
    }
    return ObservedLayer(
      path: path, isAnswer: isAnswer, activation: entry?.kind,
      gradientNorm: try norm(squares?.gradient), parameterNorm: try norm(squares?.parameters),
      layer: self, program: program)
  }
}
