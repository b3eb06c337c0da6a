import ArgumentParser
import FoveaCommands
import FoveaData
import FoveaDrawing
import Foundation

/// `fovea data`: tells what is in a dataset.
struct DataVerbs: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Look at a dataset: what is in it, and what is wrong with it.",
    discussion: """
      DATASET is a name (\(DatasetName.list)), a folder with a folder of images \
      for each class (with train/ and val/ or test/ above them, where there are parts), a .csv table of paths and classes, or \
      arrays of NumPy: a .npz file, or a folder of images.npy and labels.npy, of any number of channels.
      """,
    subcommands: [Info.self, Describe.self, Preview.self, Stats.self, Check.self])

  /// Options that say which images.
  struct Selection: ParsableArguments {
    @Argument(help: "A dataset's name, a folder of images, a .csv table, or a .npz file.")
    var dataset: String

    @Option(
      help: "The folder of a named dataset's files, or what a table's paths are relative to.",
      completion: .directory)
    var data: String?

    @OptionGroup var classes: ClassOptions

    @Option(
      help: "Split a folder or table: the share of each class for validation, as in 0.2.")
    var validation: Double?

    @Option(
      help: "Split by a file that names the images for validation, a line each.",
      completion: .file())
    var validationFile: String?

    @Option(help: "1 for grey, 3 for red, green and blue. (default: by the images)")
    var channels: Int?

    /// - Parameter seed: What a share for validation is drawn from.
    func request(seed: UInt64 = 0) throws(CommandError) -> DatasetRequest {
      guard validation == nil || validationFile == nil else {
        throw .conflict("--validation-file", reason: "--validation settles it; choose one of them")
      }
      var request = DatasetRequest(dataset, data: data)
      request.splitter =
        validationFile.map { .file($0) }
        ?? validation.map { .stratified(validation: $0, seed: seed) }
      request.read(by: classes.rules)
      return request
    }
  }

  /// Looks at the images, with a line of progress.
  private static func report(
    _ selection: Selection, _ console: Console
  ) async throws -> DataReport {
    let downloads = DownloadDisplay(console)
    let start = ContinuousClock.now
    let result = try await DataCommand(selection.request(), channels: selection.channels).run {
      progress in
      switch progress {
      case .downloading(let download): downloads.show(download)
      case .looking(let images, let all):
        let seconds = max((ContinuousClock.now - start) / .seconds(1), 1e-9)
        let rate = Double(images) / seconds
        console.draw { width in
          let text =
            "Looked at \(NumberFormat.grouped(images)) of \(NumberFormat.grouped(all)) images, "
            + "\(NumberFormat.grouped(Int(rate))) a second, "
            + "\(Int((Double(all - images) / rate).rounded(.up))) s left"
          return String(text.prefix(width))
        }
      }
    }
    console.clearDrawing()
    return result
  }

  /// `fovea data info`: counts classes, parts and sizes.
  struct Info: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Count the images of each class and part, and their sizes.")

    @OptionGroup var selection: Selection
    @OptionGroup var report: ReportOptions

    func run() async throws {
      let console = Console(json: report.json)
      let result = try await DataVerbs.report(selection, console)
      console.print(DataText.counts(result) + [""] + DataText.sizes(result))
      if !result.problems.isEmpty {
        console.print(["", DataText.total(result) + " (fovea data check says which)"])
      }
      try console.printJSON(result)
    }
  }

  /// What happens to images on their way to a network.
  struct PreparationOptions: ParsableArguments {
    @Option(help: "The height and width that the network takes. (default: the images' own)")
    var imageSize: Int?

    @Option(help: "What happens to the images: \(AugmentationName.names).")
    var augment = ImageRecipe.defaultAugmentation

    @Option(help: "Mix images by mixup with Beta(A, A), as in 0.2.")
    var mixup: Double?

    @Option(help: "Mix images by CutMix with Beta(A, A), as in 1.")
    var cutmix: Double?

    @Option(help: "Which epoch's random changes, from 0.")
    var epoch = 0

    @Option(help: "What random changes are drawn from.")
    var seed: UInt64 = 0

    func preparation(_ selection: Selection) -> ImagePreparation {
      ImagePreparation(
        size: imageSize.map { ImageSize($0) }, channels: selection.channels,
        augmentation: augment, seed: seed)
    }

    var mixing: Mixing? {
      get throws { try Mixing(mixup: mixup, cutMix: cutmix) }
    }
  }

  /// `fovea data preview`: draws a batch.
  struct Preview: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Draw images as the network gets them, augmented, with their classes.",
      discussion: """
        The images are those of a batch for training, with normalisation taken back. Another --epoch shows other random \
        changes of the same images; nothing is changed without --augment, as in fovea train. Without --out they are \
        drawn right in a terminal, else into preview.svg.
        """)

    @OptionGroup var selection: Selection

    @Option(help: "How many images.")
    var count = 25

    @OptionGroup var images: PreparationOptions

    @Option(
      help: "The picture's file: .svg or .png. (default: the terminal, else preview.svg)",
      completion: .file())
    var out: String?

    @Flag(help: "Draw with characters, also into a pipe, where there are no colours.")
    var terminal = false

    @OptionGroup var report: ReportOptions

    func run() async throws {
      let console = Console(json: report.json)
      let downloads = DownloadDisplay(console)
      var command = PreviewCommand(
        try selection.request(seed: images.seed), images.preparation(selection), count: count)
      command.epoch = images.epoch
      command.mixing = try images.mixing
      if terminal || (out == nil && console.isTerminal && !report.json) {
        console.print(try await command.grid { downloads.show($0) })
        guard out != nil || report.json else { return }
      }
      command.output = out ?? command.output
      let result = try await command.run { downloads.show($0) }
      console.print("\(result.file): \(NumberFormat.grouped(result.bytes)) bytes")
      try console.printJSON(result)
    }
  }

  /// `fovea data describe`: walks one image into its batch.
  struct Describe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Walk one image through every step into its batch, as a training does.",
      discussion: """
        Tells where the image is from, what its class and its part are, and for each step what was drawn, with the shape and the \
        least, mean and largest number after it. Takes the options of fovea train about images.
        """)

    @OptionGroup var selection: Selection

    @Option(help: "Which of the images for training, from 0.")
    var item = 0

    @Option(help: "Images of a batch.")
    var batchSize = TrainConfiguration.defaultBatchSize

    @OptionGroup var images: PreparationOptions

    @OptionGroup var report: ReportOptions

    func run() async throws {
      let console = Console(json: report.json)
      let downloads = DownloadDisplay(console)
      var command = DescribeCommand(
        try selection.request(seed: images.seed), images.preparation(selection), item: item,
        epoch: images.epoch, batchSize: batchSize)
      command.mixing = try images.mixing
      let result = try await command.run { downloads.show($0) }
      console.print("\(result)")
      try console.printJSON(result)
    }
  }

  /// `fovea data stats`: means and deviations.
  struct Stats: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Compute mean and deviation of each channel, to normalise by.",
      discussion: """
        Over every pixel of the part for training, as shares of 255; each pixel counts once.
        """)

    @OptionGroup var selection: Selection
    @OptionGroup var report: ReportOptions

    func run() async throws {
      let console = Console(json: report.json)
      let result = try await DataVerbs.report(selection, console)
      console.print(DataText.statistics(result))
      try console.printJSON(result)
    }
  }

  /// `fovea data check`: looks for faults.
  struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Look for damaged images, leaks between parts, duplicates and missing classes.",
      discussion: """
        Ends with exit code 1 where an image is damaged, a picture is in two parts or two classes, or a class is missing; \
        duplicates and rare classes are told and end with 0.
        """)

    @OptionGroup var selection: Selection
    @OptionGroup var report: ReportOptions

    func run() async throws {
      let console = Console(json: report.json)
      let result = try await DataVerbs.report(selection, console)
      console.print(DataText.problems(result))
      try console.printJSON(result)
      if result.problems.contains(where: \.kind.isGrave) { throw ExitCode(1) }
    }
  }
}

