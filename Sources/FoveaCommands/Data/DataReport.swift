public import FoveaData
import FoveaTraining

/// What is in a dataset, and what is wrong with it.
public struct DataReport: Hashable, Codable, Sendable {
  /// How many images a class has.
  public struct ClassCount: Hashable, Codable, Sendable {
    /// The class.
    public let name: String
    /// Images of each part, in the order of the parts.
    public let counts: [Int]
  }

  /// A part of the dataset.
  public struct Part: Hashable, Codable, Sendable {
    /// Such as `training`.
    public let name: String
    /// How many images it has.
    public let images: Int
  }

  /// The sizes of images.
  public struct Sizes: Hashable, Codable, Sendable {
    /// The size with the fewest pixels.
    public let smallest: ImageSize
    /// The size of the image in the middle, by pixels.
    public let median: ImageSize
    /// The size with the most pixels.
    public let largest: ImageSize
    /// How many sizes there are.
    public let distinct: Int
  }

  /// A fault of a dataset.
  public struct Problem: Hashable, Codable, Sendable {
    /// The kinds of faults.
    public enum Kind: String, Hashable, Codable, Sendable, CaseIterable {
      /// An image that cannot be read.
      case damaged
      /// The same picture in two parts: the model is measured on what it has learned.
      case leak
      /// The same picture in two classes: at most one can be right.
      case contradiction
      /// The same picture twice in one class of one part.
      case duplicate
      /// A class that a part lacks.
      case missingClass
      /// One class alone: there is nothing to tell apart.
      case singleClass
      /// A class with too few images to be split.
      case rareClass
      /// One class that is much rarer than another.
      case imbalance

      /// Whether results on such data mean less than they seem to.
      public var isGrave: Bool { self != .duplicate && self != .imbalance }
    }

    /// What kind of fault.
    public let kind: Kind
    /// What is wrong, and what to do.
    public let message: String
    /// The images that it is about, by name.
    public let images: [String]
  }

  /// What the dataset is called.
  public let name: String
  /// Its parts.
  public let parts: [Part]
  /// Its classes.
  public let classes: [ClassCount]
  /// The sizes of its images; `nil` where none can be read.
  public let sizes: Sizes?
  /// How many images have how many channels.
  public let channels: [Int: Int]
  /// Mean and deviation of each channel, in the first part.
  public let normalization: Normalization
  /// The least and the largest number of the first part; 0 and 255 of bytes.
  public let range: ValueRange
  /// What is wrong, the gravest first.
  public let problems: [Problem]

  /// How many times as many images the largest class of a part may have as the smallest, before it
  /// is told.
  static let largestImbalance = 10

  /// What was found of images, wherever they come from.
  private struct Facts {
    let name: String
    let classNames: [String]
    let labels: [Int32]
    let parts: [(name: String, indices: [Int])]
    let sizes: [ImageSize]
    let channels: [Int]
    let damaged: [DamagedImage]
    /// Groups of images with the same pixels.
    let duplicates: [[Int]]
    let normalization: Normalization
    let range: ValueRange
    let imageName: (Int) -> String
  }

  init(_ found: DatasetRequest.Found, survey: ImageSurvey) {
    let source = found.source
    let facts = survey.facts.compactMap { $0 }
    self.init(
      Facts(
        name: source.name, classNames: source.classNames, labels: source.labels,
        parts: found.parts, sizes: facts.map(\.size), channels: facts.map(\.channels),
        damaged: survey.damaged, duplicates: survey.duplicates,
        normalization: survey.normalization(of: found.parts[0].indices), range: .bytes,
        imageName: source.name))
  }

