import ArgumentParser
import FoveaAnalysis
import FoveaCommands

/// `fovea explain conv`.
struct ExplainConvolution: ExplainTopic {
  static let configuration = CommandConfiguration(
    commandName: "conv", abstract: "A convolution: output size, parameters, multiply-adds.")
  static let term = "convolution"

  @Argument(help: .hidden) var words: [String] = []
  @Option(help: "The map: height, width, channels, as in 64x64x32.") var input: MapExtents?
  @OptionGroup var window: WindowOptions
  @Option(help: "How many filters, which is how many channels come out.") var filters: Int?
  @Option(help: "The groups that channels are cut into. (default: 1)") var groups: Int?
  @Flag(name: .customLong("no-bias"), help: "No number is added for each filter.")
  var leavesBiasOut = false
  @OptionGroup var report: ReportOptions

  var given: [Any?] { [input, filters, groups, leavesBiasOut ? true : nil] + window.given }

  func question() throws -> ExplainCommand.Question {
    .convolution(
      ConvolutionQuestion(
        input: try needed(input, "--input"), filters: try needed(filters, "--filters"),
        window: window.window(kernel: try needed(window.kernel, "--kernel")), groups: groups ?? 1,
        bias: !leavesBiasOut))
  }
}

/// `fovea explain pool`.
struct ExplainPooling: ExplainTopic {
  static let configuration = CommandConfiguration(
    commandName: "pool", abstract: "Max or average pooling, in ceil mode too.")
  static let term = "pool"

  @Argument(help: .hidden) var words: [String] = []
  @Option(help: "The map: height, width, channels, as in 112x112x64.") var input: MapExtents?
  @OptionGroup var window: WindowOptions
  @Option(help: "What becomes of the numbers under a window. (default: max)")
  var kind: PoolingQuestion.Kind?
  @Flag(help: "A last window may hang over the end.") var ceilMode = false
  @OptionGroup var report: ReportOptions

  var given: [Any?] { [input, kind, ceilMode ? true : nil] + window.given }

  func question() throws -> ExplainCommand.Question {
    let kernel = try needed(window.kernel, "--kernel")
    return .pooling(
      PoolingQuestion(
        input: try needed(input, "--input"), window: window.window(kernel: kernel, stride: kernel),
        kind: kind ?? .max, ceilMode: ceilMode))
  }
}

/// `fovea explain linear`.
struct ExplainLinear: ExplainTopic {
  static let configuration = CommandConfiguration(
    commandName: "linear", abstract: "A fully connected layer, on features or a flattened map.")
  static let term = "linear"

  @Argument(help: .hidden) var words: [String] = []
  @Option(help: "Features, as in 512, or a map that is flattened, as in 7x7x512.")
  var input: Features?
  @Option(help: "How many numbers come out.") var outputs: Int?
  @Flag(name: .customLong("no-bias"), help: "No number is added to each of them.")
  var leavesBiasOut = false
  @OptionGroup var report: ReportOptions

  /// A number of features, or a map.
  struct Features: ExpressibleByArgument {
    let map: MapExtents

    init?(argument: String) {
      guard let features = Int(argument) else {
        guard let map = MapExtents(argument: argument) else { return nil }
        self.map = map
        return
      }
      map = MapExtents(height: 1, width: 1, channels: features)
    }
  }

  var given: [Any?] { [input, outputs, leavesBiasOut ? true : nil] }

  func question() throws -> ExplainCommand.Question {
    .linear(
      LinearQuestion(
        input: try needed(input, "--input").map, outputs: try needed(outputs, "--outputs"),
        bias: !leavesBiasOut))
  }
}

/// `fovea explain transposed`.
struct ExplainTransposed: ExplainTopic {
  static let configuration = CommandConfiguration(
    commandName: "transposed",
    abstract: "A transposed convolution; or with --scale, which ones enlarge exactly.")
  static let term = "transposed convolution"

  @Argument(help: .hidden) var words: [String] = []
  @Option(help: "The map: height, width, channels, as in 7x7x64.") var input: MapExtents?
  @OptionGroup var window: WindowOptions
  @Option(help: "How many channels come out.") var filters: Int?
  @Option(help: "Rows and columns that are added at the end. (default: 0)") var outputPadding: Int?
  @Option(help: "The groups that channels are cut into. (default: 1)") var groups: Int?
  @Flag(name: .customLong("no-bias"), help: "No number is added for each channel.")
  var leavesBiasOut = false
  @Option(help: "List those that enlarge any map by this factor, alone with --max-kernel.")
  var scale: Int?
  @Flag(help: "The same as --scale 2.") var double = false
  @Option(help: "The largest kernel that is listed. (default: 8)") var maxKernel: Int?
  @OptionGroup var report: ReportOptions

