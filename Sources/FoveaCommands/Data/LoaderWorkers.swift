/// How many batches are made ahead, as `--workers` says.
enum LoaderWorkers {
  /// Batches that are made ahead where nothing is said.
  static let usual = 2

  /// The number that was asked for, or the usual one.
  ///
  /// - Throws: `CommandError.option` for a number that is out of range.
  static func checked(_ requested: Int?) throws(CommandError) -> Int {
    let workers = requested ?? usual
    guard 0...64 ~= workers else {
      throw .option("--workers", value: "\(workers)", allowed: "0 to 64")
    }
    return workers
  }
}
