public import FoveaData
import Foundation

/// How a folder or a table tells the classes of its images; as it does by itself where left out.
public struct ClassRules: Hashable, Codable, Sendable {
  /// How the path of a file tells its class, in a folder.
  public var labels: LabelRule?
  /// The column of a table with paths; the first where left out.
  public var pathColumn: String?
  /// The column of a table with classes; the second where left out.
  public var labelColumn: String?

  /// Leaves all to the dataset.
  public init(labels: LabelRule? = nil, pathColumn: String? = nil, labelColumn: String? = nil) {
    self.labels = labels
    self.pathColumn = pathColumn
    self.labelColumn = labelColumn
  }
}

extension LabelRule {
  /// Reads what `--labels` says: `folder`, `parent-folder`, or a regular expression.
  public init(argument: String) {
    self =
      switch argument {
      case "folder": .folder
      case "parent-folder": .parentFolder
      default: .fileName(pattern: argument)
      }
  }

  /// What `--labels` has to say for it.
  public var argument: String {
    switch self {
    case .folder: "folder"
    case .parentFolder: "parent-folder"
    case .fileName(let pattern): pattern
    }
  }
}

extension DatasetRequest {
  /// Reads classes by these rules, where they say something.
  public mutating func read(by rules: ClassRules) {
    labels = rules.labels ?? labels
    pathColumn = rules.pathColumn ?? pathColumn
    labelColumn = rules.labelColumn ?? labelColumn
  }

  var isTable: Bool {
    URL(fileURLWithPath: dataset).pathExtension.lowercased() == "csv"
  }

  /// Throws for a rule that the dataset does not read.
  func checkRules() throws(CommandError) {
    let isFolder = DatasetName(rawValue: dataset) == nil && !isArrays && !isTable
    let given = [
      ("--labels", labels != .folder && !isFolder),
      ("--path-column", pathColumn != nil && !isTable),
      ("--label-column", labelColumn != nil && !isTable),
    ]
    guard let (option, _) = given.first(where: \.1) else { return }
    throw .conflict(
      option,
      reason: option == "--labels"
        ? "\(dataset) names the class of each image itself, and not by folders; leave it out"
        : "\(dataset) has no columns, as a .csv table has; leave it out")
  }
}
