/// Checks that a request for a run that goes on says nothing else than the run.
struct RunAgreement {
  /// The run's folder, for errors.
  let run: String

  /// Throws `CommandError.contradiction` where an option was given and is not as stored.
  func check<Value: Equatable>(
    _ option: String, _ given: Value?, _ stored: Value?
  ) throws(CommandError) {
    guard let given, given != stored else { return }
    throw .contradiction(
      option, given: "\(given)", stored: stored.map { "\($0)" } ?? "none", run: run)
  }
}
