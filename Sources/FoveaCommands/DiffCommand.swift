public import FoveaAnalysis
public import FoveaTensors

/// Finds the layers by which two networks differ, and what follows from them.
public struct DiffCommand: Hashable, Codable, Sendable {
  /// The first network: a name, or the path of a checkpoint, a run's folder, or a graph (`.json`).
  public var before: String
  /// The second network.
  public var after: String
  /// One input of both, `[C, H, W]`; each network's own where left out.
  public var input: Shape?
  /// The number of classes of networks by name; the published one where left out.
  public var classes: Int?

  /// Makes the request.
  public init(before: String, after: String, input: Shape? = nil, classes: Int? = nil) {
    self.before = before
    self.after = after
    self.input = input
    self.classes = classes
  }

  /// Compares.
  ///
  /// - Throws: `CommandError` for an unknown name, `GraphError` where shapes do not fit, and what files throw.
  public func run() throws -> NetworkDifference {
    let first = try network(before, besides: after)
    let second = try network(after, besides: before)
    var difference = try NetworkDifference(
      from: first.graph, named: before, inputs: first.inputs,
      to: second.graph, named: after, inputs: second.inputs)
    difference.before.peakInferenceBytes = try PlannedMemory.ofInference(first)
    difference.after.peakInferenceBytes = try PlannedMemory.ofInference(second)
    return difference
  }

  /// The classes are for networks by name; a file beside one has its own.
  private func network(_ name: String, besides other: String) throws -> AnalysedNetwork {
    let isNamed = AnalysedNetwork.isNamed(name)
    let classes = isNamed || !AnalysedNetwork.isNamed(other) ? classes : nil
    return try AnalysedNetwork(requested: name, input: input, classes: classes)
  }
}
