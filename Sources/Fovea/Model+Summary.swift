import FoveaAnalysis
import FoveaDrawing
public import FoveaLayers
import FoveaTensors

extension Model {
  /// The network as a table: a row a layer with output shape, parameters and multiply-adds, and totals.
  ///
  /// Nothing runs.
  ///
  /// - Parameter batch: Images of the batch that shapes and multiply-adds are for.
  /// - Throws: `GraphError` where the batch does not fit.
  public func summary(batch: Int = 1) throws -> String {
    let shape = Shape([max(batch, 1)] + inputShape.dimensions)
    let summary = try ModelSummary(of: inference, inputs: [Self.inputName: shape])
    return SummaryTable(summary).lines.joined(separator: "\n")
  }
}
