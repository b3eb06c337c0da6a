import FoveaTensors

/// What is known of the names that networks' tensors have in files.
struct WeightNames {
  private let names: Set<String>
  private let headPath: String
  private let headNames: Set<String>
  /// The first weight with four axes.
  let firstConvolution: String?

  /// Prefixes of wrappers: data-parallel training, compilation, averaging, a network within another.
  private static let wrappers = [
    "module.", "_orig_mod.", "model.", "backbone.", "encoder.", "net.", "network.", "student.",
    "ema_model.",
  ]

  /// Paths that libraries give to the last layer, each in turn the other's.
  private static let heads = [
    "fc", "classifier", "head", "head.fc", "classifier.1", "classifier.3", "classifier.6", "_fc",
  ]

  /// Heads that help training alone.
  private static let trainingHeads = ["aux1.", "aux2.", "AuxLogits.", "aux_classifier.", "aux."]

  init(_ slots: [WeightSlot]) {
    names = Set(slots.map(\.name))
    firstConvolution = slots.first { $0.shape.rank == 4 }?.name
    let last = slots.last { $0.isRequired && $0.shape.rank >= 2 }?.name ?? ""
    let path = Self.path(of: last)
    headPath = path
    headNames = Set(
      slots.drop { Self.path(of: $0.name) != path }.filter(\.isRequired).map(\.name))
  }

  private static func path(of name: String) -> String {
    name.split(separator: ".").dropLast().joined(separator: ".")
  }

  /// Whether a tensor belongs to the last layer with a matrix or filters, or to a layer after it.
  func isHead(_ name: String) -> Bool { headNames.contains(name) }

  /// What all names begin with and no name of the network does.
  func commonPrefix(of files: [String]) -> String {
    var prefix = ""
    // Averaged models count their updates beside the module.
    let files = files.filter { $0 != "n_averaged" }
    while !files.isEmpty,
      let next = Self.wrappers.first(where: { wrapper in
        files.allSatisfy { $0.hasPrefix(prefix + wrapper) }
          && !names.contains { $0.hasPrefix(wrapper) }
      })
    {
      prefix += next
    }
    return prefix
  }

  /// The network's name for a tensor that other versions or libraries call `name`.
  func translated(_ name: String, isFree: (String) -> Bool) -> String? {
    var candidates: [String] = []
    // DenseNet before torchvision 0.3: norm.1 and conv.1 in dense layers.
    if let match = name.wholeMatch(of: #/(.*denselayer\d+\.(?:norm|relu|conv))\.([12]\..*)/#) {
      candidates.append(String(match.1 + match.2))
    }
    let parameter = String(name.split(separator: ".").last ?? "")
    if Self.heads.contains(Self.path(of: name)), Self.heads.contains(headPath) {
      candidates.append("\(headPath).\(parameter)")
    }
    // A network inside another one, and the other way round.
    candidates += Self.wrappers.filter { name.hasPrefix($0) }
      .map { String(name.dropFirst($0.count)) }
    candidates += Self.wrappers.map { $0 + name }
    return candidates.first { names.contains($0) && isFree($0) }
  }

  /// Whether no answer needs a tensor of that name.
  func isNeedless(_ name: String) -> Bool {
    name == "n_averaged" || name.hasSuffix("num_batches_tracked")
      || Self.trainingHeads.contains { name.hasPrefix($0) }
  }

  // MARK: Nearness

  /// The most tensors whose nearest names are looked for, and the most names for each.
  private static let (mostNamed, mostNear) = (64, 2)

  /// Puts to lone tensors the names that are most like theirs: of the same shape and with the same last parts.
  static func naming(
    _ lone: [WeightReport.Lone], nearestOf others: [(name: String, shape: Shape)]
  ) -> [WeightReport.Lone] {
    let split = others.prefix(4096).map { ($0.name, $0.shape, $0.name.split(separator: ".")) }
    return lone.enumerated().map { index, tensor in
      guard index < mostNamed else { return tensor }
      let parts = tensor.name.split(separator: ".")
      let scores = split.map { name, shape, other in
        let shared =
          zip(parts.reversed(), other.reversed()).prefix { $0 == $1 }.count
          + zip(parts, other).prefix { $0 == $1 }.count
        return (name: name, score: shape == tensor.shape && shared > 0 ? 100 + shared : shared)
      }
      var result = tensor
      result.near = scores.filter { $0.score > 1 }.sorted { $0.score > $1.score }
        .prefix(mostNear).map(\.name)
      return result
    }
  }
}
