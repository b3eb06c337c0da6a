import ArgumentParser
import FoveaAnalysis
import FoveaCommands

/// `fovea explain receptive-field`.
struct ExplainReceptiveField: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "receptive-field", abstract: "What a chain of layers sees, row by row.",
    discussion: """
      For a whole network, fovea summary has a column, and fovea receptive-field shows the pixels of one activation.
      """)

  @Argument(
    help: ArgumentHelp(
      "Layers from the image on: kernel,stride[,padding[,dilation]]; padding is 0 and dilation 1 where left out.",
      valueName: "k,s"))
  var layers: [Layer] = []

  @Option(help: "The image's extent along the axis: tells how many positions each layer has.")
  var input: Int?

  @OptionGroup var report: ReportOptions

  /// A layer, as in `3,1` or `3,1,1,2`.
  struct Layer: ExpressibleByArgument {
    let layer: ReceptiveFieldQuestion.Layer

    init?(argument: String) {
      let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
      guard 2...4 ~= numbers.count, !numbers.contains(nil) else { return nil }
      let given = numbers.compactMap(\.self)
      layer = ReceptiveFieldQuestion.Layer(
        kernel: given[0], stride: given[1], padding: given.count > 2 ? given[2] : 0,
        dilation: given.count > 3 ? given[3] : 1)
    }
  }

  func run() throws {
    if layers.isEmpty, input != nil {
      throw CommandError.missing(
        "a layer",
        remedy: "ask as in fovea explain receptive-field 7,2,3 3,2,1 --input 224")
    }
    guard !layers.isEmpty else {
      try show(.term("receptive field"), json: report.json)
      return showExamples(of: Self._commandName, json: report.json)
    }
    let question = ReceptiveFieldQuestion(layers: layers.map(\.layer), input: input)
    try show(.receptiveField(question), json: report.json)
  }
}

/// `fovea explain padding`.
struct ExplainPadding: ExplainTopic {
  static let configuration = CommandConfiguration(
    commandName: "padding", abstract: "Which padding keeps the size, or divides it by the stride.")
  static let term = "padding"

  @Argument(help: .hidden) var words: [String] = []
  @Option(help: ArgumentHelp("Taps along the axis.", valueName: "k")) var kernel: Int?
  @Option(
    help: ArgumentHelp("Pixels from one position to the next. (default: 1)", valueName: "s"))
  var stride: Int?
  @Option(help: ArgumentHelp("Pixels from one tap to the next. (default: 1)", valueName: "d"))
  var dilation: Int?
  @Option(help: "The map's extent along the axis; needed with a stride above 1.") var input: Int?
  @OptionGroup var report: ReportOptions

  var given: [Any?] { [kernel, stride, dilation, input] }

  func question() throws -> ExplainCommand.Question {
    .padding(
      PaddingQuestion(
        kernel: try needed(kernel, "--kernel"), stride: stride ?? 1, dilation: dilation ?? 1,
        input: input))
  }
}

/// `fovea explain windows`.
struct ExplainWindows: ExplainTopic {
  static let configuration = CommandConfiguration(
    commandName: "windows", abstract: "Which kernels, strides, paddings make one extent of another."
  )
  static let term = "output size"

  @Argument(help: .hidden) var words: [String] = []
  @Option(help: "The extent before.") var from: Int?
  @Option(help: "The extent after.") var to: Int?
  @Option(help: "The largest kernel to look at. (default: 7)") var maxKernel: Int?
  @Option(help: "The largest stride to look at. (default: 4)") var maxStride: Int?
  @Option(help: "The largest dilation to look at. (default: 2)") var maxDilation: Int?
  @Option(help: "How many are listed, the simplest first. (default: 20)") var limit: Int?
  @OptionGroup var report: ReportOptions

  var given: [Any?] { [from, to, maxKernel, maxStride, maxDilation, limit] }

  func question() throws -> ExplainCommand.Question {
    var question = WindowsQuestion(
      from: try needed(from, "--from"), to: try needed(to, "--to"))
    if let maxKernel { question.largestKernel = maxKernel }
    if let maxStride { question.largestStride = maxStride }
    if let maxDilation { question.largestDilation = maxDilation }
    if let limit { question.limit = limit }
    return .windows(question)
  }
}