/// A dataset in words.
private enum DataText {
  static func counts(_ report: DataReport) -> [String] {
    var table = TextTable(
      [.init("Class")] + report.parts.map { .init($0.name, .right) } + [.init("Share", .right)])
    let images = report.parts.reduce(0) { $0 + $1.images }
    table.rows = report.classes.map { entry in
      let sum = entry.counts.reduce(0, +)
      return [entry.name] + entry.counts.map { NumberFormat.grouped($0) }
        + [NumberFormat.percent(Double(sum) / Double(max(images, 1)))]
    }
    table.footer = [["All"] + report.parts.map { NumberFormat.grouped($0.images) } + [""]]
    return table.lines
  }

  static func sizes(_ report: DataReport) -> [String] {
    guard let sizes = report.sizes else { return ["No image can be read."] }
    // Arrays have channels of any meaning.
    let kinds = report.range == .bytes ? [1: "grey", 3: "RGB", 4: "RGBA"] : [:]
    let channels = report.channels.sorted { $0.key < $1.key }.map {
      "\(NumberFormat.grouped($0.value)) \(kinds[$0.key] ?? "of \($0.key) channels")"
    }
    let text =
      sizes.distinct == 1
      ? "All images are \(sizes.smallest) (height×width)"
      : "Sizes (height×width): \(sizes.smallest) to \(sizes.largest), the middle one "
        + "\(sizes.median), \(sizes.distinct) different"
    return ["\(text); \(channels.joined(separator: ", "))."]
  }

  static func statistics(_ report: DataReport) -> [String] {
    func list(_ numbers: [Float]) -> String {
      numbers.map { NumberFormat.fixed(Double($0), decimals: 4) }.joined(separator: " ")
    }
    let name = report.parts.first?.name ?? report.name
    return [
      "mean       \(list(report.normalization.mean))",
      "deviation  \(list(report.normalization.deviation))",
      report.normalization.unit == 255
        ? "of \(name), as shares of 255" : "of \(name), whose numbers are \(report.range)",
    ]
  }

  static func problems(_ report: DataReport) -> [String] {
    let shown = 5
    return report.problems.flatMap { problem in
      let names = problem.images.prefix(shown).map { "    \($0)" }
      let rest = problem.images.count - names.count
      return ["\(problem.kind.isGrave ? "error" : "warning"): \(problem.message)"] + names
        + (rest > 0 ? ["    and \(rest) more"] : [])
    } + [total(report)]
  }

  static func total(_ report: DataReport) -> String {
    let (grave, light) = (
      report.problems.count { $0.kind.isGrave }, report.problems.count { !$0.kind.isGrave }
    )
    let images = report.parts.reduce(0) { $0 + $1.images }
    return "\(report.name): \(counted(images, "image")), \(counted(grave, "error")), "
      + counted(light, "warning")
  }
}
