import Foundation
import Fovea

/// Filters that turn what neighbouring pixels have in common into numbers that vary alike and have nothing in
/// common: a first layer that need not be learned.
///
/// - SeeAlso: K. Jordan, arXiv:2404.00498, section 3.1.
enum Whitening {
  /// Filters `[2·n, C, k, k]` for the n directions in which patches vary most: each, divided by how far
  /// they vary in it, and its negative, since an activation follows.
  static func filters(
    of images: Tensor, kernel: Int, directions count: Int, epsilon: Double = 5e-4
  ) -> Tensor {
    let (covariance, channels) = covariance(of: images, kernel: kernel)
    let directions = eigenvectors(of: covariance).sorted { $0.value > $1.value }
    let filters = directions.prefix(count).map { direction in
      direction.vector.map { Float($0 / (direction.value + epsilon).squareRoot()) }
    }
    let negatives = filters.map { $0.map(-) }
    return Tensor(
      [2 * filters.count, channels, kernel, kernel], (filters + negatives).flatMap { $0 })
  }

  /// The mean products of any two numbers of a patch.
  private static func covariance(
    of images: Tensor, kernel: Int
  ) -> (products: [[Double]], channels: Int) {
    let (count, channels) = (images.shape[0], images.shape[1])
    let (height, width) = (images.shape[2], images.shape[3])
    let pixels = images.floats
    let offsets = (0..<channels).flatMap { channel in
      (0..<kernel).flatMap { y in
        (0..<kernel).map { x in (channel * height + y) * width + x }
      }
    }
    var sums = [Double](repeating: 0, count: offsets.count * offsets.count)
    for image in 0..<count {
      for y in 0...height - kernel {
        for x in 0...width - kernel {
          let corner = (image * channels * height + y) * width + x
          let patch = offsets.map { Double(pixels[corner + $0]) }
          for (row, left) in patch.enumerated() {
            for (column, right) in patch.enumerated() {
              sums[row * patch.count + column] += left * right
            }
          }
        }
      }
    }
    let patches = Double(count * (height - kernel + 1) * (width - kernel + 1))
    let products = offsets.indices.map { row in
      offsets.indices.map { sums[row * offsets.count + $0] / patches }
    }
    return (products, channels)
  }

  /// The eigenvalues and eigenvectors of a symmetric matrix, by Jacobi's rotations.
  private static func eigenvectors(of matrix: [[Double]]) -> [(value: Double, vector: [Double])] {
    var rest = matrix
    let size = matrix.count
    var vectors = (0..<size).map { row in (0..<size).map { $0 == row ? 1.0 : 0 } }
    for _ in 0..<30 {
      for p in 0..<size {
        for q in p + 1..<size where rest[p][q] != 0 {
          let slope = (rest[q][q] - rest[p][p]) / (2 * rest[p][q])
          let tangent = (slope < 0 ? -1 : 1) / (abs(slope) + (slope * slope + 1).squareRoot())
          let cosine = 1 / (tangent * tangent + 1).squareRoot()
          let sine = tangent * cosine
          for k in 0..<size {
            (rest[k][p], rest[k][q]) = (
              cosine * rest[k][p] - sine * rest[k][q], sine * rest[k][p] + cosine * rest[k][q]
            )
          }
          for k in 0..<size {
            (rest[p][k], rest[q][k]) = (
              cosine * rest[p][k] - sine * rest[q][k], sine * rest[p][k] + cosine * rest[q][k]
            )
            (vectors[p][k], vectors[q][k]) = (
              cosine * vectors[p][k] - sine * vectors[q][k],
              sine * vectors[p][k] + cosine * vectors[q][k]
            )
          }
        }
      }
    }
    return rest.indices.map { (rest[$0][$0], vectors[$0]) }
  }
}
