import ArgumentParser
import FoveaCommands
import FoveaData

/// Options that say how files tell their classes.
struct ClassOptions: ParsableArguments {
  @Option(
    help: """
      What tells the class of a file in a folder: folder (the outermost), parent-folder (the innermost), or a \
      regular expression with a group for the file's name. (default: folder)
      """)
  var labels: String?

  @Option(help: "The column of a table with the paths. (default: the first)")
  var pathColumn: String?

  @Option(help: "The column of a table with the classes. (default: the second)")
  var labelColumn: String?

  var rules: ClassRules {
    ClassRules(
      labels: labels.map { LabelRule(argument: $0) }, pathColumn: pathColumn,
      labelColumn: labelColumn)
  }
}