  private var layer: [Any?] {
    [input, filters, outputPadding, groups, leavesBiasOut ? true : nil] + window.given
  }
  var given: [Any?] { layer + [scale, maxKernel, double ? true : nil] }

  func question() throws -> ExplainCommand.Question {
    if let scale, double {
      throw CommandError.conflict("--double", reason: "--scale \(scale) is given")
    }
    if let scale = double ? 2 : scale {
      guard layer.allSatisfy({ $0 == nil }) else {
        throw CommandError.conflict(
          double ? "--double" : "--scale", reason: "it lists layers, and takes --max-kernel alone")
      }
      var question = EnlargingQuestion(scale: scale)
      if let maxKernel { question.largestKernel = maxKernel }
      return .enlarging(question)
    }
    if maxKernel != nil {
      throw CommandError.conflict("--max-kernel", reason: "only --scale and --double list layers")
    }
    return .transposed(
      TransposedQuestion(
        input: try needed(input, "--input"), filters: try needed(filters, "--filters"),
        window: window.window(kernel: try needed(window.kernel, "--kernel")),
        outputPadding: outputPadding ?? 0, groups: groups ?? 1, bias: !leavesBiasOut))
  }
}

/// `fovea explain depthwise`.
struct ExplainDepthwise: ExplainTopic {
  static let configuration = CommandConfiguration(
    commandName: "depthwise", abstract: "A depthwise separable convolution beside a plain one.")
  static let term = "depthwise convolution"

  @Argument(help: .hidden) var words: [String] = []
  @Option(help: "The map: height, width, channels, as in 112x112x32.") var input: MapExtents?
  @OptionGroup var window: WindowOptions
  @Option(help: "Channels that the 1×1 convolution makes. (default: as many as come in)")
  var filters: Int?
  @Option(help: "Filters a channel. (default: 1)") var multiplier: Int?
  @Flag(name: .customLong("no-bias"), help: "No number is added for each filter.")
  var leavesBiasOut = false
  @OptionGroup var report: ReportOptions

  var given: [Any?] { [input, filters, multiplier, leavesBiasOut ? true : nil] + window.given }

  func question() throws -> ExplainCommand.Question {
    let input = try needed(input, "--input")
    return .depthwise(
      DepthwiseQuestion(
        input: input, filters: filters ?? input.channels,
        window: window.window(kernel: try needed(window.kernel, "--kernel")),
        multiplier: multiplier ?? 1, bias: !leavesBiasOut))
  }
}

/// `fovea explain groups`.
struct ExplainGroups: ExplainTopic {
  static let configuration = CommandConfiguration(
    commandName: "groups", abstract: "What cutting a convolution's channels into groups saves.")
  static let term = "grouped convolution"

  @Argument(help: .hidden) var words: [String] = []
  @Option(help: "The map: height, width, channels, as in 56x56x128.") var input: MapExtents?
  @OptionGroup var window: WindowOptions
  @Option(help: "How many filters, which is how many channels come out.") var filters: Int?
  @Option(help: "The groups that channels are cut into. (default: 1, beside all others)")
  var groups: Int?
  @Flag(name: .customLong("no-bias"), help: "No number is added for each filter.")
  var leavesBiasOut = false
  @OptionGroup var report: ReportOptions

  var given: [Any?] { [input, filters, groups, leavesBiasOut ? true : nil] + window.given }

  func question() throws -> ExplainCommand.Question {
    .groups(
      GroupsQuestion(
        ConvolutionQuestion(
          input: try needed(input, "--input"), filters: try needed(filters, "--filters"),
          window: window.window(kernel: try needed(window.kernel, "--kernel")),
          groups: groups ?? 1, bias: !leavesBiasOut)))
  }
}

/// `fovea explain batchnorm`.
struct ExplainBatchNorm: ExplainTopic {
  static let configuration = CommandConfiguration(
    commandName: "batchnorm", abstract: "What batch normalisation holds, and does.")
  static let term = "batch normalisation"

  @Argument(help: .hidden) var words: [String] = []
  @Option(help: "The map: height, width, channels, as in 56x56x64.") var input: MapExtents?
  @Option(help: "Images of a batch. (default: 32)") var batch: Int?
  @OptionGroup var report: ReportOptions

  var given: [Any?] { [input, batch] }

  func question() throws -> ExplainCommand.Question {
    var question = BatchNormQuestion(input: try needed(input, "--input"))
    if let batch { question.batch = batch }
    return .batchNorm(question)
  }
}
