/// Something that is told how a training goes, and may stop it; it has no other way into the loop.
///
/// `receive(_:)` is all that an observer must have. What it has found out is its `outcome`, which the training's
/// report gives by the observer's type: `report[Recorder.self]`.
public protocol TrainingObserver: AnyObject {
  /// What the observer finds out.
  associatedtype Outcome: Sendable = Void

  /// What it has found out so far.
  var outcome: Outcome { get }

  /// Types of observers that it needs; each of them is told everything before this one.
  var requirements: [any TrainingObserver.Type] { get }

  /// What it wants to see of layers; `nil` for nothing.
  var observationRequest: ObservationRequest? { get }

  /// Whether it wants the network's answers to the images of each step.
  var wantsAnswers: Bool { get }

  /// Takes the training's observers, before its first event; those that it needs are found by
  /// `observers[ActivationStats.self]`.
  func attach(to observers: [any TrainingObserver])

  /// Takes what it asked to see, before the step of the batch that was looked at.
  ///
  /// - Throws: What ends the training.
  func receive(_ observation: Observation) throws

  /// Takes how far the update after a look has moved layers, where it asked to see that; before the end of the step
  /// that made the update is told.
  func receive(_ update: ObservedUpdate)

  /// Takes the answers to the images of a step, before the step's end is told.
  func receive(_ answers: StepAnswers)

  /// Takes an event, in the order in which things happen, on the training's own thread.
  func receive(_ event: TrainingEvent) -> TrainingAction
}

extension TrainingObserver where Outcome == Void {
  /// Nothing.
  public var outcome: Void { () }
}

extension TrainingObserver {
  /// None.
  public var requirements: [any TrainingObserver.Type] { [] }
  /// Nothing.
  public var observationRequest: ObservationRequest? { nil }
  /// No answers.
  public var wantsAnswers: Bool { false }
  /// Keeps none of them.
  public func attach(to observers: [any TrainingObserver]) {}
  /// Passes it over.
  public func receive(_ observation: Observation) throws {}
  /// Passes it over.
  public func receive(_ update: ObservedUpdate) {}
  /// Passes them over.
  public func receive(_ answers: StepAnswers) {}

  fileprivate static func isType(of observer: any TrainingObserver) -> Bool { observer is Self }
}

/// The network's answers to the images of a step, by the weights before its update.
public struct StepAnswers: Sendable {
  /// The epoch, from 0.
  public let epoch: Int
  /// The step since the start of the training, from 0.
  public let step: Int
  /// Where each image stands in the dataset.
  public let indices: [Int]
  /// The class of each image.
  public let labels: [Int32]
  /// Whether images were mixed with others, so that they are of two classes.
  public let isMixed: Bool
  /// A number for each class, image by image.
  public let logits: [Float]

  /// Gathers answers.
  public init(
    epoch: Int, step: Int, indices: [Int], labels: [Int32], isMixed: Bool = false, logits: [Float]
  ) {
    self.epoch = epoch
    self.step = step
    self.indices = indices
    self.labels = labels
    self.isMixed = isMixed
    self.logits = logits
  }
}

extension Sequence<any TrainingObserver> {
  /// The first observer of a type, such as `observers[ActivationStats.self]`.
  public subscript<Observer: TrainingObserver>(type: Observer.Type) -> Observer? {
    lazy.compactMap { $0 as? Observer }.first
  }
}

extension [any TrainingObserver] {
  /// The observers with each after those that it needs, else in their own order.
  ///
  /// - Throws: `TrainingError.missingObserver` and `observerCycle`.
  func inOrderOfRequirements() throws(TrainingError) -> [any TrainingObserver] {
    var ordered: [any TrainingObserver] = []
    var open: [any TrainingObserver] = []

    func place(_ observer: any TrainingObserver) throws(TrainingError) {
      if ordered.contains(where: { $0 === observer }) { return }
      if let start = open.firstIndex(where: { $0 === observer }) {
        throw .observerCycle((open[start...] + [observer]).map { "\(type(of: $0))" })
      }
      open.append(observer)
      for required in observer.requirements {
        let found = filter { required.isType(of: $0) }
        guard !found.isEmpty else {
          throw .missingObserver("\(required)", of: "\(type(of: observer))")
        }
        for other in found { try place(other) }
      }
      open.removeLast()
      ordered.append(observer)
    }
    for observer in self { try place(observer) }
    return ordered
  }
}
