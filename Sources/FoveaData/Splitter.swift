import Foundation
import FoveaTensors

/// Which images a model learns from, and which it is measured on.
public enum Splitter: Hashable, Codable, Sendable {
  /// A share of all images, drawn at random, is for validation.
  case random(validation: Double, seed: UInt64 = 0)
  /// A share of each class, drawn at random, is for validation.
  case stratified(validation: Double, seed: UInt64 = 0)
  /// Each class is dealt into `count` parts, of which part `fold`, from 0, is for validation.
  case kFold(count: Int, fold: Int, seed: UInt64 = 0)
  /// All images are dealt into `count` parts, whatever their class, of which part `fold`, from 0, is for validation.
  case randomFold(count: Int, fold: Int, seed: UInt64 = 0)
  /// The folders right under the root: images of one to learn from, of the other for validation.
  case folders(training: String = "train", validation: String = "val")
  /// A file that names the images for validation, a line each, as the source names them.
  case file(String)

  /// The indices of images, ascending.
  public struct Parts: Hashable, Sendable {
    /// To learn from.
    public let training: [Int]
    /// To be measured on.
    public let validation: [Int]
  }

  /// Whether validation is one of several parts that take turns.
  public var isFold: Bool {
    switch self {
    case .kFold, .randomFold: true
    case .random, .stratified, .folders, .file: false
    }
  }

  /// The folders that are parts of the dataset and no classes.
  public var folderNames: Set<String> {
    if case .folders(let training, let validation) = self { [training, validation] } else { [] }
  }

  /// Splits the images of a source.
  ///
  /// - Throws: `SplitError` where a share, a fold or a file is none, or a part would be empty.
  public func split(_ source: some ImageSource) throws(SplitError) -> Parts {
    try split(source.labels, classNames: source.classNames, name: source.name)
  }

  /// Splits images by their classes.
  ///
  /// - Parameters:
  ///   - labels: The class of each image.
  ///   - classNames: What classes are called; by their number where left out.
  ///   - name: What an image is called.
  /// - Throws: `SplitError`, as above.
  public func split(
    _ labels: [Int32], classNames: [String] = [], name: (Int) -> String
  ) throws(SplitError) -> Parts {
    let validation: Set<Int>
    var training: [Int]?
    switch self {
    case .random(let share, let seed):
      try Self.check(share)
      let order = RandomStream(seed: seed, named: "split").permutation(of: labels.count)
      validation = Set(order.prefix(Self.part(share, of: labels.count)))
    case .stratified(let share, let seed):
      try Self.check(share)
      validation = Set(
        Self.shuffledClasses(labels, seed: seed)
          .flatMap { $0.prefix(Self.part(share, of: $0.count)) })
    case .kFold(let count, let fold, let seed):
      guard count >= 2, 0..<count ~= fold else { throw .fold(fold, of: count) }
      let classes = Self.shuffledClasses(labels, seed: seed)
      if let least = classes.min(by: { $0.count < $1.count }), least.count < count {
        let label = Int(labels[least[0]])
        throw .smallClass(
          classNames.indices.contains(label) ? classNames[label] : "\(label)",
          images: least.count, folds: count)
      }
      // One deal over all classes, so that small classes do not all begin with the first part.
      let dealt = classes.joined().enumerated()
      validation = Set(dealt.filter { $0.offset % count == fold }.map(\.element))
    case .randomFold(let count, let fold, let seed):
      guard count >= 2, 0..<count ~= fold else { throw .fold(fold, of: count) }
      let order = RandomStream(seed: seed, named: "split").permutation(of: labels.count)
      validation = Set(
        stride(from: fold, to: order.count, by: count).map { order[$0] })
    case .folders(let trainingFolder, let validationFolder):
      let folders = labels.indices.map { name($0).prefix { $0 != "/" } }
      validation = Set(labels.indices.filter { folders[$0] == validationFolder })
      training = labels.indices.filter { folders[$0] == trainingFolder }
    case .file(let path):
      validation = try Self.named(inFile: path, labels.indices, name: name)
    }
    let parts = Parts(
      training: training ?? labels.indices.filter { !validation.contains($0) },
      validation: validation.sorted())
    guard !parts.training.isEmpty else { throw .emptyPart("training", self, images: labels.count) }
    guard !parts.validation.isEmpty else {
      throw .emptyPart("validation", self, images: labels.count)
    }
    return parts
  }

  private static func check(_ share: Double) throws(SplitError) {
    guard share > 0, share < 1 else { throw .share(share) }
  }

  private static func part(_ share: Double, of count: Int) -> Int {
    Int((share * Double(count)).rounded())
  }

  /// The images of each class, shuffled.
  private static func shuffledClasses(_ labels: [Int32], seed: UInt64) -> [[Int]] {
    var classes: [Int32: [Int]] = [:]
    for (index, label) in labels.enumerated() { classes[label, default: []].append(index) }
    return classes.sorted { $0.key < $1.key }.map { label, members in
      RandomStream(seed: seed, named: "split/\(label)").permutation(of: members.count)
        .map { members[$0] }
    }
  }

  private static func named(
    inFile path: String, _ images: Range<Int>, name: (Int) -> String
  ) throws(SplitError) -> Set<Int> {
    let text: String
    do { text = try String(contentsOfFile: path, encoding: .utf8) } catch {
      throw .file(path, problem: "cannot be read (\(error.localizedDescription)); check the path")
    }
    let indices = Dictionary(
      images.map { (name($0), $0) },
      uniquingKeysWith: { first, _ in first }
    )
    var result: Set<Int> = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let word = line.trimmingCharacters(in: .whitespaces)
      if word.isEmpty { continue }
      guard let index = indices[word] else {
        throw .file(
          path,
          problem: "line \(number + 1): there is no image \(word); name images as their "
            + "paths in the dataset, such as \(name(0))")
      }
      result.insert(index)
    }
    return result
  }
}

/// Why images are not split as they were to be.
public enum SplitError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A share that leaves a part nothing.
  case share(Double)
  /// A part that is none of them.
  case fold(Int, of: Int)
  /// A class that cannot be in each of some parts.
  case smallClass(String, images: Int, folds: Int)
  /// A part without images.
  case emptyPart(String, Splitter, images: Int)
  /// A file of names that is not understood.
  case file(String, problem: String)

  public var description: String {
    switch self {
    case .share(let share):
      "a validation share of \(share) leaves one part nothing; give a number between 0 and 1"
    case .fold(let fold, let count):
      "fold \(fold) of \(count) is none; give 2 folds or more, and count them from 0"
    case .smallClass(let name, let images, let folds):
      "the class \(name) has \(images == 1 ? "1 image" : "\(images) images"), too few for one in each of "
        + "\(folds) folds; take fewer folds or more images, or deal images whatever their class, "
        + "with --no-stratified or --fold 1/\(folds):random"
    case .emptyPart(let part, .folders(let training, let validation), _):
      "the \(part) part has no images; there must be image files in the folders "
        + "\(training) and \(validation)"
    case .emptyPart(let part, _, let images):
      "none of \(images) images is left for the \(part) part; "
        + "give more images or another share"
    case .file(let path, let problem):
      "\(path): \(problem)"
    }
  }
}
