public import FoveaAnalysis
import FoveaGraph
import FoveaLayers
public import FoveaTensors
import FoveaZoo

/// Puts networks and designs side by side, without running them.
public struct CompareCommand: Hashable, Codable, Sendable {
  /// Networks' names, paths of checkpoints, run folders or graphs, and inline designs such as `conv3x3*3 vs conv7x7`.
  public var designs: [String]
  /// One input, `[C, H, W]`: for networks in place of their own, and for inline designs that name none.
  public var input: Shape?
  /// The number of classes of networks by name; the published one where left out.
  public var classes: Int?
  /// Images of a batch.
  public var batch: Int

  /// The most designs that are compared at a time.
  public static let mostDesigns = 16
  /// The most layers of an inline design.
  public static let mostLayers = InlineDesign.mostLayers
  /// The largest number in an inline design.
  public static let largestNumber = InlineDesign.largestNumber

  /// What was found.
  public struct Report: Hashable, Codable, Sendable {
    /// The networks side by side.
    public let comparison: NetworkComparison
    /// Whether all of them are inline designs.
    public let isInline: Bool
  }

  /// Makes the request.
  public init(designs: [String], input: Shape? = nil, classes: Int? = nil, batch: Int = 1) {
    self.designs = designs
    self.input = input
    self.classes = classes
    self.batch = batch
  }

  /// Counts.
  ///
  /// - Throws: `CommandError` for fewer than two designs, an unknown name, text that is no design or a number out of
  ///   range, `GraphError` where shapes do not fit, and what files throw.
  public func run() throws -> Report {
    var requests: [Request] = []
    for design in designs where design != "vs" {
      if AnalysedNetwork.isKnown(design) || !InlineDesign.resembles(design) {
        requests.append(.network(design))
      } else {
        do {
          requests += try InlineDesign.comparison(parsing: design).map { .inline($0) }
        } catch {
          throw CommandError.design(design, reason: error)
        }
      }
      guard requests.count <= Self.mostDesigns else {
        throw CommandError.option(
          "the number of designs", value: "more", allowed: "2 to \(Self.mostDesigns)")
      }
    }
    guard requests.count > 1 else {
      throw CommandError.missing(
        "a second design", remedy: "name two or more, as in 'conv3x3*3 vs conv7x7 at 64x56x56'")
    }
    // What comes in may be written once, behind the last of several designs.
    var place = input
    var networks: [AnalysedNetwork] = []
    for request in requests.reversed() {
      switch request {
      case .network(let name):
        networks.append(
          try AnalysedNetwork(requested: name, input: input, classes: classes, batch: batch))
      case .inline(let design):
        place = design.input ?? place
        networks.append(try AnalysedNetwork(design, input: place, batch: batch))
      }
    }
    let figures = try networks.reversed().map { try $0.figures() }
    return Report(
      comparison: NetworkComparison(figures),
      isInline: requests.allSatisfy { if case .inline = $0 { true } else { false } })
  }

  private enum Request {
    case network(String)
    case inline(InlineDesign)
  }
}

extension AnalysedNetwork {
  /// Builds an inline design.
  ///
  /// - Throws: `CommandError` where it is not known what comes in, `GraphError` where it does not fit.
  fileprivate init(_ design: InlineDesign, input: Shape?, batch: Int) throws {
    guard let input else {
      throw CommandError.missing(
        "what comes into '\(design.text)'", remedy: "write it behind, as in at 64 channels 56x56")
    }
    guard input.rank == 3, 1...1_000_000 ~= batch,
      let shape = Shape(checking: [batch] + input.dimensions), shape.elementCount > 0
    else {
      throw CommandError.option(
        "--batch with --input", value: "\(batch) of \(input)",
        allowed: "a batch of images of three extents, with at most 2^48 pixels")
    }
    self.init(label: design.text, model: try design.build(input: input), input: shape)
  }

  /// What it costs, holds and sees, and the memory that it is planned to need.
  func figures() throws -> NetworkFigures {
    var figures = try NetworkFigures(name: label, of: graph, inputs: inputs)
    figures.peakInferenceBytes = try PlannedMemory.ofInference(self)
    return figures
  }
}
