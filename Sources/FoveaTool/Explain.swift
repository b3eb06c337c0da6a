import ArgumentParser
import FoveaCommands
import FoveaDrawing

/// `fovea explain`: shows the working, or says what a term means.
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Work out a layer with its numbers put in, or say what a term means.",
    discussion: """
      fovea explain TERM says what a term means, with a formula, a computed example and a source; fovea explain alone \
      lists the terms. The subcommands answer questions with numbers, for instance:

        fovea explain receptive field
        fovea explain conv --input 64x64x32 --kernel 3 --padding 1 --filters 64
        fovea explain receptive-field 7,2,3 3,2,1 3,1,1 --input 224
        fovea explain padding --kernel 3 --stride 2 --input 224
        fovea explain transposed --double

      Maps are written height×width×channels here, as in 64x64x32. A subcommand without options says what its own \
      name means.
      """,
    subcommands: [
      ExplainTerm.self, ExplainConvolution.self, ExplainPooling.self, ExplainLinear.self,
      ExplainTransposed.self, ExplainDepthwise.self, ExplainGroups.self, ExplainBatchNorm.self,
      ExplainReceptiveField.self, ExplainPadding.self, ExplainWindows.self,
    ], defaultSubcommand: ExplainTerm.self)
}

/// `fovea explain TERM`, and `fovea explain` alone.
struct ExplainTerm: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "term", abstract: "Say what a term means; alone, list the terms.")

  @Argument(help: "The term, in one word or several.")
  var words: [String] = []

  @OptionGroup var report: ReportOptions

  func run() throws {
    let name = words.joined(separator: " ")
    try show(name.isEmpty ? .index : .term(name), json: report.json)
  }
}

/// A subcommand about a layer: with options it works something out, without it says what its name means.
protocol ExplainTopic: ParsableCommand {
  /// The glossary's term of that name.
  static var term: String { get }
  /// Words after the name, as in `transposed convolution`.
  var words: [String] { get }
  /// Its options, `nil` where left out.
  var given: [Any?] { get }
  /// The question that the options make.
  ///
  /// - Throws: `CommandError.missing` for an option that it needs.
  func question() throws -> ExplainCommand.Question
  /// How the answer is printed.
  var report: ReportOptions { get }
}

extension ExplainTopic {
  func run() throws {
    let isAsked = given.contains { $0 != nil }
    if let word = words.first, isAsked {
      throw CommandError.conflict("'\(word)'", reason: "the question is asked by options alone")
    }
    guard !isAsked else { return try show(question(), json: report.json) }
    let name = words.isEmpty ? Self.term : ([Self._commandName] + words).joined(separator: " ")
    try show(.term(name), json: report.json)
    if words.isEmpty { showExamples(of: Self._commandName, json: report.json) }
  }

  /// The value of an option that the question needs.
  func needed<Value>(_ value: Value?, _ option: String) throws(CommandError) -> Value {
    guard let value else {
      let example = ExplainCommand.examples.first { $0.hasPrefix(Self._commandName + " ") } ?? ""
      throw .missing(option, remedy: "ask as in fovea explain \(example)")
    }
    return value
  }
}

/// Prints how a question is asked with numbers.
func showExamples(of question: String, json isJSON: Bool) {
  let examples = ExplainCommand.examples.filter { $0.hasPrefix(question + " ") }
  Console(json: isJSON).print([""] + examples.map { "With numbers: fovea explain \($0)" })
}

/// Answers a question and prints the answer.
func show(_ question: ExplainCommand.Question, json isJSON: Bool) throws {
  let console = Console(json: isJSON)
  let report = try ExplainCommand(question).run()
  if let working = report.working { console.print(ExplanationText.lines(working)) }
  if let term = report.term { console.print(ExplanationText.lines(term)) }
  if let index = report.index {
    console.print("Questions with numbers (fovea explain QUESTION --help):")
    console.print(index.examples.map { "  fovea explain \($0)" })
    console.print(["", "Terms (fovea explain TERM):"])
    for topic in index.topics {
      console.print(ExplanationText.lines(title: topic.name, words: topic.terms))
    }
  }
  try console.printJSON(report)
}
