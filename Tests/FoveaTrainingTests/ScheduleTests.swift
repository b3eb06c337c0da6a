import FoveaTraining
import Foundation
import Testing

/// Learning rates and momenta as PyTorch and fastai have them, recorded by `Tools/golden/schedules.py`.
struct RecordedSchedule: Decodable, CustomTestStringConvertible {
  struct Arguments: Decodable {
    let maxLearningRate: Double?
    let learningRate: Double?
    let minLearningRate: Double?
    let warmUpShare: Double?
    let anneal: Anneal?
    let threePhase: Bool?
    let initialDivisor: Double?
    let finalDivisor: Double?
    let stepSize: Int?
    let gamma: Double?
  }

  let name: String
  let kind: String
  let arguments: Arguments
  let learningRates: [Double]
  let momenta: [Double]?

  var testDescription: String { name }

  static func all() throws -> [RecordedSchedule] {
    struct File: Decodable { let entries: [RecordedSchedule] }
    let file = try #require(
      Bundle.module.url(forResource: "schedules", withExtension: "json", subdirectory: "Golden"))
    return try JSONDecoder().decode(File.self, from: Data(contentsOf: file)).entries
  }

  func schedule() throws -> Schedule {
    switch kind {
    case "oneCycle", "fastaiOneCycle":
      let highest = try #require(arguments.maxLearningRate)
      var cycle =
        kind == "oneCycle"
        ? OneCycle.pytorch(maxLearningRate: highest) : .fastai(maxLearningRate: highest)
      cycle.warmUpShare = try #require(arguments.warmUpShare)
      cycle.anneal = arguments.anneal ?? cycle.anneal
      cycle.threePhase = arguments.threePhase ?? false
      cycle.initialDivisor = try #require(arguments.initialDivisor)
      cycle.finalDivisor = try #require(arguments.finalDivisor)
      return .oneCycle(cycle)
    case "cosineAnnealing":
      return .cosine(
        learningRate: try #require(arguments.learningRate),
        final: try #require(arguments.minLearningRate))
    default:
      return .step(
        learningRate: try #require(arguments.learningRate),
        every: try #require(arguments.stepSize), factor: try #require(arguments.gamma))
    }
  }
}

@Suite struct ScheduleTests {
  @Test(arguments: try RecordedSchedule.all())
  func `follows the recorded framework`(recorded: RecordedSchedule) throws {
    let schedule = try recorded.schedule()
    let total = recorded.learningRates.count
    for step in 0..<total {
      let settings = schedule.settings(step: step, of: total, momentum: 0.9)
      let rate = recorded.learningRates[step]
      #expect(abs(Double(settings.learningRate) - rate) <= 1e-6 * rate + 1e-9, "step \(step)")
      if let momentum = recorded.momenta?[step] {
        #expect(abs(Double(settings.momentum) - momentum) <= 1e-6, "step \(step)")
      } else {
        #expect(settings.momentum == 0.9)
      }
    }
  }

  @Test func `a constant stays, and short trainings have a schedule too`() {
    let constant = Schedule.constant(learningRate: 0.06)
    #expect(constant.settings(step: 99, of: 100, momentum: 0.5).learningRate == 0.06)
    for total in 1...4 {
      for step in 0..<total {
        for schedule in [
          Schedule.fastaiOneCycle(maxLearningRate: 0.1), .pytorchOneCycle(maxLearningRate: 0.1),
        ] {
          let settings = schedule.settings(step: step, of: total, momentum: 0.9)
          #expect((0...0.1).contains(settings.learningRate), "step \(step) of \(total)")
          #expect((0.849...0.951).contains(settings.momentum), "step \(step) of \(total)")
        }
      }
    }
  }
}
