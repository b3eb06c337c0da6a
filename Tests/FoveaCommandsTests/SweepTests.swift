@testable import FoveaCommands
import Testing

/// Search spaces, and how sweeps go through them.
@Suite struct SweepTests {
  private func lines(_ trials: [[SearchSpace.Setting]]) -> [String] {
    trials.map { $0.flatMap(\.arguments).joined(separator: " ") }
  }

  @Test func `options with several values are told from those with one`() throws {
    let (space, shared) = try SearchSpace.parsed([
      "../data", "--batch-size", "32,64", "--epochs=2", "--max-lr=0.001..0.1:log", "--recompute",
      "--milestones", "1,2", "--log", "jsonl,tensorboard", "--warm-up", "1..3",
    ])
    #expect(space.dimensions.map(\.option) == ["--batch-size", "--max-lr", "--warm-up"])
    #expect(
      shared == [
        "../data", "--epochs=2", "--recompute", "--milestones", "1,2", "--log", "jsonl,tensorboard",
      ])
    let grid = try lines(space.grid())
    #expect(grid.count == 2 * 3 * 3)
    #expect(grid.first == "--batch-size 32 --max-lr 0.001 --warm-up 1")
    #expect(grid[1] == "--batch-size 32 --max-lr 0.001 --warm-up 2")
    #expect(grid.contains("--batch-size 64 --max-lr 0.01 --warm-up 3"))
  }

  @Test(arguments: [
    ["--max-lr", "0.1..0.01"], ["--max-lr", "0..1:log"], ["--max-lr", "0.1..1:log:1"],
    ["--max-lr", "0.1..1:lag"], ["--batch-size", "32,,64"], ["--batch-size", "32,32"],
    ["mnist-mini", "--epochs", "3"], ["--seed", "1,2", "--seed", "3,4"], [],
  ])
  func `what is no range or list is refused`(arguments: [String]) {
    #expect(throws: CommandError.self) { try SearchSpace.parsed(arguments) }
  }

  @Test func `the same seed draws the same, within the ranges, and nothing twice`() throws {
    let (space, _) = try SearchSpace.parsed([
      "--max-lr", "0.0001..0.1:log", "--batch-size", "16..64", "--optimizer", "sgd,adamw",
    ])
    let trials = space.sample(200, seed: 7)
    #expect(trials.count == 200 && Set(trials).count == 200)
    #expect(space.sample(200, seed: 7) == trials)
    #expect(space.sample(20, seed: 7) == Array(trials.prefix(20)))
    #expect(space.sample(200, seed: 8) != trials)
    let rates = try trials.map { try #require(Double($0[0].value)) }
    let sizes = try trials.map { try #require(Int($0[1].value)) }
    #expect(rates.allSatisfy { 0.0001...0.1 ~= $0 } && sizes.allSatisfy { 16...64 ~= $0 })
    // A third of the draws for each order of magnitude.
    let low = rates.count { $0 < 0.001 }
    #expect(40...95 ~= low)
    // Choices run out.
    let (few, _) = try SearchSpace.parsed(["--seed", "1,2,3"])
    #expect(few.sample(9, seed: 0).count == 3)
  }

  @Test func `halving trains fewer for longer`() throws {
    func rungs(_ trials: Int, _ factor: Int, _ least: Int, epochs: Int) -> [[Int]] {
      SweepStrategy.halving(trials: trials, factor: factor, minEpochs: least)
        .rungs(trials: trials, epochs: epochs).map { [$0.trials, $0.epochs] }
    }
    #expect(rungs(9, 3, 1, epochs: 9) == [[9, 1], [3, 3], [1, 9]])
    #expect(rungs(9, 3, 1, epochs: 20) == [[9, 1], [3, 3], [1, 20]])
    #expect(rungs(8, 2, 2, epochs: 6) == [[8, 2], [4, 4], [2, 6]])
    #expect(rungs(5, 2, 3, epochs: 3) == [[5, 3]])
    #expect(SweepStrategy.grid.rungs(trials: 4, epochs: 3).map(\.epochs) == [3])
    #expect(throws: CommandError.self) {
      try SweepStrategy.halving(trials: 4, factor: 1, minEpochs: 1).check(epochs: 3)
    }
    #expect(throws: CommandError.self) {
      try SweepStrategy.halving(trials: 4, factor: 2, minEpochs: 4).check(epochs: 3)
    }
  }

  @Test(arguments: [-1, 0, 10_001, Int.max, Int.min])
  func `a number of trainings that there is not is refused`(trials: Int) throws {
    let (space, shared) = try SearchSpace.parsed(["mnist-mini", "--max-lr", "0.001..0.1:log"])
    for strategy in [
      SweepStrategy.random(trials: trials), .halving(trials: trials, factor: 3, minEpochs: 1),
    ] {
      let command = SweepCommand(space, shared: shared, strategy: strategy)
      let error = #expect(throws: CommandError.self) { try command.settings() }
      #expect(error?.description.contains("--trials is") == true)
    }
  }

  @Test func `a stored space that cannot be gone through is damage`() throws {
    func range(
      _ from: Double, _ to: Double, isLogarithmic: Bool = false, isWhole: Bool = false,
      points: Int = 3
    ) -> SearchSpace.Values {
      .range(
        .init(from: from, to: to, isLogarithmic: isLogarithmic, isWhole: isWhole, points: points))
    }
    func check(_ values: SearchSpace.Values) throws {
      try SearchSpace(dimensions: [.init(option: "--max-lr", values: values)]).check()
    }
    try check(.choice(["1"]))
    try check(range(1, 2, isLogarithmic: true, isWhole: true, points: 10_000))
    for values in [
      SearchSpace.Values.choice([]), range(2, 1), range(1, .infinity),
      range(0, 1, isLogarithmic: true),
      range(0, 0x1p53, isWhole: true), range(0, 1, points: 1), range(0, 1, points: .max),
    ] {
      #expect(throws: CommandError.self) { try check(values) }
    }
  }

  @Test func `a fold is read as it is written`() {
    for text in ["1/5", "3/3:random"] { #expect(DataFold(text).map { "\($0)" } == text) }
    for text in ["", "1", "a/b", "1/2/3", "1/5:x", "1/"] { #expect(DataFold(text) == nil) }
  }
}
