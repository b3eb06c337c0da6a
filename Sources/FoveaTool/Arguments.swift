public import ArgumentParser
public import FoveaCommands
public import FoveaData
public import FoveaDrawing
public import FoveaRuntime
import FoveaTensors

extension LayerPicture: ExpressibleByArgument {}
extension ScheduleName: ExpressibleByArgument {}
extension PictureFormat: ExpressibleByArgument {}
extension OptimizerName: ExpressibleByArgument {}
extension LossName: ExpressibleByArgument {}
extension BestMeasure: ExpressibleByArgument {}
extension Precision: ExpressibleByArgument {}
extension MNIST.Split: ExpressibleByArgument {}
extension ExportFormat: ExpressibleByArgument {}
extension NetworkDiagram.Quantity: ExpressibleByArgument {}
extension ConvolutionSweep.Style: ExpressibleByArgument {}

/// Options of every command that has a report.
struct ReportOptions: ParsableArguments {
  @Flag(
    help: "Print one JSON object as the last line of standard output; text goes to standard error.")
  var json = false
}

/// Options that name an activation of a network.
struct ActivationOptions: ParsableArguments {
  @Option(help: "The layer's path, as in fovea summary. (default: the last one with a map)")
  var layer: String?

  @Option(
    name: .customLong("at"), help: "The activation: row,column. (default: the middle of the map)")
  var place: Place?
}

/// Channels, height and width, as in `3x224x224`.
struct ImageExtents: ExpressibleByArgument {
  private let extents: [Int]

  init?(argument: String) {
    let extents = argument.split(omittingEmptySubsequences: false) { "xX×".contains($0) }
      .map { Int($0) }
    guard extents.count == 3, !extents.contains(where: { ($0 ?? 0) < 1 }) else { return nil }
    self.extents = extents.compactMap(\.self)
  }

  var shape: Shape {
    get throws {
      guard let shape = Shape(checking: extents) else {
        throw ValidationError(
          "an image of \(NumberFormat.extents(extents)) has more than 2^48 numbers; take a smaller one"
        )
      }
      return shape
    }
  }
}

/// A row and a column, as in `3,4`.
struct Place: ExpressibleByArgument {
  let numbers: [Int]

  init?(argument: String) {
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let row = numbers[0], let column = numbers[1] else { return nil }
    self.numbers = [row, column]
  }
}

extension AugmentationName: ExpressibleByArgument {
  /// All names, for help.
  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
