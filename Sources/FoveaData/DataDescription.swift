import FoveaTensors

/// One item of described data, walked from its file into a batch: what each step makes of it.
///
/// `description` is the whole of it as a text of a few lines and a table.
public struct DataDescription: Hashable, Codable, Sendable {
  /// Where the images come from, and how many there are.
  public let source: String
  /// What tells the class of an image.
  public let labels: String
  /// Which images are for what.
  public let split: String
  /// The item's place among the images for training.
  public let item: Int
  /// What the item is called, such as the path of its file.
  public let name: String
  /// The item's class.
  public let label: String
  /// The epoch that random changes are drawn for, from 0.
  public let epoch: Int
  /// What is done to the item, with what comes of it; the last is its batch.
  public let steps: [PipelineStep]

  /// Walks one image through every step into the batch of an epoch that it is in.
  ///
  /// - Parameters:
  ///   - item: Its place in the loader's dataset.
  ///   - source: Where the images come from, in words; so `labels` and `split`.
  /// - Throws: `DamagedImage` where it cannot be read.
  public init(
    _ item: Int, of loader: DataLoader, epoch: Int = 0, source: String, labels: String,
    split: String
  ) throws(DamagedImage) {
    let images = loader.dataset
    self.source = source
    self.labels = labels
    self.split = split
    self.item = item
    self.epoch = epoch
    name = images.name(of: item)
    let classes = images.description.classNames
    func className(_ index: Int) -> String {
      let label = Int(images.label(of: index))
      return classes.indices.contains(label) ? classes[label] : "none"
    }
    label = className(item)
    let order = loader.order(epoch: epoch)
    let number = (order.firstIndex(of: item) ?? 0) / loader.batchSize
    let batch = try loader.batch(number, epoch: epoch, order: order)
    var words = "batch \(number + 1) of \(loader.batchCount)"
    if let place = batch.indices.firstIndex(of: item) {
      words += ", place \(place + 1)"
      if let mix = batch.mix, mix.partners[place] != place {
        let partner = batch.indices[mix.partners[place]]
        let share = Int((mix.share * 100).rounded())
        words +=
          ": \(share) % \(mix.box == nil ? "of it averaged" : "of its area kept") with "
          + "\(100 - share) % of \(images.name(of: partner)), \(className(partner))"
      }
    }
    steps =
      try images.steps(of: item, epoch: epoch) + [
        PipelineStep(words, shape: batch.images.shape.dimensions, batch.images.floats)
      ]
  }
}

extension DataDescription: CustomStringConvertible {
  /// The lines, with a table of the steps: what was done, shape, least, mean and largest number.
  public var description: String {
    let facts = [
      ("source", source), ("labels", labels), ("split", split),
      ("item", "\(item) of those for training, \(name)"), ("class", label), ("epoch", "\(epoch)"),
    ].map { name, value in Self.padded(name, 8) + value }
    var rows: [[String]] = [["step", "shape", "least", "mean", "largest"]]
    for step in steps {
      let shape = step.shape.map(String.init).joined(separator: "×")
      rows.append([step.name, shape] + [step.minimum, step.mean, step.maximum].map(Self.text))
    }
    let widths = (0..<5).map { column in rows.map { $0[column].count }.max() ?? 0 }
    let lines = rows.map { row in
      row.enumerated().map { column, cell in
        let gap = String(repeating: " ", count: widths[column] - cell.count)
        // Words stand at their left edge, numbers at their right one.
        return column == 0 ? cell + gap : gap + cell
      }.joined(separator: "  ")
    }
    return (facts + [""] + lines).joined(separator: "\n")
  }

  private static func padded(_ word: String, _ width: Int) -> String {
    word + String(repeating: " ", count: max(width - word.count, 1))
  }

  /// A number with up to three decimals.
  private static func text(_ number: Float) -> String {
    let rounded = (Double(number) * 1000).rounded() / 1000
    return Int(exactly: rounded).map(String.init) ?? "\(rounded)"
  }
}

extension LabelRule: CustomStringConvertible {
  /// The rule in words, such as `the innermost folder's name`.
  public var description: String {
    switch self {
    case .folder: "the outermost folder's name"
    case .parentFolder: "the innermost folder's name"
    case .fileName(let pattern): "what \(pattern) finds in the file's name"
    }
  }
}

extension Splitter: CustomStringConvertible {
  /// The rule in words, such as `20 % of each class for validation, seed 0`.
  public var description: String {
    func percent(_ share: Double) -> String {
      let value = (share * 10000).rounded() / 100
      return (Int(exactly: value).map(String.init) ?? "\(value)") + " %"
    }
    return switch self {
    case .random(let share, let seed): "\(percent(share)) of all for validation, seed \(seed)"
    case .stratified(let share, let seed):
      "\(percent(share)) of each class for validation, seed \(seed)"
    case .kFold(let count, let fold, let seed):
      "part \(fold + 1) of \(count) of each class for validation, seed \(seed)"
    case .randomFold(let count, let fold, let seed):
      "part \(fold + 1) of \(count) of all for validation, seed \(seed)"
    case .folders(let training, let validation):
      "the folder \(training) for training, \(validation) for validation"
    case .file(let path): "what \(path) names for validation"
    }
  }

  /// The rule, and what came of it.
  public func words(training: Int, validation: Int) -> String {
    "\(self): \(training) to learn from, \(validation) to be measured on"
  }
}
