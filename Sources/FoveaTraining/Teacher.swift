public import FoveaLayers
import FoveaRuntime
public import FoveaTensors

/// A trained network whose answers another one learns from.
///
/// - SeeAlso: G. Hinton et al., arXiv:1503.02531.
public struct Teacher: Sendable {
  /// The network, with as many classes as the one that learns.
  public let model: Model
  /// Its weights.
  public let weights: Weights

  /// Gathers both.
  public init(_ model: Model, weights: Weights) {
    self.model = model
    self.weights = weights
  }
}

/// Runs a teacher on the batches of a training.
final class TeacherNetwork {
  private let model: Model
  private let variables: VariableStore
  private let pool: ThreadPool
  private var programs: [Int: Program] = [:]

  /// Prepares a teacher where the loss has one.
  ///
  /// - Throws: `TrainingError.teacher` where one is missing, not needed or of other shapes.
  init?(_ teacher: Teacher?, for model: Model, loss: Loss, pool: ThreadPool) throws {
    let isNeeded = if case .distillation = loss { true } else { false }
    guard let teacher else {
      guard !isNeeded else {
        throw TrainingError.teacher("the loss is distillation; give a teacher and its weights")
      }
      return nil
    }
    guard isNeeded else {
      throw TrainingError.teacher(
        "the loss is \(loss.name), which has no teacher; choose distillation or leave it out")
    }
    let (taught, own) = try (model.outputShape, teacher.model.outputShape)
    guard teacher.model.inputShape == model.inputShape, own == taught else {
      throw TrainingError.teacher(
        "the teacher makes \(own) of \(teacher.model.inputShape), the model \(taught) of "
          + "\(model.inputShape); use a teacher of the same images and classes")
    }
    self.model = teacher.model
    self.pool = pool
    variables = try VariableStore(teacher.weights)
  }

  /// The teacher's output for some images.
  func answer(to images: Tensor) throws -> Tensor {
    let count = images.shape[0]
    let program =
      try programs[count]
      ?? Program(
        model.inference, inputs: [Model.inputName: images.shape], variables: variables, pool: pool)
    programs[count] = program
    try program.run([Model.inputName: images])
    return try program.output(Model.outputName)
  }
}
