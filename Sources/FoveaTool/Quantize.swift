import ArgumentParser
import FoveaCommands
import FoveaDrawing
import FoveaRuntime

/// `fovea quantize`: finds out which layers are worth running on 8-bit numbers.
struct Quantize: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Find the convolutions that 8-bit numbers make faster here, and write the network so.",
    discussion: """
      A convolution is kept on 8-bit numbers when it was measured faster than its float version on this \
      machine and its error is within the tolerance. Nothing is written, and the exit code is 1, when no \
      layer is kept, when the whole network is no faster, or when it loses more accuracy than the \
      tolerance. A network by name is measured with random weights and images.
      """)

  @Argument(
    help: "A checkpoint's file, a run's folder, or a network by name.", completion: .file())
  var model: String

  @Option(help: "The dataset, by name: training images calibrate, test images check the accuracy.")
  var calibration: String?

  @Option(help: "How many images calibrate.")
  var samples = 128

  @Option(
    help: "The largest error of a layer, as a share of its results' range, and loss of accuracy.")
  var tolerance = 0.01

  @Option(help: "Threads; they change times and no result. (default: one for each core)")
  var threads: Int?

  @Option(
    help: "The folder of the dataset's files. (default: $FOVEA_DATA, the cache, then a download)",
    completion: .directory)
  var data: String?

  @Flag(
    help: "Take every layer that 8-bit kernels can compute, and write the network, all the same.")
  var force = false

  @Option(
    help: "The file to write, which evaluate, predict and bench take. (default: none)",
    completion: .file())
  var output: String?

  @OptionGroup var report: ReportOptions

  func run() async throws {
    let console = Console(json: report.json)
    let downloads = DownloadDisplay(console)
    var command = QuantizeCommand(
      model: model, calibration: calibration, samples: samples, tolerance: tolerance,
      output: output)
    command.threads = threads
    command.data = data
    command.isForced = force
    defer { console.clearDrawing() }
    Interruption.listen()
    let result = try await command.run(progress: { try Self.show($0, console) }) {
      downloads.show($0)
    }
    console.clearDrawing()
    console.print(Self.lines(result))
    try console.printJSON(result)
    guard output != nil, result.output == nil, let refusal = result.refusal else { return }
    Console.fail("Error: nothing was written: \(refusal); write it all the same with --force")
    throw ExitCode.failure
  }

  private static func show(_ progress: QuantizeCommand.Progress, _ console: Console) throws {
    let line =
      switch progress {
      case .layers(.watching(let batch, let batches)):
        "Watching layers, batch \(batch)/\(batches)"
      case .layers(.timing(let round, let rounds)): "Timing layers, round \(round)/\(rounds)"
      case .network(.watching): ""
      case .network(.timing(let round, let rounds)):
        "Timing the network, round \(round)/\(rounds)"
      case .evaluating: "Evaluating"
      }
    console.draw { String(line.prefix($0)) }
    if Interruption.isRequested {
      console.clearDrawing()
      Console.fail("Stopped before the network was quantised.")
      throw ExitCode.failure
    }
  }

  private static func lines(_ report: QuantizeCommand.Report) -> [String] {
    let table = TextTable(
      [
        .init("Layer"), .init("Float ms", .right), .init("Int8 ms", .right),
        .init("Int8/float", .right), .init("Error", .right), .init("Runs as"),
      ],
      rows: report.layers.map { layer in
        let ratio = layer.int8Milliseconds.flatMap { int8 in
          layer.floatMilliseconds.map { int8 / $0 }
        }
        return [
          layer.path, layer.floatMilliseconds.map { NumberFormat.fixed($0, decimals: 3) } ?? "",
          layer.int8Milliseconds.map { NumberFormat.fixed($0, decimals: 3) } ?? "",
          ratio.map { NumberFormat.fixed($0, decimals: 2) } ?? "",
          layer.error.map { NumberFormat.percent($0) } ?? "", words(layer.verdict),
        ]
      })
    var lines = table.lines
    lines += [
      "",
      "\(report.quantizedLayers) of \(counted(report.layers.count, "convolution")) on 8-bit numbers "
        + "(\(report.instructionSet.rawValue)), calibrated with "
        + "\(counted(report.calibrationImages, "image")).",
      "One image takes \(NumberFormat.fixed(report.int8Milliseconds, decimals: 3)) ms, in float "
        + "\(NumberFormat.fixed(report.floatMilliseconds, decimals: 3)) ms: "
        + NumberFormat.fixed(report.int8Milliseconds / report.floatMilliseconds, decimals: 2)
        + " times.",
    ]
    if let float = report.floatAccuracy, let int8 = report.int8Accuracy {
      lines.append(
        "Accuracy \(NumberFormat.percent(int8)), in float \(NumberFormat.percent(float)).")
    }
    if let refusal = report.refusal { lines.append("Better left in float: \(refusal).") }
    if let output = report.output { lines.append("Written: \(shortened(output))") }
    return lines
  }

  private static func words(_ verdict: Quantization.Verdict) -> String {
    switch verdict {
    case .kept: "int8"
    case .forced: "int8 (forced)"
    case .slower: "float: int8 is no faster"
    case .inaccurate: "float: int8 errs too much"
    case .unsupported: "float: no int8 kernel"
    }
  }
}
