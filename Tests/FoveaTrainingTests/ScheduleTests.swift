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

/// Schedules over 1,000 steps, recorded by `Tools/golden/schedules.py`.
struct RecordedScheduleRun: Decodable, CustomTestStringConvertible {
  let name: String
  let schedule: Schedule
  /// The steps that the numbers are of; all where left out.
  let steps: [Int]?
  let learningRates: [Double]
  /// Where the schedule sets them.
  let momenta: [Double]?
  /// What a plateau is told after each step.
  let measures: [Double]?

  var testDescription: String { name }

  static func all() throws -> [RecordedScheduleRun] {
    struct File: Decodable { let entries: [RecordedScheduleRun] }
    let file = try #require(
      Bundle.module.url(
        forResource: "schedule_runs", withExtension: "json", subdirectory: "Golden"))
    return try JSONDecoder().decode(File.self, from: Data(contentsOf: file)).entries
  }
}

@Suite struct ScheduleRunTests {
  @Test(arguments: try RecordedScheduleRun.all())
  func `1,000 steps follow PyTorch and fastai`(recorded: RecordedScheduleRun) throws {
    try recorded.schedule.check()
    let steps = recorded.steps ?? Array(0..<1000)
    #expect(steps.count == recorded.learningRates.count)
    #expect(steps.count >= 100)
    #expect(steps.first == 0)
    #expect(steps.last == 999)
    func isClose(_ found: Float, _ expected: Double) -> Bool {
      abs(Double(found) - expected) <= 1e-7 * abs(expected) + 1e-12
    }
    var plateau = recorded.schedule.plateau.map(PlateauState.init)
    for (place, step) in steps.enumerated() {
      let found = recorded.schedule.settings(
        step: step, of: 1000, momentum: 0.9, plateau: plateau)
      #expect(isClose(found.learningRate, recorded.learningRates[place]), "step \(step)")
      if let momenta = recorded.momenta {
        #expect(isClose(found.momentum, momenta[place]), "step \(step)")
      } else {
        #expect(found.momentum == 0.9)
      }
      if let waiting = recorded.schedule.plateau, let measures = recorded.measures {
        plateau?.take(measures[step], waiting)
      }
    }
  }

  @Test func `every kind of schedule is recorded over 1,000 steps`() throws {
    let all = try RecordedScheduleRun.all()
    // The case's name, as it is written in files.
    let kinds = try Set(
      all.map { recorded in
        let coded = try JSONSerialization.jsonObject(with: JSONEncoder().encode(recorded.schedule))
        return try #require((coded as? [String: Any])?.keys.first)
      })
    #expect(
      kinds == [
        "step", "multiStep", "exponential", "cosine", "cosineRestarts", "polynomial", "flatCosine",
        "oneCycle", "reduceOnPlateau", "warmUp", "sequence",
      ])
    #expect(all.count { $0.momenta != nil } == 6)
  }

  @Test func `a curve has every step, with a cycle's momentum`() {
    let schedule = Schedule.sequence([
      (.share(0.5), .fastaiOneCycle(maxLearningRate: 0.1)),
      (.share(0.5), .constant(learningRate: 1)),
    ])
    let curve = schedule.curve(steps: 20, momentum: 0.75)
    let cycle = Schedule.fastaiOneCycle(maxLearningRate: 0.1).curve(steps: 10, momentum: 0.75)
    #expect(Array(curve[..<10]) == cycle)
    #expect(!curve[10...].contains { $0.learningRate != 1 || $0.momentum != 0.75 })
    #expect(schedule.curve(steps: 0, momentum: 0).isEmpty)
  }

  @Test func `a warm-up rises to where the next schedule begins`() {
    let schedule = Schedule.warmUp(
      over: .share(0.2), from: 0, then: .fastaiOneCycle(maxLearningRate: 1))
    let curve = schedule.curve(steps: 100, momentum: 0.9)
    #expect(curve[0].learningRate == 0)
    #expect(abs(curve[10].learningRate - 0.02) < 1e-7)
    #expect(abs(curve[20].learningRate - 0.04) < 1e-7)
    #expect(curve[0].momentum == 0.95)
    #expect(
      Schedule.warmUp(over: .steps(0), then: .constant(learningRate: 2))
        .settings(step: 0, of: 5, momentum: 0).learningRate == 2)
  }

  @Test(arguments: [
    Schedule.constant(learningRate: -1), .step(learningRate: 1, every: 0, factor: 0.1),
    .multiStep(learningRate: 1, milestones: [], factor: 0),
    .exponential(learningRate: .nan, factor: 0.9), .cosine(learningRate: 1, final: -1),
    .cosineRestarts(learningRate: 1, first: 0), .polynomial(learningRate: 1, power: 0),
    .flatCosine(learningRate: 1, flatShare: 1), .sequence([Schedule.Part]()),
    .reduceOnPlateau(Plateau(learningRate: 1, factor: 1)),
    .warmUp(over: .share(2), then: .constant(learningRate: 1)),
    .warmUp(over: .steps(1), from: 2, then: .constant(learningRate: 1)),
    .sequence([
      (.steps(1), .reduceOnPlateau(Plateau(learningRate: 1))),
      (.steps(1), .reduceOnPlateau(Plateau(learningRate: 1))),
    ]),
  ])
  func `numbers that no schedule has are refused`(schedule: Schedule) async throws {
    #expect(throws: TrainingError.self) { try schedule.check() }
    let learner = try LearnerTests.learner()
    await #expect(throws: TrainingError.self) {
      try await learner.fit(epochs: 1, schedule: schedule)
    }
  }

  @Test func `schedules are written and read, also those of earlier versions`() throws {
    let all: [Schedule] = try RecordedScheduleRun.all().map(\.schedule)
    let coded = try JSONEncoder().encode(all)
    #expect(try JSONDecoder().decode([Schedule].self, from: coded) == all)
    let earlier = #"[{"constant":{"learningRate":0.5}},{"cosine":{"learningRate":0.5,"final":0}}]"#
    #expect(
      try JSONDecoder().decode([Schedule].self, from: Data(earlier.utf8))
        == [.constant(learningRate: 0.5), .cosine(learningRate: 0.5)])
  }
}
