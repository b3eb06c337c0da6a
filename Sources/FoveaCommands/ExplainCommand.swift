public import FoveaAnalysis
import FoveaDrawing

/// Answers a question about one layer, or says what a term means, with the working shown.
public struct ExplainCommand: Hashable, Codable, Sendable {
  /// What is asked.
  public enum Question: Hashable, Codable, Sendable {
    /// What a convolution makes, and costs.
    case convolution(ConvolutionQuestion)
    /// What a pooling makes.
    case pooling(PoolingQuestion)
    /// What a fully connected layer costs.
    case linear(LinearQuestion)
    /// What a transposed convolution makes, and costs.
    case transposed(TransposedQuestion)
    /// Which transposed convolutions enlarge by a whole factor.
    case enlarging(EnlargingQuestion)
    /// What a depthwise separable convolution saves.
    case depthwise(DepthwiseQuestion)
    /// What groups save.
    case groups(GroupsQuestion)
    /// What batch normalisation holds.
    case batchNorm(BatchNormQuestion)
    /// What a chain of windows sees.
    case receptiveField(ReceptiveFieldQuestion)
    /// Which padding keeps the size.
    case padding(PaddingQuestion)
    /// Which windows make one extent of another.
    case windows(WindowsQuestion)
    /// What a term means.
    case term(String)
    /// What can be asked.
    case index
  }

  /// The question.
  public var question: Question

  /// What can be asked.
  public struct Index: Hashable, Codable, Sendable {
    /// A field of the glossary.
    public struct Topic: Hashable, Codable, Sendable {
      /// What it is about.
      public let name: String
      /// Its terms.
      public let terms: [String]
    }

    /// Questions that take numbers, each as an example of the command line.
    public let examples: [String]
    /// Fields of the glossary.
    public let topics: [Topic]
  }

  /// The answer: one of the three.
  public struct Report: Hashable, Codable, Sendable {
    /// Numbers with their working.
    public var working: Working?
    /// A term.
    public var term: GlossaryAnswer?
    /// What can be asked.
    public var index: Index?
  }

  /// Makes the request.
  public init(_ question: Question) { self.question = question }

  /// Answers it.
  ///
  /// - Throws: `CommandError` for numbers out of range and unknown terms, `ExplainError` where a layer cannot be.
  public func run() throws -> Report {
    do {
      return try answer()
    } catch let error as ExplainError {
      throw CommandError(error) ?? error
    }
  }

  private func answer() throws -> Report {
    switch question {
    case .convolution(let question): Report(working: try question.working())
    case .pooling(let question): Report(working: try question.working())
    case .linear(let question): Report(working: try question.working())
    case .transposed(let question): Report(working: try question.working())
    case .enlarging(let question): Report(working: try question.working())
    case .depthwise(let question): Report(working: try question.working())
    case .groups(let question): Report(working: try question.working())
    case .batchNorm(let question): Report(working: try question.working())
    case .receptiveField(let question): Report(working: try question.working())
    case .padding(let question): Report(working: try question.working())
    case .windows(let question): Report(working: try question.working())
    case .term(let name): Report(term: try Self.entry(called: name).answer())
    case .index: Report(index: Self.index)
    }
  }

  /// Questions that take numbers, each as an example.
  public static let examples = [
    "conv --input 64x64x32 --kernel 3 --padding 1 --filters 64",
    "pool --input 112x112x64 --kernel 3 --stride 2 --padding 1",
    "linear --input 7x7x512 --outputs 1000",
    "transposed --input 7x7x64 --kernel 4 --stride 2 --padding 1 --filters 32",
    "transposed --scale 2",
    "depthwise --input 112x112x32 --kernel 3 --padding 1 --filters 64",
    "groups --input 56x56x128 --kernel 3 --padding 1 --filters 128 --groups 32",
    "batchnorm --input 56x56x64 --batch 32",
    "receptive-field 7,2,3 3,2,1 3,1,1 --input 224",
    "padding --kernel 3 --stride 2 --input 224",
    "windows --from 224 --to 112",
  ]

  private static var index: Index {
    Index(
      examples: examples,
      topics: Glossary.topics.map { topic in
        Index.Topic(name: topic.name, terms: topic.entries.map(\.term))
      })
  }

  private static func entry(called name: String) throws(CommandError) -> GlossaryEntry {
    if let entry = Glossary.entry(called: name) { return entry }
    let entries = Glossary.entries
    let names = entries.flatMap { [$0.term] + $0.aliases }
    let nearest = nearestName(to: name, in: names)
    let words = name.lowercased().split(separator: " ").filter { $0.count > 2 }
    let holding = entries.map(\.term).filter { term in
      term != nearest && words.contains { term.lowercased().contains($0) }
    }
    throw .unknownName(
      name, kind: "term",
      known: (nearest.map { [$0] } ?? []) + holding.prefix(5) + ["those that fovea explain lists"])
  }
}

extension CommandError {
  /// A number or setting that was asked for wrongly, in the words of the command line; `nil` for other errors.
  fileprivate init?(_ error: ExplainError) {
    switch error {
    case .outOfRange(let name, let value, let allowed):
      self = .option(
        "--\(name)", value: "\(value)",
        allowed:
          "\(NumberFormat.grouped(allowed.lowerBound)) to \(NumberFormat.grouped(allowed.upperBound))"
      )
    case .missing(let name, let reason): self = .missing("--\(name)", remedy: reason)
    case .conflict(let name, let reason): self = .conflict("--\(name)", reason: reason)
    case .layer(let number, let layer):
      self = .option(
        "layer \(number)",
        value: "\(layer.kernel),\(layer.stride),\(layer.padding),\(layer.dilation)",
        allowed: "k,s,p,d with k, s and d from 1 and p from 0, all at most 2^20")
    case .operation, .tooLarge, .nothingLeft, .chainEnds: return nil
    }
  }
}
