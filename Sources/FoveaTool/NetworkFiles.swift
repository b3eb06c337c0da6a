import ArgumentParser
import FoveaCommands
import FoveaDrawing
import FoveaFormats

/// What every command that loads weights may be asked for.
struct WeightArguments: ParsableArguments {
  @Option(
    help: "Where in a PyTorch checkpoint the weights are, such as ema. (default: the usual place)")
  var entry: String?

  @Option(help: "The number of classes, for a network by name. (default: the published one)")
  var classes: Int?

  @Flag(help: "Start tensors that the file lacks at random.")
  var allowMissing = false

  @Flag(help: "Leave out tensors that the network lacks.")
  var allowUnexpected = false

  @Flag(help: "Adapt the first convolution to images with another number of channels.")
  var adaptInput = false

  @Flag(help: "Start the last layer at random where its shape is another, for other classes.")
  var dropHead = false

  func source(_ network: String, weights: String?, seed: UInt64 = 0) -> NetworkSource {
    var source = NetworkSource(network, weights: weights)
    source.entry = entry
    source.seed = seed
    source.classes = classes
    source.options.allowsMissing = allowMissing
    source.options.allowsUnexpected = allowUnexpected
    source.options.adaptsInputChannels = adaptInput
    source.options.dropsHead = dropHead
    return source
  }
}

/// `fovea run`: runs a network on plain tensors.
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a network on plain tensors: .npy files in, .npy files out.",
    discussion: """
      The inputs are in the order of the network's inputs, and the batch is their first extent. The outputs are \
      written as 0.npy, 1.npy … into a folder, in the order of the network's outputs.

        fovea run resnet18 --weights resnet18.pth --input image.npy --output answers
      """)

  @Argument(
    help:
      "A network by name (fovea models), a .fovea or .onnx file, a checkpoint, a run's folder, or a graph's .json file."
  )
  var model: String

  @Option(
    help: "Its weights: .pth, .safetensors, .npz or a checkpoint. (default: random ones)",
    completion: .file())
  var weights: String?

  @Option(help: "What random weights are drawn by.")
  var seed: UInt64 = 0

  @Option(parsing: .upToNextOption, help: "A .npy file for each input.", completion: .file())
  var input: [String]

  @Option(help: "The folder for the outputs.", completion: .directory)
  var output: String

  @Flag(help: "Run on numbers far outside those of the training, too, which are refused otherwise.")
  var anyRange = false

  @Option(help: "Threads; they change no result. (default: one for each core)")
  var threads: Int?

  @OptionGroup var arguments: WeightArguments
  @OptionGroup var report: ReportOptions

  func run() throws {
    let console = Console(json: report.json)
    var command = RunCommand(
      source: arguments.source(model, weights: weights, seed: seed), inputs: input,
      output: output, threads: threads)
    command.takesAnyRange = anyRange
    let result = try command.run()
    if let weights = result.weights { console.print(weights.lines) }
    if result.hasRandomWeights { console.print("Weights: random, of seed \(seed)") }
    for array in result.outputs { console.print("\(array.file)  \(array.name) \(array.shape)") }
    try console.printJSON(result)
  }
}

/// `fovea export`: writes a network to a file.
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a network to a file, and prove that it answers alike.",
    discussion: """
      The file is read back and compared with its source on random inputs, and on images where the training's dataset \
      comes with the program. What was found stands in the file. A file that would answer otherwise is not written.
      """)

  @Argument(
    help: "A run's folder, a checkpoint, a .fovea or .onnx file, or a network by name.",
    completion: .file())
  var model: String

  @Option(help: "The weights of a network by name. (default: random ones)", completion: .file())
  var weights: String?

  @Option(help: "The kind of file. (default: by the file's name)")
  var format: ExportFormat?

  @Option(name: .shortAndLong, help: "The file to write.", completion: .file())
  var output: String

  @Option(help: "The largest difference, as a share of the largest output. (default: the format's)")
  var tolerance: Double?

  @Option(help: "The version of the operators of an ONNX file, 13 to 21. (default: 18)")
  var opset: Int?

  @Option(help: "Threads; they change no result. (default: one for each core)")
  var threads: Int?

  @OptionGroup var arguments: WeightArguments
  @OptionGroup var report: ReportOptions

  func run() throws {
    let console = Console(json: report.json)
    let result = try ExportCommand(
      source: arguments.source(model, weights: weights), format: format, output: output,
      tolerance: tolerance, threads: threads, opset: opset
    ).run()
    console.print(result.lines)
    try console.printJSON(result)
  }
}

