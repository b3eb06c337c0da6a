public import FoveaTensors

/// Why a loss cannot take a target; nothing has been updated then.
public enum TargetError: Error, Hashable, Sendable {
  /// An output that the loss, or its class weights, do not belong to.
  case output(loss: String, actual: Shape)
  /// A target of another shape.
  case shape(loss: String, expected: Shape, actual: Shape)
  /// A target of another element type.
  case elementType(loss: String, expected: ElementType, actual: ElementType)
  /// A class index that the output does not have; `place` counts in row-major order.
  case classIndex(Int32, place: Int, classes: Int)
  /// A number that is no target; `place` counts in row-major order.
  case value(Float, place: Int, allowed: String)
  /// A row that the batch does not have.
  case row(Int32, place: Int, batch: Int)
  /// Distillation without a teacher's output.
  case noTeacher
  /// A batch of which nothing counts, which has no mean.
  case nothingCounts(loss: String)
}

extension TargetError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .output(let loss, let actual):
      "\(loss) does not take an output of shape \(actual); pass [N, C] or [N, C, H, W], with as many "
        + "class weights as classes"
    case .shape(let loss, let expected, let actual):
      "\(loss) takes targets of shape \(expected), got \(actual); pass them in that shape"
    case .elementType(let loss, let expected, let actual):
      "\(loss) takes \(expected) targets, got \(actual); convert them first"
    case .classIndex(let label, let place, let classes):
      "target \(place) is class \(label), the model has the classes 0 to \(classes - 1); "
        + "mend the label, or build the model with more classes"
    case .value(let value, let place, let allowed):
      "target \(place) is \(value); use \(allowed)"
    case .row(let row, let place, let batch):
      "target \(place) names row \(row) of a batch of \(batch); use 0 to \(batch - 1)"
    case .noTeacher:
      "distillation needs a teacher; give its logits for the batch"
    case .nothingCounts(let loss):
      "\(loss) has nothing to count in this batch: every target is ignored, weighs 0, or has no "
        + "other image to be compared with; use larger batches, or drop such images"
    }
  }
}