  /// Looks at arrays.
  init(_ arrays: [ArrayDataset.Part]) {
    let description = arrays[0].images.description
    var parts: [(name: String, indices: [Int])] = []
    var groups: [String: [Int]] = [:]
    var names: [String] = []
    for (name, images) in arrays.map({ ($0.name, $0.images) }) {
      let first = names.count
      parts.append((name, Array(first..<first + images.count)))
      names += (0..<images.count).map { "\(name)/\(images.indices[$0])" }
      for (index, fingerprint) in images.fingerprints.enumerated() {
        groups[fingerprint, default: []].append(first + index)
      }
    }
    let shape = description.imageShape
    let size = ImageSize(height: shape[1], width: shape[2])
    self.init(
      Facts(
        name: description.name, classNames: description.classNames,
        labels: arrays.flatMap { part in part.images.indices.map { part.images.arrayLabels[$0] } },
        parts: parts, sizes: names.map { _ in size }, channels: names.map { _ in shape[0] },
        damaged: arrays.flatMap { part in
          part.images.damaged.map {
            DamagedImage(
              index: $0.index, name: "\(part.name)/\(part.images.indices[$0.index])",
              reason: $0.reason)
          }
        },
        duplicates: groups.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] },
        normalization: description.normalization, range: description.range,
        imageName: { names[$0] }))
  }

  private init(_ facts: Facts) {
    name = facts.name
    parts = facts.parts.map { Part(name: $0.name, images: $0.indices.count) }
    var counts = [[Int]](
      repeating: [Int](repeating: 0, count: facts.parts.count), count: facts.classNames.count)
    for (part, indices) in facts.parts.map(\.indices).enumerated() {
      for index in indices { counts[Int(facts.labels[index])][part] += 1 }
    }
    classes = zip(facts.classNames, counts).map { ClassCount(name: $0, counts: $1) }
    sizes = Self.sizes(of: facts.sizes)
    channels = Dictionary(facts.channels.map { ($0, 1) }, uniquingKeysWith: +)
    normalization = facts.normalization
    range = facts.range
    problems =
      facts.damaged.map {
        Problem(kind: .damaged, message: $0.reason, images: [$0.name])
      } + Self.repeated(facts) + Self.uneven(classes, parts) + Self.few(classes, parts)
  }

  private static func sizes(of sizes: [ImageSize]) -> Sizes? {
    let sorted = sizes.sorted {
      ($0.height * $0.width, $0.height) < ($1.height * $1.width, $1.height)
    }
    guard let smallest = sorted.first, let largest = sorted.last else { return nil }
    return Sizes(
      smallest: smallest, median: sorted[sorted.count / 2], largest: largest,
      distinct: Set(sorted).count)
  }

  private static func repeated(_ facts: Facts) -> [Problem] {
    var part = [Int?](repeating: nil, count: facts.labels.count)
    for (number, indices) in facts.parts.map(\.indices).enumerated() {
      for index in indices { part[index] = number }
    }
    let problems = facts.duplicates.map { group -> Problem in
      let images = group.map(facts.imageName)
      let inParts = Set(group.compactMap { part[$0] }).sorted().map { facts.parts[$0].name }
      let classes = Set(group.map { facts.labels[$0] }).sorted().map { facts.classNames[Int($0)] }
      if inParts.count > 1 {
        return Problem(
          kind: .leak,
          message: "the same picture is in \(inParts.joined(separator: " and ")); "
            + "keep it in one, or results look better than they are", images: images)
      }
      if classes.count > 1 {
        return Problem(
          kind: .contradiction,
          message: "the same picture is \(classes.joined(separator: " and ")); "
            + "remove it from all classes but the right one", images: images)
      }
      return Problem(
        kind: .duplicate,
        message: "the same picture is there \(group.count) times; keep one", images: images)
    }
    return Problem.Kind.allCases.flatMap { kind in problems.filter { $0.kind == kind } }
  }

  /// Classes that no training has enough of.
  private static func few(_ classes: [ClassCount], _ parts: [Part]) -> [Problem] {
    if classes.count == 1 {
      return [
        Problem(
          kind: .singleClass,
          message: "there is one class, \(classes[0].name), and nothing to tell apart; add another",
          images: [])
      ]
    }
    // What is in parts already is not split.
    guard parts.count == 1 else { return [] }
    return classes.filter { $0.counts[0] == 1 }.map {
      Problem(
        kind: .rareClass,
        message: "there is 1 image of \($0.name), and none is left to validate by; add some",
        images: [])
    }
  }

  private static func uneven(_ classes: [ClassCount], _ parts: [Part]) -> [Problem] {
    parts.enumerated().flatMap { number, part -> [Problem] in
      let missing = classes.filter { $0.counts[number] == 0 }.map(\.name)
      guard missing.isEmpty else {
        return [
          Problem(
            kind: .missingClass,
            message: "\(part.name) has no images of \(missing.joined(separator: ", ")); "
              + "add some, or split anew with a stratified split", images: [])
        ]
      }
      let sorted = classes.sorted { $0.counts[number] < $1.counts[number] }
      guard let rarest = sorted.first, let commonest = sorted.last,
        rarest.counts[number] * largestImbalance < commonest.counts[number]
      else { return [] }
      return [
        Problem(
          kind: .imbalance,
          message: "\(part.name) has \(commonest.counts[number]) images of \(commonest.name) and "
            + "\(rarest.counts[number]) of \(rarest.name); weigh classes in the loss, and look at "
            + "the recall of each class beside the accuracy", images: [])
      ]
    }
  }
}