/// `fovea import`: loads weights by name into a network.
struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Load a file's weights by name into a network, and write both as one file.",
    discussion: """
      Every tensor of the file must have its place in the network and the other way round; otherwise nothing is \
      written, and the report names what is missing, unexpected or of another shape, with the nearest names.

        fovea import weights.pth --model lenet5 --mean 0.1307 --deviation 0.3081 -o lenet.fovea
      """)

  @Argument(help: "The weights: .pth, .safetensors, .npz or a checkpoint.", completion: .file())
  var file: String

  @Option(help: "The network by name, or a graph's .json file.")
  var model: String

  @Option(
    help: "A text file with the name of a class in each line, or names with commas between.",
    completion: .file())
  var labels: String?

  @Option(help: "What is taken from each channel of an image, of values from 0 to 1: 0.5,0.5,0.5.")
  var mean: String?

  @Option(help: "What each channel is divided by after that.")
  var deviation: String?

  @Option(
    name: .shortAndLong, help: "The file to write: .fovea, .onnx or .safetensors.",
    completion: .file())
  var output: String

  @Option(help: "Threads; they change no result. (default: one for each core)")
  var threads: Int?

  @OptionGroup var arguments: WeightArguments
  @OptionGroup var report: ReportOptions

  func run() throws {
    let console = Console(json: report.json)
    var command = ImportCommand(source: arguments.source(model, weights: file), output: output)
    command.labels = labels
    command.mean = try mean.map { try Self.numbers($0, "--mean") }
    command.deviation = try deviation.map { try Self.numbers($0, "--deviation") }
    command.threads = threads
    let result = try command.run()
    console.print(result.lines)
    try console.printJSON(result)
  }

  private static func numbers(_ text: String, _ option: String) throws -> [Float] {
    try text.split(separator: ",").map {
      guard let number = Float($0) else {
        throw ValidationError("\(option) is numbers with commas between, got '\(text)'")
      }
      return number
    }
  }
}

/// `fovea convert`: writes a file as another kind of file.
struct Convert: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a file as another kind of file, which the names say.",
    discussion: """
      Weights alone (.pth, .npz, .safetensors) become .safetensors, bit for bit; networks with weights become whatever \
      fovea export writes, and are compared as there.
      """)

  @Argument(help: "The file to read, of any kind.", completion: .file())
  var input: String

  @Argument(help: "The file to write.", completion: .file())
  var output: String

  @Option(
    help: "Where in a PyTorch checkpoint the weights are, such as ema. (default: the usual place)")
  var entry: String?

  @Option(help: "The version of the operators of an ONNX file, 13 to 21. (default: 18)")
  var opset: Int?

  @Option(help: "Threads; they change no result. (default: one for each core)")
  var threads: Int?

  @OptionGroup var report: ReportOptions

  func run() throws {
    let console = Console(json: report.json)
    let result = try ConvertCommand(
      input: input, output: output, entry: entry, threads: threads, opset: opset
    ).run()
    if !result.entry.isEmpty { console.print("Weights under \(result.entry)") }
    if !result.otherEntries.isEmpty {
      console.print("Also there: \(result.otherEntries.joined(separator: ", ")) (--entry)")
    }
    console.print(result.evidence.map(\.line))
    console.print(
      "Written: \(shortened(result.output)) (\(counted(result.tensors, "tensor")), "
        + "\(megabytes(result.bytes)))")
    try console.printJSON(result)
  }
}

extension ExportCommand.Report {
  /// What was found and written.
  fileprivate var lines: [String] {
    (weights?.lines ?? []) + evidence.map(\.line)
      + ["Written: \(shortened(output)) (\(megabytes(bytes)))"]
  }
}

extension ParityEvidence {
  /// What was found, in a line.
  fileprivate var line: String {
    let time = relativeTime.map { ", \(NumberFormat.fixed($0, decimals: 2)) times the time" } ?? ""
    return "Compared on \(counted(count, "input")) (\(inputs)): largest difference "
      + "\(Float(largestDifference)) of \(Float(largestOutput)), same best class "
      + "\(NumberFormat.percent(topOneAgreement, decimals: 1))\(time)"
  }
}
