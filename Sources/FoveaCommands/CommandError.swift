public import FoveaTensors
public import FoveaZoo

/// Why a command cannot do what it was asked for.
public enum CommandError: Error, Hashable, Sendable {
  /// A name that nothing of its kind has.
  case unknownName(_ name: String, kind: String, known: [String])
  /// An option whose value is outside what it may be.
  case option(_ option: String, value: String, allowed: String)
  /// An option that has no place beside another one.
  case conflict(_ option: String, reason: String)
  /// An option that says something else than the run that is to go on.
  case contradiction(_ option: String, given: String, stored: String, run: String)
  /// Nothing is named that the command could work on.
  case missing(_ what: String, remedy: String)
  /// A line of text that is no design.
  case design(_ text: String, reason: InlineDesignError)
  /// A budget that no network keeps, and the least one that would do.
  case budgetTooSmall(_ least: NetworkBudget)
  /// A folder for a new run that holds something.
  case folderInUse(_ folder: String)
  /// A folder or file of a run that cannot be made.
  case unwritable(_ path: String, reason: String)
  /// A folder without a run that could go on.
  case noRun(_ folder: String)
  /// A run's folder in which another process trains.
  case training(_ folder: String)
  /// A folder of which permissions forbid to see what is in it.
  case unreadable(_ folder: String)
  /// A run that does not say where it comes from.
  case noManifest(_ folder: String)
  /// Images or labels that are not those that a run was trained on.
  case dataChanged(run: String, change: String, remedy: String)
  /// A run without a step that could be compared.
  case nothingToReproduce(_ run: String)
  /// A second training of a run that was stopped before the run's end.
  case reproductionStopped(_ folder: String)
  /// A name that several runs have.
  case ambiguous(_ name: String, folders: [String])
  /// Images of other classes than a network tells apart.
  case otherClasses(_ dataset: String, expected: [String], actual: [String])
  /// A file of a run that cannot be read.
  case damaged(file: String, reason: String)
  /// An image file with many images, without a number.
  case imageNumberMissing(file: String, count: Int)
  /// A number that no image of a file has.
  case imageNumber(file: String, number: Int, count: Int)
  /// A file that holds something else than images.
  case notImages(file: String, shape: Shape)

  /// Whether the request itself was wrong: told apart in exit codes.
  public var isUsage: Bool {
    switch self {
    case .unknownName, .option, .conflict, .contradiction, .missing, .design,
      .folderInUse, .imageNumberMissing:
      true
    case .budgetTooSmall, .unwritable, .noRun, .otherClasses, .damaged, .imageNumber, .notImages,
      .training, .unreadable, .noManifest, .dataChanged, .ambiguous,
      .nothingToReproduce, .reproductionStopped:
      false
    }
  }
}

extension CommandError: CustomStringConvertible {
  /// The first of some names.
  private static func list(_ names: [String]) -> String {
    let shown = 10
    let rest = names.count - shown
    return names.prefix(shown).joined(separator: ", ") + (rest > 0 ? " and \(rest) more" : "")
  }

  /// What is wrong, then what to do.
  public var description: String {
    switch self {
    case .unknownName(let name, let kind, let known):
      "there is no \(kind) '\(name)'; "
        + (nearestName(to: name, in: known).map { "did you mean '\($0)'? " } ?? "")
        + "choose from \(known.joined(separator: ", "))"
    case .option(let option, let value, let allowed):
      "\(option) is \(allowed), got \(value)"
    case .conflict(let option, let reason):
      "\(option) has no place here: \(reason)"
    case .contradiction(let option, let given, let stored, let run):
      "\(option) \(given) contradicts the run in \(run), which has \(stored); "
        + "leave \(option) out, or start a new run"
    case .missing(let what, let remedy):
      "\(what) is missing; \(remedy)"
    case .design(let text, let reason):
      "'\(text)' cannot be read: \(reason)"
    case .budgetTooSmall(let least):
      "no network keeps this budget; the least that would do is "
        + [
          ("--params", least.parameters), ("--macs", least.multiplyAdds),
          ("--memory", least.memoryBytes),
        ]
        .compactMap { option, limit in limit.map { "\(option) \($0)" } }.joined(separator: " ")
    case .folderInUse(let folder):
      "\(folder) holds files already, and no run is overwritten; "
        + "name another folder with --out, or go on with --resume"
    case .unwritable(let path, let reason):
      "\(path) cannot be written (\(reason)); make room or mend its permissions, "
        + "or name another folder with --out"
    case .otherClasses(let dataset, let expected, let actual):
      "\(dataset) has the classes \(Self.list(actual)), the network tells "
        + "\(Self.list(expected)) apart; name the folders of the classes as in its training"
    case .noRun(let folder):
      "there is no run in \(folder): it has no \(RunFolder.configurationName); "
        + "give the folder of a run, see fovea runs list"
    case .training(let folder):
      "another process trains in \(folder); wait until it is done, or name another folder with --out"
    case .unreadable(let folder):
      "\(folder) cannot be read: its permissions forbid it; mend them with chmod or chown"
    case .noManifest(let folder):
      "the run in \(folder) does not say where it comes from: it has no run.json, which earlier "
        + "versions did not write; train it again"
    case .dataChanged(let run, let change, let remedy):
      "the data of the run in \(run) have changed: \(change); \(remedy)"
    case .nothingToReproduce(let run):
      "the run in \(run) has no checkpoint with a step to compare; train on with --resume"
    case .reproductionStopped(let folder):
      "the second training was stopped, and nothing was compared; \(folder) can be deleted"
    case .ambiguous(let name, let folders):
      "\(name) is the name of several runs; say which by its folder: \(Self.list(folders))"
    case .damaged(let file, let reason):
      "\(file) cannot be read (\(reason)); start a new run"
    case .imageNumberMissing(let file, let count):
      "\(file) holds \(count) images; say which, as in \(file):0 or \(file):0-9"
    case .imageNumber(let file, let number, let count):
      "\(file) has no image \(number); choose from 0 to \(count - 1)"
    case .notImages(let file, let shape):
      "\(file) has the shape \(shape), which holds no images; give a file of images [N, H, W]"
    }
  }
}

/// The name that `name` is most likely a slip of the hand for, or `nil` where none is near.
///
/// Near means that at most a third of the letters are inserted, left out, changed or swapped.
public func nearestName(to name: String, in known: [String]) -> String? {
  let distances = known.map { (name: $0, distance: editDistance($0, name.lowercased())) }
  guard let nearest = distances.min(by: { $0.distance < $1.distance }),
    nearest.distance <= max(1, nearest.name.count / 3)
  else { return nil }
  return nearest.name
}

/// Insertions, deletions, changes and swaps of neighbours that lie between two words.
private func editDistance(_ left: String, _ right: String) -> Int {
  // A long word is near nothing, and must not cost time.
  let (left, right) = (Array(left.prefix(64)), Array(right.prefix(64)))
  var rows = [Array(0...right.count)]
  for (i, letter) in left.enumerated() {
    var row = [i + 1]
    for (j, other) in right.enumerated() {
      var best = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (letter == other ? 0 : 1))
      if i > 0, j > 0, letter == right[j - 1], left[i - 1] == other {
        best = min(best, rows[i - 1][j - 1] + 1)
      }
      row.append(best)
    }
    rows.append(row)
  }
  return rows[left.count][right.count]
}
