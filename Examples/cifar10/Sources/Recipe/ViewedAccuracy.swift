import Fovea

extension Learner {
  /// The share of images whose class is found by the mean of the answers to an image and to its mirror
  /// image.
  public func mirroredAccuracy(on images: ImagePipeline) async throws -> Double {
    let shape = images.description.imageShape
    let mirrored = try ImagePipeline(
      images.source, indices: images.indices,
      transforms: images.transforms + [.randomHorizontalFlip(probability: 1)],
      size: ImageSize(height: shape[1], width: shape[2]),
      normalization: images.description.normalization)
    let plain = try await predictions(on: DataLoader(images, batchSize: 500))
    let other = try await predictions(on: DataLoader(mirrored, batchSize: 500))
    let classes = plain.classNames.count
    let right = plain.labels.indices.count { row in
      let sums = (0..<classes).map { label in
        plain.probability(of: label, row: row) + other.probability(of: label, row: row)
      }
      return sums.indices.max { sums[$0] < sums[$1] } == plain.labels[row]
    }
    return Double(right) / Double(plain.count)
  }
}
