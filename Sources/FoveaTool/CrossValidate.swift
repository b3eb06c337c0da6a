import ArgumentParser
import FoveaCommands
import FoveaDrawing
import FoveaTraining

/// `fovea cross-validate`: trains once for each fold of the images.
struct CrossValidate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cross-validate",
    abstract: "Train K times, each time validated on another K-th of the images.",
    usage: "fovea cross-validate DATASET [options] [options of fovea train]",
    discussion: """
      Prints each fold's accuracy, their mean and their standard deviation. All options of fovea train hold for each training \
      (fovea train --help). Each fold has a run folder of its own, fold-1 and so on. Test images of a dataset, or of a folder in parts, take no part. \
      Ctrl-C stops after the current step; --resume goes on, and trains no fold again that is done.
      """)

  @Option(help: "How many folds.")
  var folds = 5

  @Flag(
    inversion: .prefixedNo,
    help: "Each fold has its share of each class; else all images are dealt at random.")
  var stratified = true

  @OptionGroup var series: SeriesOptions

  @OptionGroup var report: ReportOptions

  @Argument(
    parsing: .allUnrecognized, help: "The dataset and options, as fovea train takes them.")
  var training: [String] = []

  func run() async throws {
    let console = Console(json: report.json, quiet: series.quiet)
    let downloads = DownloadDisplay(console)
    let result = try await command().run(observers: [TrainingDisplay(console)]) { event in
      switch event {
      case .foldBegan(let fold, let count, _): console.printHeading("Fold \(fold) of \(count)")
      case .preparing(.downloading(let progress)): downloads.show(progress)
      case .preparing(.prepared(let training)):
        console.print(
          "\(NumberFormat.grouped(training.trainingImages)) training and "
            + "\(NumberFormat.grouped(training.validationImages)) validation images, into "
            + shortened(training.run))
        console.print(TrainingDisplay.lines(before: training.finishedEpochs))
      case .preparing(.configured): break
      case .foldEnded(let fold):
        console.print(
          "Fold \(fold.fold): accuracy \(fold.accuracy.map { NumberFormat.percent($0) } ?? "–")")
        console.print()
      }
    }
    Self.show(result, console)
    try console.printJSON(result)
    if result.wasStopped { throw ExitCode.failure }
  }

  private func command() throws -> CrossValidationCommand {
    guard let folder = try series.resumed(training) else {
      return CrossValidationCommand(
        try TrainArguments.command(training), folds: folds, isStratified: stratified,
        output: series.out)
    }
    return try CrossValidationCommand(resuming: folder)
  }

  private static func show(_ report: CrossValidationCommand.Report, _ console: Console) {
    let table = TextTable(
      [
        .init("Fold", .right), .init("Accuracy", .right), .init("Loss", .right),
        .init("Epochs", .right), .init("Time", .right),
      ],
      rows: report.folds.map { fold in
        [
          "\(fold.fold)", fold.accuracy.map { NumberFormat.percent($0) } ?? "–",
          fold.loss.map { NumberFormat.fixed($0, decimals: 4) } ?? "–", "\(fold.epochs)",
          NumberFormat.fixed(fold.seconds, decimals: 1) + " s",
        ]
      })
    if !report.folds.isEmpty { console.print(table.header + table.rows.map(table.line)) }
    let done = "\(report.folds.count) of \(report.foldCount) folds"
    if let accuracy = report.accuracy {
      console.printResult(
        "Accuracy \(NumberFormat.percent(accuracy.mean)) ± "
          + "\(NumberFormat.percent(accuracy.deviation)) (mean and standard deviation of \(done))")
    }
    let folder = shortened(report.folder)
    console.printResult(
      report.wasStopped
        ? "Stopped after \(done). Go on with:\n  fovea cross-validate --resume --out \(quoted(folder))"
        : "Runs: \(folder)")
  }
}
