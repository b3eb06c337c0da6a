import OrderedCollections

/// A dictionary of tensors in a checkpoint.
struct StateDictionary {
  /// The keys that lead to it, joined by dots.
  let path: String
  /// Each tensor's name, its object, and where it lies.
  let tensors: [(name: String, object: Int, tensor: PickledTensor)]
  /// Keys that hold something else.
  let skippedKeys: [String]

  /// The keys that weights stand under, the usual ones first; moving averages only where asked for or alone.
  private static let usualKeys = [
    "", "state_dict", "model_state_dict", "model_state", "model", "net", "network", "weights",
    "params", "module", "backbone", "encoder", "student", "generator", "state_dict_ema",
    "model_ema", "ema_state_dict", "ema", "ema_model", "params_ema", "teacher",
  ]

  /// Deeper than checkpoints nest dictionaries.
  private static let deepest = 8
  /// Longer than the keys of a checkpoint's dictionaries, in bytes.
  private static let longestKey = 256

  /// Finds the dictionary of tensors to take, and names the other ones.
  ///
  /// - Parameter entry: The keys that lead to it; where left out, the usual ones are looked under first,
  ///   then the dictionary with the most tensors is taken.
  static func find(
    in container: PyTorchContainer, entry: String?
  ) throws(PyTorchFileError.Problem) -> (StateDictionary, others: [String]) {
    let all = all(in: container)
    guard !all.isEmpty else { throw .noWeights(keys: keys(of: container)) }
    func others(than chosen: StateDictionary) -> [String] {
      all.map(\.path).filter { $0 != chosen.path }
    }
    if let entry {
      guard let chosen = all.first(where: { $0.path == entry }) else {
        throw .noEntry(entry, entries: all.map(\.path))
      }
      return (chosen, others(than: chosen))
    }
    // Optimisers keep tensors too, under numbers and names of their own.
    func rank(_ dictionary: StateDictionary) -> (Int, Int, Int) {
      let parts = dictionary.path.split(separator: ".").map(String.init)
      let places = (parts.isEmpty ? [""] : parts).map {
        usualKeys.firstIndex(of: $0) ?? usualKeys.count
      }
      let isOptimizer = parts.contains { $0.contains("optim") }
      // A root with a tensor or two among dictionaries is a checkpoint, not weights.
      let isScattered = parts.isEmpty && dictionary.skippedKeys.count > dictionary.tensors.count
      return (isOptimizer || isScattered ? 1 : 0, places.max() ?? 0, -dictionary.tensors.count)
    }
    let ranked = all.enumerated().map { (rank($0.element), $0.offset) }
    let best = ranked.min { ($0.0.0, $0.0.1, $0.0.2, $0.1) < ($1.0.0, $1.0.1, $1.0.2, $1.1) }
    let chosen = all[best?.1 ?? 0]
    return (chosen, others(than: chosen))
  }

  /// Every dictionary that holds tensors, in the file's order; each is looked at once.
  private static func all(in container: PyTorchContainer) -> [StateDictionary] {
    var found: [StateDictionary] = []
    var seen: Set<Int> = []
    var waiting: [(object: Int, path: [String])] = []
    if let root = container.root.object { waiting.append((root, [])) }
    while let (object, path) = waiting.popLast() {
      guard seen.insert(object).inserted,
        case .dictionary(let entries) = container.objects[object]
      else { continue }
      var tensors: [(name: String, object: Int, tensor: PickledTensor)] = []
      var skipped: [String] = []
      var inner: [(object: Int, path: [String])] = []
      for (key, value) in entries {
        guard let name = key.text else { continue }
        guard let index = value.object, case .tensor(let tensor) = container.objects[index] else {
          skipped.append(name)
          if path.count < deepest, name.utf8.count <= longestKey, let index = value.object {
            inner.append((index, path + [name]))
          }
          continue
        }
        tensors.append((name, index, tensor))
      }
      if !tensors.isEmpty {
        found.append(
          StateDictionary(
            path: path.joined(separator: "."), tensors: tensors, skippedKeys: skipped))
      }
      waiting += inner.reversed()
    }
    return found
  }

  private static func keys(of container: PyTorchContainer) -> [String] {
    guard let root = container.root.object, case .dictionary(let entries) = container.objects[root]
    else { return [] }
    return entries.compactMap(\.key.text)
  }
}
