import FoveaData
import FoveaGraph
import FoveaLayers
public import FoveaTensors

/// Why a training cannot start or go on.
public enum TrainingError: Error, Hashable, Sendable {
  /// Images of another shape than the model takes.
  case imageShape(expected: Shape, actual: Shape)
  /// A model that does not give one number a class.
  case outputShape(Shape)
  /// More classes in the data than the model has.
  case classes(model: Int, data: Int)
  /// No epoch, or an epoch without a batch.
  case nothingToDo(epochs: Int, steps: Int)
  /// Data whose epochs have another number of steps than the checkpoint's.
  case otherData(expectedSteps: Int, actualSteps: Int)
  /// A group of parameters whose pattern no name matches.
  case unmatchedGroup(pattern: String, known: [String])
  /// A setting that no training has.
  case option(_ what: String, problem: String)
  /// A loss that is infinite or no number, in a step from 0, and where it comes from; the step's update was left out.
  case notFinite(step: Int, loss: Float, origin: String)
  /// Answers of another number than images and classes have, or a right class that is not among them.
  case answers(logits: Int, images: Int, classes: Int)
  /// An answer that is infinite or no number, and the image's place in the dataset.
  case answer(image: Int)
  /// A teacher that is missing, not needed or does not fit.
  case teacher(_ problem: String)
  /// An observer that another one needs and that is not among those of the training.
  case missingObserver(_ missing: String, of: String)
  /// Observers that need each other in a circle; the first is the last.
  case observerCycle([String])
  /// A log that cannot be written.
  case log(file: String, problem: String)
  /// A checkpoint file that cannot be used.
  case checkpoint(file: String, problem: String)

  /// Throws unless the model takes a dataset's images and has all of its classes, where it has classes.
  static func check(_ dataset: any LabelledImages, fits model: Model) throws {
    let (image, classNames) = (dataset.description.imageShape, dataset.description.classNames)
    guard image == model.inputShape else {
      throw TrainingError.imageShape(expected: model.inputShape, actual: image)
    }
    // Whether targets that are no classes fit is for the loss to say.
    guard !(dataset is any TargetedImages) else { return }
    let output = try model.outputShape
    guard output.rank == 1 else { throw TrainingError.outputShape(output) }
    guard classNames.count <= output[0] else {
      throw TrainingError.classes(model: output[0], data: classNames.count)
    }
  }
}

extension TrainingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .imageShape(let expected, let actual):
      "the model takes images \(expected), the data has \(actual); "
        + "build the model for \(actual), or resize the data"
    case .outputShape(let shape):
      "the model gives \(shape) for an image; end it with one number a class (Flatten, Linear)"
    case .classes(let model, let data):
      "the model has \(model) classes, the data has \(data); build the model with \(data)"
    case .nothingToDo(let epochs, let steps):
      "\(epochs) epochs of \(steps) steps leave nothing to do; "
        + "ask for at least one epoch, with a batch that is no larger than the data"
    case .otherData(let expected, let actual):
      "an epoch has \(actual) steps, the checkpoint's had \(expected); "
        + "resume with the same data and batch size"
    case .unmatchedGroup(let pattern, let known):
      "no parameter is called \(pattern); choose from \(known.prefix(8).joined(separator: ", "))"
        + (known.count > 8 ? ", … (* stands for any characters)" : "")
    case .option(let what, let problem):
      "\(what): \(problem)"
    case .notFinite(let step, let loss, let origin):
      "the loss of step \(step + 1) is \(loss): \(origin); "
        + "lower the learning rate, warm up, clip gradients, or mend the data"
    case .answers(let logits, let images, let classes):
      "\(logits) numbers are no answers to \(images) images of \(classes) classes; give each image a "
        + "number for each class, and a right class of 0 to \(classes - 1)"
    case .answer(let image):
      "the network's answer to image \(image) is not finite; its weights have diverged, so train again "
        + "with a lower learning rate"
    case .teacher(let problem):
      problem
    case .missingObserver(let missing, let observer):
      "the observer \(observer) needs \(missing), which is not there; give the training both"
    case .observerCycle(let names):
      "observers need each other in a circle: \(names.joined(separator: " needs ")); take one of these "
        + "requirements away"
    case .log(let file, let problem):
      "\(file) cannot be written (\(problem)); make room, mend its permissions, or move it away"
    case .checkpoint(let file, let problem):
      "\(file): \(problem)"
    }
  }
}
