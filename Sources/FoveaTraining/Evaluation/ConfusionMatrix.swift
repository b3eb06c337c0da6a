/// How often images of each class are taken for each other class.
public struct ConfusionMatrix: Hashable, Codable, Sendable {
  /// What the classes are called.
  public let classNames: [String]
  /// The number of images, a row for each true class and in it a column for each predicted one.
  public let counts: [[Int]]

  /// Counts pairs of a true and a predicted class, each of `0..<classNames.count`.
  init(classNames: [String], pairs: some Sequence<(Int, Int)>) {
    let row = [Int](repeating: 0, count: classNames.count)
    var counts = [[Int]](repeating: row, count: classNames.count)
    for (label, predicted) in pairs { counts[label][predicted] += 1 }
    self.classNames = classNames
    self.counts = counts
  }

  /// How well one class is told from the others.
  ///
  /// What would be a division by zero is 0, as in scikit-learn.
  public struct ClassScores: Hashable, Codable, Sendable {
    /// The class, or what is averaged.
    public let name: String
    /// The share of images that are taken for the class that are of it.
    public let precision: Double
    /// The share of images of the class that are taken for it.
    public let recall: Double
    /// The harmonic mean of precision and recall.
    public let f1: Double
    /// The number of images of the class.
    public let support: Int
  }

  /// The scores of each class, in order.
  public var scores: [ClassScores] {
    classNames.indices.map { index in
      let right = Double(counts[index][index])
      let support = counts[index].reduce(0, +)
      let taken = counts.reduce(0) { $0 + $1[index] }
      func share(_ part: Double, of whole: Int) -> Double { whole == 0 ? 0 : part / Double(whole) }
      return ClassScores(
        name: classNames[index], precision: share(right, of: taken),
        recall: share(right, of: support), f1: share(2 * right, of: taken + support),
        support: support)
    }
  }

  /// The mean of the classes' scores, each of which counts the same.
  public var macroAverage: ClassScores { average("macro average") { _ in 1 } }

  /// The mean of the classes' scores, which count by their number of images.
  public var weightedAverage: ClassScores { average("weighted average") { Double($0.support) } }

  private func average(
    _ name: String, _ weight: (ClassScores) -> Double
  ) -> ClassScores {
    let scores = scores
    let sum = scores.reduce(0) { $0 + weight($1) }
    func mean(_ value: (ClassScores) -> Double) -> Double {
      sum == 0 ? 0 : scores.reduce(0) { $0 + weight($1) * value($1) } / sum
    }
    return ClassScores(
      name: name, precision: mean(\.precision), recall: mean(\.recall), f1: mean(\.f1),
      support: scores.reduce(0) { $0 + $1.support })
  }

  /// Images of one class that are taken for another.
  public struct Confusion: Hashable, Codable, Sendable {
    /// The name of the class that they are of.
    public let label: String
    /// The name of the class that they are taken for.
    public let predicted: String
    /// How many there are.
    public let images: Int
    /// The share of all images of the class.
    public let share: Double
  }

  /// The mistakes that are made most often, the most frequent first.
  public func mostConfused(_ limit: Int) -> [Confusion] {
    var all: [Confusion] = []
    for (row, images) in counts.enumerated() {
      let support = images.reduce(0, +)
      for (column, count) in images.enumerated() where column != row && count > 0 {
        all.append(
          Confusion(
            label: classNames[row], predicted: classNames[column], images: count,
            share: Double(count) / Double(support)))
      }
    }
    // Sorting is stable: among equals, in the order of the classes.
    return Array(all.sorted { $0.images > $1.images }.prefix(max(limit, 0)))
  }
}
