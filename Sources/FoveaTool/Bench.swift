import ArgumentParser
import FoveaCommands
import FoveaDrawing
import FoveaLayers
import FoveaRuntime

/// `fovea bench`: measures how fast a network is.
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure how fast a network is on this machine, and where its time goes.",
    discussion: """
      Images are random, and so are the weights of a network by name. The layers' table compares each layer with the roofline: the least \
      time that this machine's measured arithmetic and memory speed allow. More than 100 % means that \
      data come from a cache, or that an algorithm saves multiplications.
      """)

  @Argument(help: "The network, see fovea models; or a checkpoint's file, or a run's folder.")
  var model: String

  @Option(
    help: "One image of a network by name: channels, height, width. (default: the published one)")
  var input: ImageExtents?

  @Flag(help: "Whole training steps: forward, loss, gradients, SGD with momentum.")
  var training = false

  @Option(
    help:
      "How exact arithmetic is; bfloat16 and float16 keep activations of training in half the bits."
  )
  var precision = Precision.float32

  @Flag(help: "Compute cheap activations anew in the backward pass, for less memory.")
  var recompute = false

  @Option(help: "Images of a batch.")
  var batch = 1

  @Option(help: "Threads; they change no result. (default: one for each core)")
  var threads: Int?

  @Option(help: "How many runs are timed. (default: as many as fit some seconds)")
  var runs: Int?

  @Flag(help: "Show the time of each layer.")
  var layers = false

  @Option(
    help: "Write where the time of one run goes, for chrome://tracing.", completion: .file())
  var trace: String?

  @OptionGroup var report: ReportOptions

  func run() throws {
    let console = Console(json: report.json)
    var display = BenchDisplay(console)
    console.draw { _ in "Preparing \(model)" }
    defer { console.clearDrawing() }
    let result = try BenchCommand(
      model: model, input: try input?.shape, isTraining: training, precision: precision,
      recomputes: recompute,
      batch: batch, threads: threads, runs: runs, trace: trace
    ).run { try display.show($0) }
    console.clearDrawing()
    console.print(BenchDisplay.lines(result))
    if layers {
      console.print()
      console.print(display.layerLines(result))
    }
    if let trace { console.print("Trace: \(shortened(trace))") }
    try console.printJSON(result)
  }
}

extension TrainingMemory {
  /// What people call it: the options that ask for it.
  var label: String {
    let options =
      (precision == .float32 ? [] : ["--precision \(precision.rawValue)"])
      + (recomputes ? ["--recompute"] : [])
    return options.isEmpty ? "plain" : options.joined(separator: " ")
  }
}

/// Shows a measurement as it goes, and ends it when the user asks for that.
private struct BenchDisplay {
  private static let secondsBetweenLines = 0.1

  private let console: Console
  private var drawn: ContinuousClock.Instant?
  private var roofline: Roofline?

  init(_ console: Console) { self.console = console }

  mutating func show(_ progress: BenchCommand.Progress) throws {
    switch progress {
    case .prepared(let setup):
      Interruption.listen()
      console.clearDrawing()
      let what = setup.mode == .training ? "Training steps" : "Inference"
      console.print(
        "\(what) on \(NumberFormat.extents(setup.input.dimensions)), "
          + "\(counted(setup.threads, "thread")), \(setup.instructionSet.rawValue); planned memory "
          + megabytes(setup.plannedBytes))
      if let memory = setup.trainingMemory {
        console.print(
          "\(memory.label): \(megabytes(memory.savedBytes)) less than plain, for "
            + "\(NumberFormat.grouped(memory.addedOperations)) more operations")
      }
    case .measuring(let run, let runs, let rate):
      draw("Run \(run)/\(runs)  \(NumberFormat.fixed(rate, decimals: 1)) images/s")
    case .profiling(let run, let runs, let roofline):
      self.roofline = roofline
      draw("Layer by layer, run \(run)/\(runs)")
    }
    if Interruption.isRequested {
      console.clearDrawing()
      Console.fail("Stopped before the measurement was done.")
      throw ExitCode.failure
    }
  }

  private mutating func draw(_ line: String) {
    let now = ContinuousClock.now
    if let drawn, (now - drawn) / .seconds(1) < Self.secondsBetweenLines { return }
    drawn = now
    console.draw { String(line.prefix($0)) }
  }

  /// What was measured of the whole.
  static func lines(_ report: BenchReport) -> [String] {
    [
      "Median \(milliseconds(report.medianMilliseconds)), 95 % within "
        + "\(milliseconds(report.p95Milliseconds)), fastest \(milliseconds(report.minMilliseconds))",
      "\(NumberFormat.fixed(report.imagesPerSecond, decimals: 1)) images/s, peak memory "
        + megabytes(report.peakBytes),
    ]
  }

  /// The layers' table, and the limits that it compares with.
  func layerLines(_ report: BenchReport) -> [String] {
    let total = report.layers.reduce(0) { $0 + $1.milliseconds }
    let least = report.layers.reduce(0) { $0 + $1.rooflineMilliseconds }
    let table = TextTable(
      [
        .init("Layer"), .init("Operation"), .init("Output"), .init("ms", .right),
        .init("Share", .right), .init("GFLOP/s", .right), .init("Roofline", .right),
      ],
      rows: report.layers.map { layer in
        [
          layer.path, layer.operation, NumberFormat.extents(layer.outputShape.dimensions),
          NumberFormat.fixed(layer.milliseconds, decimals: 3),
          NumberFormat.percent(layer.milliseconds / total, decimals: 1),
          layer.multiplyAdds == 0
            ? ""
            : NumberFormat.fixed(
              2e-6 * Double(layer.multiplyAdds) / layer.milliseconds, decimals: 1),
          NumberFormat.percent(layer.rooflineShare, decimals: 0),
        ]
      },
      footer: [
        [
          "Total", "", "", NumberFormat.fixed(total, decimals: 3), "", "",
          NumberFormat.percent(least / total, decimals: 0),
        ]
      ])
    guard let roofline else { return table.lines }
    return table.lines + [
      "",
      "Roofline: \(NumberFormat.fixed(2e-9 * roofline.multiplyAddsPerSecond, decimals: 1)) GFLOP/s, "
        + "\(NumberFormat.fixed(1e-9 * roofline.bytesPerSecond, decimals: 1)) GB/s.",
    ]
  }
}

private func milliseconds(_ value: Double) -> String {
  NumberFormat.fixed(value, decimals: value < 10 ? 3 : 1) + " ms"
}

/// Bytes as people read them.
func megabytes(_ bytes: Int) -> String {
  NumberFormat.fixed(Double(bytes) / 1e6, decimals: 1) + " MB"
}
