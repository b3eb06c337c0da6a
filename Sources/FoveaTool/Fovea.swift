import ArgumentParser
import FoveaCommands
import Foundation

/// The command line's root.
@main
struct Fovea: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fovea",
    abstract: "Design, train, understand and ship convolutional neural networks on a CPU.",
    version: FoveaVersion.current,
    groupedSubcommands: [
      CommandGroup(
        name: "Design",
        subcommands: [
          Models.self, Summary.self, ReceptiveFieldOf.self, EffectiveReceptiveFieldOf.self,
          Draw.self, Explain.self, Compare.self, Diff.self, Lint.self, Design.self,
        ]),
      CommandGroup(
        name: "Train",
        subcommands: [
          DataVerbs.self, Preflight.self, FindLearningRate.self, Train.self, CrossValidate.self,
          Sweep.self, Evaluate.self, Recalibrate.self, Predict.self, Runs.self, Reproduce.self,
          Report.self,
        ]),
      CommandGroup(
        name: "Ship",
        subcommands: [
          Run.self, Export.self, Import.self, Convert.self, Bench.self, Quantize.self,
        ]),
    ])

  static func main() async {
    do {
      let command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        var command = command
        try command.run()
      }
    } catch {
      leave(with: error)
    }
  }

  /// Prints why, and ends the process with 0 for help, 2 for wrong usage, 1 for anything else.
  private static func leave(with error: any Error) -> Never {
    switch exitCode(for: error) {
    case .success:
      print(fullMessage(for: error))
      Foundation.exit(0)
    case .validationFailure:
      Console.fail(fullMessage(for: error))
      if let verb = meantVerb(CommandLine.arguments.dropFirst()) {
        Console.fail("  Did you mean '\(verb)'?")
      }
      Foundation.exit(2)
    default:
      // An exit code alone has been explained already.
      if !(error is ExitCode) { Console.fail("Error: \(words(of: error))") }
      Foundation.exit((error as? CommandError)?.isUsage == true ? 2 : 1)
    }
  }

  /// The command that a misspelt verb was probably meant to be; `nil` where no verb is misspelt.
  private static func meantVerb(_ arguments: some Sequence<String>) -> String? {
    var command: any ParsableCommand.Type = Fovea.self
    var words = [Fovea._commandName]
    for argument in arguments {
      let verbs = command.configuration.subcommands
      if let verb = verbs.first(where: { $0._commandName == argument }) {
        command = verb
        words.append(argument)
      } else {
        return nearestName(to: argument, in: verbs.map { $0._commandName })
          .map { (words + [$0]).joined(separator: " ") }
      }
    }
    return nil
  }

  /// Our errors say what to do; the system's have words for people apart from their description.
  private static func words(of error: any Error) -> String {
    error is CocoaError || error is POSIXError || type(of: error) is NSError.Type
      ? error.localizedDescription : "\(error)"
  }
}
