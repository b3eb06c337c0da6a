@testable import FoveaCommands
import Foundation
import FoveaTraining
import Testing

/// Recipes by name: each switch changes what it says, and nothing else.
@Suite struct TrainingPresetTests {
  private func configuration(
    _ change: (inout TrainCommand) -> Void = { _ in }
  ) throws -> TrainConfiguration {
    var command = TrainCommand(dataset: "mnist-mini")
    command.model = "resnet18-cifar"
    command.epochs = 90
    command.batchSize = 512
    command.optimizer = .sgd
    command.schedule = .cosine
    change(&command)
    return try TrainConfiguration(command)
  }

  /// The fields of two configurations' JSON that differ.
  private func differences(
    _ left: TrainConfiguration, _ right: TrainConfiguration
  ) throws -> Set<String> {
    func fields(_ configuration: TrainConfiguration) throws -> [String: NSObject] {
      let data = try ReportCoding.encode(configuration)
      let object = try #require(
        try JSONSerialization.jsonObject(with: data) as? [String: NSObject])
      var result = object
      for part in ["recipe", "images"] {
        result[part] = nil
        let inner = object[part] as? [String: NSObject] ?? [:]
        for (key, value) in inner { result["\(part).\(key)"] = value }
      }
      return result
    }
    let (first, second) = (try fields(left), try fields(right))
    return Set(first.keys).union(second.keys).filter { first[$0] != second[$0] }
  }

  @Test func `presets fill in what is left out`() throws {
    let bag = try configuration { $0.recipe.preset = .bagOfTricks }
    #expect(bag.scaledLearningRate == 0.2 && bag.weightDecay == 1e-4)
    #expect(bag.recipe?.warmUpEpochs == 5 && bag.recipe?.zeroGamma == true)
    #expect(bag.labelSmoothing == 0.1 && bag.images?.mixup == 0.2)
    let settings = bag.learnerSettings(headPaths: [])
    #expect(settings.optimizer == .sgd(momentum: 0.9, nesterov: true, weightDecay: 1e-4))
    #expect(settings.updates.noBiasDecay)
    let large = try configuration {
      $0.recipe.preset = .largeBatch
      $0.schedule = nil
      $0.epochs = 8
    }
    #expect(large.schedule == .step && large.recipe?.warmUpEpochs == 1)
    #expect(large.labelSmoothing == 0 && large.images == nil)
    // Where there is another optimiser, its own rates hold.
    let adam = try configuration {
      $0.recipe.preset = .bagOfTricks
      $0.optimizer = .adamW
    }
    #expect(adam.maxLearningRate == 0.01 && adam.recipe?.nesterov == nil)
  }

  @Test func `each switch changes what it says`() throws {
    func bag(_ change: (inout TrainCommand) -> Void = { _ in }) throws -> TrainConfiguration {
      try configuration {
        $0.recipe.preset = .bagOfTricks
        change(&$0)
      }
    }
    let switches: [(field: String, change: (inout TrainCommand) -> Void)] = [
      ("maxLearningRate", { $0.maxLearningRate = 0.05 }), ("weightDecay", { $0.weightDecay = 0 }),
      ("labelSmoothing", { $0.labelSmoothing = 0 }), ("schedule", { $0.schedule = .step }),
      ("momentum", { $0.momentum = 0.8 }), ("images.mixup", { $0.images.mixup = 0.4 }),
      ("recipe.warmUpEpochs", { $0.recipe.warmUpEpochs = 2 }),
      ("recipe.zeroGamma", { $0.recipe.zeroGamma = false }),
      ("recipe.nesterov", { $0.recipe.nesterov = false }),
      ("recipe.decaysBiases", { $0.recipe.decaysBiases = true }),
      ("recipe.learningRateBatch", { $0.recipe.learningRateBatch = 512 }),
      ("recipe.initialization", { $0.recipe.initialization = .lsuv }),
    ]
    for (field, change) in switches {
      #expect(try differences(bag(), bag(change)) == [field])
    }
    #expect(try bag { $0.recipe.learningRateBatch = 512 }.scaledLearningRate == 0.1)
    #expect(try bag { $0.recipe.accumulatedBatches = 4 }.scaledLearningRate == 0.8)
    let schedules = try [bag(), bag { $0.recipe.learningRateBatch = 512 }].map {
      $0.schedule(stepsPerEpoch: 10).curve(steps: 900, momentum: 0.9)
    }
    // Half of the rate at each update of the cosine.
    for (first, second) in zip(schedules[0], schedules[1]).dropFirst(60) {
      #expect(abs(Double(first.learningRate) - 2 * Double(second.learningRate)) < 1e-6)
    }
  }

  @Test func `what has no place beside other options is refused`() {
    let changes: [(inout TrainCommand) -> Void] = [
      {
        $0.recipe.nesterov = true; $0.optimizer = .adamW
      }, { $0.recipe.learningRateBatch = 0 },
      { $0.recipe.teacherShare = 0.5 },
      {
        $0.recipe.teacher = "run"; $0.recipe.teacherShare = 2
      },
      {
        $0.recipe.teacher = "run"; $0.labelSmoothing = 0.1
      },
      {
        $0.recipe.initialization = .lsuv; $0.transfer.source = "run"
      },
      {
        $0.recipe.zeroGamma = true; $0.transfer.source = "run"
      },
      { $0.images.fold = DataFold(3, of: 2) },
      {
        $0.images.fold = DataFold(1, of: 2); $0.images.validation = 0.1
      },
    ]
    for change in changes {
      #expect(throws: CommandError.self) { try configuration(change) }
    }
  }

  @Test func `a recipe with folds and switches is stored and read`() throws {
    let stored = try configuration {
      $0.recipe.preset = .bagOfTricks
      $0.images.fold = DataFold(2, of: 5, isStratified: false)
    }
    let read = try ReportCoding.decode(
      TrainConfiguration.self, from: try ReportCoding.encode(stored))
    #expect(read == stored)
  }
}
