public import FoveaTensors

/// Some images with their classes, ready for a program.
public struct Batch: Sendable {
  /// Normalised numbers `[n, C, H, W]`, in channels-last memory.
  public let images: Tensor
  /// The class of each image, `[n]`, int32.
  public let labels: Tensor
  /// What the output should be for each image, `[n, …]`, of data whose targets are no classes (`TargetedImages`).
  public let targets: Tensor?
  /// Where each image stands in the dataset.
  public let indices: [Int]
  /// How images were mixed with each other; `nil` where they were not.
  public let mix: Mix?
  /// Images that the batch does without, because they cannot be read.
  public let damaged: [DamagedImage]

  /// The share of each class in each image, `[n, classes]`: a one and zeros where nothing was mixed.
  public func classShares(_ classes: Int) -> Tensor {
    let labels = labels.elements(of: Int32.self).map(Int.init)
    var shares = [Float](repeating: 0, count: labels.count * classes)
    for (row, label) in labels.enumerated() {
      let other = mix.map { labels[$0.partners[row]] } ?? label
      let own = mix?.share ?? 1
      shares[row * classes + label] += own
      shares[row * classes + other] += 1 - own
    }
    return Tensor([labels.count, classes], shares)
  }
}
