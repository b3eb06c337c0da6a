import FoveaData
import FoveaLayers
import FoveaRuntime
import FoveaTensors

/// Runs batches for the observers that asked to see layers.
final class LayerLooks {
  private struct Look {
    var request: ObservationRequest
    var observers: [any TrainingObserver]
    var graph: ObservationGraph
    var programs: [Int: Program] = [:]
    /// The parameters as they were at the looks that no update has followed yet.
    var earlier: (steps: [Int], parameters: [String: [Float]])?
  }

  private var looks: [Look] = []
  /// What is frozen in the steps that `looks` are of.
  private var options: UpdateOptions

  /// Prepares what observers asked for.
  ///
  /// - Throws: `TrainingError.option` for an interval below 1 or a pattern that no path matches.
  init(_ observers: [any TrainingObserver], of learner: Learner) throws {
    options = learner.graphOptions
    var asked: [(request: ObservationRequest, observers: [any TrainingObserver])] = []
    for observer in observers {
      guard let request = observer.observationRequest else { continue }
      guard request.interval > 0 else {
        throw TrainingError.option(
          "looking at layers",
          problem: "\(type(of: observer)) asks for each \(request.interval) steps; use 1 or more")
      }
      if let index = asked.indices.first(where: { asked[$0].request.merge(request) }) {
        asked[index].observers.append(observer)
      } else {
        asked.append((request, [observer]))
      }
    }
    looks = try asked.map {
      Look(
        request: $0.request, observers: $0.observers,
        graph: try Self.graph(for: $0.request, of: learner))
    }
  }

  /// The model as its steps run it, so that what is frozen in an epoch is so in its looks.
  private static func graph(
    for request: ObservationRequest, of learner: Learner
  ) throws -> ObservationGraph {
    try ObservationGraph(
      learner.steppingModel, loss: learner.settings.loss, updates: learner.graphOptions,
      request: request)
  }

  /// Looks at a batch, for those whose turn it is.
  func look(at batch: Batch, in learner: Learner, _ progress: TrainingProgress) throws {
    if options != learner.graphOptions {
      options = learner.graphOptions
      for index in looks.indices {
        looks[index].graph = try Self.graph(for: looks[index].request, of: learner)
        looks[index].programs = [:]
      }
    }
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
        epoch: progress.epoch, step: progress.step, images: count,
        learningRate: settings.learningRate,
        layers: try graph.layers.map { try $0.observed(in: program) })
      for observer in looks[index].observers { try observer.receive(observation) }
      if looks[index].request.hasUpdates {
        // Until the update of an accumulated gradient the parameters are those of its first look.
        let parameters =
          looks[index].earlier?.parameters ?? graph.parameters(in: learner.variables)
        looks[index].earlier = (
          (looks[index].earlier?.steps ?? []) + [progress.step], parameters
        )
      }
    }
  }

  /// Tells how far an update has moved what was looked at before it.
  func tellUpdate(in learner: Learner) {
    for index in looks.indices {
      guard let (steps, earlier) = looks[index].earlier else { continue }
      looks[index].earlier = nil
      let ratios = looks[index].graph.updateRatios(since: earlier, in: learner.variables)
      for step in steps {
        let update = ObservedUpdate(step: step, ratios: ratios)
        for observer in looks[index].observers { observer.receive(update) }
      }
    }
  }
}

extension ObservationGraph {
  /// Copies of the parameters of all layers that are trained.
  fileprivate func parameters(in variables: VariableStore) -> [String: [Float]] {
    var result: [String: [Float]] = [:]
    for name in Set(layers.flatMap(\.parameters)) {
      result[name] = variables.withElements(of: name) { Array($0) }
    }
    return result
  }

  /// How far each layer's parameters have moved, over their norm before.
  fileprivate func updateRatios(
    since earlier: [String: [Float]], in variables: VariableStore
  ) -> [String: Double] {
    var result: [String: Double] = [:]
    for layer in layers {
      var (moved, whole) = (0.0, 0.0)
      for name in layer.parameters {
        guard let before = earlier[name] else { continue }
        variables.withElements(of: name) { after in
          for (before, after) in zip(before, after) {
            let (change, own) = (Double(after) - Double(before), Double(before))
            moved += change * change
            whole += own * own
          }
        }
      }
      let ratio = (moved / whole).squareRoot()
      if whole > 0, whole.isFinite, ratio.isFinite { result[layer.path] = ratio }
    }
    return result
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
