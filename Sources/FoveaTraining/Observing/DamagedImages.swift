public import FoveaData

/// Keeps the images that a training does without because they cannot be read: `report[DamagedImages.self]`.
///
/// Of a loader that skips them; one that does not ends the training at the first.
public final class DamagedImages: TrainingObserver {
  /// The images, each once, in the order in which they were met.
  public private(set) var outcome: [DamagedImage] = []
  private var known: Set<DamagedImage> = []

  /// Begins without one.
  public init() {}

  public func receive(_ event: TrainingEvent) -> TrainingAction {
    if case .imagesSkipped(let skipped) = event {
      outcome += skipped.images.filter { known.insert($0).inserted }
    }
    return .proceed
  }
}
