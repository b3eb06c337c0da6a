import ArgumentParser
import FoveaCommands

/// Options of commands that train several runs which belong together.
struct SeriesOptions: ParsableArguments {
  @Option(
    help: "The folder of all runs. (default: a new one under runs/train)", completion: .directory)
  var out: String?

  @Flag(help: "Go on with what is in --out, as it was asked for.")
  var resume = false

  @Flag(help: "Print the result alone.")
  var quiet = false

  /// The folder that is gone on with; `nil` for a new one.
  ///
  /// - Parameter training: The arguments of the trainings, of which what goes on takes none.
  func resumed(_ training: [String]) throws(CommandError) -> String? {
    guard resume else { return nil }
    guard let out else {
      throw .missing(
        "the folder", remedy: "name it with --out, such as --resume --out runs/train/NAME")
    }
    if let first = training.first {
      throw .conflict(
        first, reason: "what goes on has the options that it began with; leave it out")
    }
    return out
  }
}
