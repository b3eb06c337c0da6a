import Fovea

/// Ways to look at an image, whose answers are averaged.
public enum Views {
  /// The image and its mirror image.
  public static let mirrored = both([[]])

  /// Both as they are, a pixel down and to the right, and a pixel up and to the left, where it is mirrored on.
  public static let moved = both([
    [], [.pad(ImagePadding(top: 2, left: 2, bottom: 0, right: 0), mode: .reflect), middle],
    [.pad(ImagePadding(top: 0, left: 0, bottom: 2, right: 2), mode: .reflect), middle],
  ])

  private static let middle = ImageTransform.centerCrop(CIFAR10.size)

  private static func both(_ views: [[ImageTransform]]) -> [[ImageTransform]] {
    views.flatMap { [$0, $0 + [.randomHorizontalFlip(probability: 1)]] }
  }
}

extension Learner {
  /// The share of images whose class is found by the mean of the answers to all views of an image.
  public func accuracy(on images: ImagePipeline, views: [[ImageTransform]]) async throws -> Double {
    var answers: [Predictions] = []
    for view in views {
      let seen = try ImagePipeline(
        images.source, indices: images.indices, transforms: images.transforms + view,
        size: CIFAR10.size, normalization: images.description.normalization)
      answers.append(try await predictions(on: DataLoader(seen, batchSize: 500)))
    }
    let labels = answers[0].labels
    let right = labels.indices.count { row in
      let sums = answers[0].classNames.indices.map { label in
        answers.reduce(0) { $0 + $1.probability(of: label, row: row) }
      }
      return sums.indices.max { sums[$0] < sums[$1] } == labels[row]
    }
    return Double(right) / Double(labels.count)
  }
}
