import ArgumentParser
import FoveaCommands
import FoveaDrawing

extension SweepStrategy {
  /// A strategy by name.
  enum Name: String, CaseIterable, ExpressibleByArgument {
    case grid, random, halving
  }
}

/// `fovea sweep`: trains with different settings.
struct Sweep: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train with different settings and tell which are best.",
    usage: "fovea sweep DATASET --max-lr 0.001..0.1:log --batch-size 32,64 [options]",
    discussion: """
      Give options of fovea train (fovea train --help) several values: 32,64 is a choice, 0.001..0.1 a range, 0.001..0.1:log one by orders of \
      magnitude, and 0.001..0.1:log:5 has five points in a grid. All other options hold for each training.

      grid trains every combination, random so many that are drawn, halving draws too and lets only the best go on after \
      some epochs. Prints a row a training and the command line of the best, and keeps a run folder for each. The best was chosen by the validation images; \
      measure it on others. Ctrl-C stops after the current step; --resume goes on, and trains nothing twice.
      """)

  @Option(help: "How to search: grid, random or halving.")
  var search = SweepStrategy.Name.grid

  @Option(help: "With random and halving: how many trainings. (default: 9)")
  var trials: Int?

  @Option(help: "With halving: one of so many goes on, for so many times the epochs. (default: 3)")
  var factor: Int?

  @Option(help: "With halving: the epochs after which most end. (default: 1)")
  var minEpochs: Int?

  @Option(help: "What the best is chosen by: accuracy or loss of the validation images.")
  var by = BestMeasure.accuracy

  @Option(help: "What random settings are drawn from.")
  var searchSeed: UInt64 = 0

  @Flag(help: "Print what would be trained, and train nothing.")
  var dryRun = false

  @OptionGroup var series: SeriesOptions

  @OptionGroup var report: ReportOptions

  @Argument(
    parsing: .allUnrecognized,
    help: "The dataset and options, as fovea train takes them, some with several values.")
  var training: [String] = []

  func run() async throws {
    let console = Console(json: report.json, quiet: series.quiet)
    let command = try command()
    if dryRun {
      let trials = try command.settings()
      for settings in trials {
        let arguments = command.shared + settings.flatMap(\.arguments)
        _ = try TrainConfiguration(TrainArguments.command(arguments))
        console.print(TrainArguments.line(arguments))
      }
      return try console.printJSON(trials)
    }
    let display = SweepDisplay(console, measure: command.measure)
    let result = try await command.run(
      training: TrainArguments.command, observers: [display], observe: display.show)
    display.show(result)
    try console.printJSON(result)
    if result.wasStopped { throw ExitCode.failure }
  }

  private func command() throws -> SweepCommand {
    guard let folder = try series.resumed(training) else {
      let (space, shared) = try SearchSpace.parsed(training)
      return SweepCommand(
        space, shared: shared, strategy: try strategy(), measure: by, seed: searchSeed,
        output: series.out)
    }
    return try SweepCommand(resuming: folder)
  }

  private func strategy() throws(CommandError) -> SweepStrategy {
    func refuse(_ option: String, _ isGiven: Bool) throws(CommandError) {
      guard isGiven else { return }
      throw .conflict(
        option,
        reason: "--search \(search.rawValue) does not read it; leave it out, or take "
          + (option == "--trials" ? "random or halving" : "halving"))
    }
    if search == .grid { try refuse("--trials", trials != nil) }
    if search != .halving {
      try refuse("--factor", factor != nil)
      try refuse("--min-epochs", minEpochs != nil)
    }
    return switch search {
    case .grid: .grid
    case .random: .random(trials: trials ?? 9)
    case .halving:
      .halving(trials: trials ?? 9, factor: factor ?? 3, minEpochs: minEpochs ?? 1)
    }
  }
}
