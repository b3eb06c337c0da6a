import ArgumentParser
import FoveaCommands

/// Arguments of `fovea train` that another command takes, for the trainings that it runs.
enum TrainArguments {
  /// Reads them as `fovea train` does.
  ///
  /// - Throws: What `fovea train` says of wrong ones; `ValidationError` for those that have no meaning here.
  static func command(_ arguments: [String]) throws -> TrainCommand {
    // From the root, so that errors name the command as it is typed.
    guard let train = try Fovea.parseAsRoot(["train"] + arguments) as? Train else {
      throw CleanExit.helpRequest(Train.self)
    }
    guard !train.failOnUnhealthy else {
      throw ValidationError("--fail-on-unhealthy is for a single run of fovea train; leave it out")
    }
    return train.command
  }

  /// A command line of `fovea train`, as a shell takes it.
  static func line(_ arguments: [String]) -> String {
    (["fovea", "train"] + arguments.map(quoted)).joined(separator: " ")
  }
}
