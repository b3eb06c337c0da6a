/// What an optimiser does otherwise for some parameters, chosen by their names.
public struct ParameterGroup: Hashable, Codable, Sendable {
  /// Which parameters, such as `layer4.*`: `*` stands for any characters, `?` for one.
  public var pattern: String
  /// What the learning rate is multiplied by.
  public var learningRateFactor: Double
  /// How much they shrink, vectors too; as the optimiser says where `nil`.
  public var weightDecay: Double?
  /// Whether they stay as they are.
  ///
  /// Running statistics of a frozen layer go on all the same.
  public var isFrozen: Bool
  /// Epochs at the start of each training in which they stay as they are; `nil` for none.
  ///
  /// In these epochs batch normalisations whose running mean matches the pattern answer by their running
  /// statistics and leave them as they are.
  public var frozenEpochs: Int?

  /// Gathers settings.
  public init(
    _ pattern: String, learningRateFactor: Double = 1, weightDecay: Double? = nil,
    isFrozen: Bool = false, frozenEpochs: Int? = nil
  ) {
    self.pattern = pattern
    self.learningRateFactor = learningRateFactor
    self.weightDecay = weightDecay
    self.isFrozen = isFrozen
    self.frozenEpochs = frozenEpochs
  }

  /// Whether a parameter belongs to the group.
  public func contains(_ name: String) -> Bool {
    Self.matches(Array(pattern.unicodeScalars), Array(name.unicodeScalars))
  }

  private static func matches(_ pattern: [Unicode.Scalar], _ name: [Unicode.Scalar]) -> Bool {
    var (place, position) = (0, 0)
    // Where the last star stands, and how much of the name it has taken so far.
    var star: (place: Int, taken: Int)?
    while position < name.count {
      if place < pattern.count, pattern[place] == "*" {
        star = (place, position)
        place += 1
      } else if place < pattern.count, pattern[place] == "?" || pattern[place] == name[position] {
        place += 1
        position += 1
      } else if let last = star {
        star = (last.place, last.taken + 1)
        place = last.place + 1
        position = last.taken + 1
      } else {
        return false
      }
    }
    return pattern[place...].allSatisfy { $0 == "*" }
  }
}

/// How gradients are kept from being too large, before an update.
public enum GradientClipping: Hashable, Codable, Sendable {
  /// All are scaled down together where their common norm passes `maximum`
  /// (PyTorch's `clip_grad_norm_`).
  case norm(maximum: Double)
  /// Each element is held to `-maximum … maximum` (PyTorch's `clip_grad_value_`).
  case value(maximum: Double)
}

/// Whether parameters stay as they are, whatever their group says.
struct FreezeRule: Hashable, Codable, Sendable {
  let pattern: String
  let isFrozen: Bool
}

/// What updates do besides following an optimiser.
public struct UpdateOptions: Hashable, Codable, Sendable {
  /// Groups of parameters; the first whose pattern matches a name settles it.
  public var groups: [ParameterGroup]
  /// What a learner's `freeze` and `unfreeze` said of names, `nil` for nothing; the last that matches settles it.
  private var freezeRules: [FreezeRule]?
  /// Whether biases and the weights of normalisation, that is vectors, are left out of weight decay,
  /// and of what LARS and LAMB do to lengths.
  public var noBiasDecay: Bool
  /// How gradients are kept from being too large; `nil` leaves them.
  public var clipping: GradientClipping?

  /// Gathers options.
  public init(
    groups: [ParameterGroup] = [], noBiasDecay: Bool = true, clipping: GradientClipping? = nil
  ) {
    self.groups = groups
    self.noBiasDecay = noBiasDecay
    self.clipping = clipping
  }

  /// Freezes parameters by their names, or lets them learn, whatever was said of them before.
  mutating func setFrozen(_ isFrozen: Bool, _ pattern: String) {
    let earlier = (freezeRules ?? []).filter { pattern != "*" && $0.pattern != pattern }
    freezeRules = earlier + [FreezeRule(pattern: pattern, isFrozen: isFrozen)]
  }

  /// The number of the group of a parameter; `nil` for none.
  func groupIndex(of name: String) -> Int? { groups.firstIndex { $0.contains(name) } }

  /// Throws for what no training has: a pattern that nothing matches, or numbers out of range; and where nothing is left
  /// to train, unless that `mayBe`.
  func check(parameters: [String], allFrozen mayBe: Bool = false) throws(TrainingError) {
    let patterns = groups + (freezeRules ?? []).map { ParameterGroup($0.pattern) }
    for group in patterns {
      guard parameters.contains(where: group.contains) else {
        throw .unmatchedGroup(pattern: group.pattern, known: parameters)
      }
    }
    for group in groups {
      let numbers = [group.learningRateFactor, group.weightDecay ?? 0]
      guard numbers.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
        throw .option(
          "the group \(group.pattern)",
          problem: "its learning-rate factor and weight decay must be finite, 0 or more")
      }
      guard 0...1_000_000 ~= group.frozenEpochs ?? 0 else {
        throw .option(
          "the group \(group.pattern)", problem: "it is frozen for 0 to 1000000 epochs")
      }
    }
    guard mayBe || !freezesAll(parameters) else {
      throw .option(
        "the groups", problem: "they freeze every parameter; leave at least one to train")
    }
    switch clipping {
    case .norm(let maximum), .value(let maximum):
      guard maximum > 0, Float(maximum).isFinite else {
        throw .option("clipping", problem: "its maximum is \(maximum); use a finite number above 0")
      }
    case nil: break
    }
  }

  /// The options with what is frozen in an epoch of a training, from 0; groups that no longer are have no
  /// frozen epochs.
  func inEpoch(_ epoch: Int) -> UpdateOptions {
    var result = self
    for index in groups.indices {
      let isFrozen = (groups[index].frozenEpochs ?? 0) > epoch
      if isFrozen {
        result.groups[index].isFrozen = true
      } else {
        result.groups[index].frozenEpochs = nil
      }
    }
    return result
  }

  /// Whether options of an epoch hold running statistics, by the name of their mean.
  func holdsStatistics(_ name: String) -> Bool {
    groupIndex(of: name).map { groups[$0].frozenEpochs != nil } ?? false
  }

  /// Whether a training's first epoch has parameters, and changes none of them.
  func freezesAll(_ parameters: [String]) -> Bool {
    !parameters.isEmpty && parameters.allSatisfy(inEpoch(0).isFrozen)
  }

  /// Whether a parameter stays as it is.
  func isFrozen(_ name: String) -> Bool {
    let group = groupIndex(of: name).map { groups[$0] }
    if let group, group.isFrozen, group.frozenEpochs != nil { return true }
    if let rule = freezeRules?.last(where: { ParameterGroup($0.pattern).contains(name) }) {
      return rule.isFrozen
    }
    return group?.isFrozen ?? false
  }
}
