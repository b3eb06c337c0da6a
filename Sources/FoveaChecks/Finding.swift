/// What every operation owes.
public enum Law: String, Hashable, Codable, Sendable, CaseIterable {
  /// Inputs that fit are accepted, and the reference's results have the shapes that
  /// `outputShapes` says; whatever else is passed is answered, not trapped on.
  case shape
  /// `cost` states the multiply-adds that the reference counts.
  case cost
  /// A graph with the operation equals itself after being written and read.
  case coding
  /// The kernels of each instruction set compute what the reference does.
  case kernel
  /// Any number of threads gives the same bits.
  case threads
  /// The gradient rule gives what finite differences give, by references and by kernels.
  case gradient
}

/// A law that an operation breaks.
public struct Finding: Hashable, Sendable {
  /// The law.
  public let law: Law
  /// The operation's name.
  public let operation: String
  /// Settings, input shapes and seed, to see it again.
  public let setup: String
  /// What is wrong: where, what was expected and what was found.
  public let problem: String
}

extension Finding: CustomStringConvertible {
  public var description: String { "\(operation), \(law) law: \(problem) [\(setup)]" }
}
