/// What runs are ordered by.
public enum RunOrder: String, Hashable, Codable, Sendable, CaseIterable {
  /// The last to be started first.
  case started
  /// The highest accuracy first.
  case accuracy
  /// The least validation loss first.
  case loss
  /// By the folder.
  case folder
  /// By the dataset.
  case dataset
  /// By the network.
  case model
  /// By how they ended.
  case outcome
  /// The most epochs first.
  case epochs
  /// The longest first.
  case time

  var column: String { self == .time ? "seconds" : rawValue }

  var isDescending: Bool {
    switch self {
    case .started, .accuracy, .epochs, .time: true
    case .loss, .folder, .dataset, .model, .outcome: false
    }
  }
}

/// Which runs of a project, and in which order.
public struct RunFilter: Hashable, Codable, Sendable {
  /// Those of a dataset.
  public var dataset: String?
  /// Those of a network.
  public var model: String?
  /// Those that ended in a certain way.
  public var outcome: RunOutcome?
  /// What they are ordered by.
  public var sort = RunOrder.started
  /// Whether the order is turned around.
  public var isReversed = false
  /// How many at most.
  public var limit: Int?

  /// All runs, the last to be started first.
  public init() {}
}
