import Fovea

/// Ways to look at an image, whose answers are averaged.
public enum Views {
  /// The image and its mirror image; then both a pixel down and to the right, and a pixel up and to the left, where
  /// what comes in is mirrored.
  public static let all: [[ImageTransform]] = [
    [], [.pad(ImagePadding(top: 2, left: 2, bottom: 0, right: 0), mode: .reflect), middle],
    [.pad(ImagePadding(top: 0, left: 0, bottom: 2, right: 2), mode: .reflect), middle],
  ].flatMap { [$0, $0 + [.randomHorizontalFlip(probability: 1)]] }

  private static let middle = ImageTransform.centerCrop(CIFAR10.size)
}

extension Learner {
  /// The answers to each view of some images.
  public func predictions(
    on images: ImagePipeline, views: [[ImageTransform]]
  ) async throws -> [Predictions] {
    var answers: [Predictions] = []
    for view in views {
      let seen = try ImagePipeline(
        images.source, indices: images.indices, transforms: images.transforms + view,
        size: CIFAR10.size, normalization: images.description.normalization)
      answers.append(try await predictions(on: DataLoader(seen, batchSize: 500)))
    }
    return answers
  }
}

extension Collection<Predictions> {
  /// The share of images whose class is found by the mean of the probabilities for all views; 0 for none.
  public var accuracyOfMean: Double {
    guard let first else { return 0 }
    let right = first.labels.indices.count { row in
      let sums = first.classNames.indices.map { label in
        reduce(0) { $0 + $1.probability(of: label, row: row) }
      }
      return sums.indices.max { sums[$0] < sums[$1] } == first.labels[row]
    }
    return Double(right) / Double(first.count)
  }
}
