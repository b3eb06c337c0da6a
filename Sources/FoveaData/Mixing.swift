import FoveaTensors

/// How the images of a batch are mixed with each other, and their classes with them.
public enum Mixing: Hashable, Codable, Sendable {
  /// A weighted mean of two images; the weight is from Beta(α, α).
  ///
  /// H. Zhang et al., arXiv:1710.09412.
  case mixup(alpha: Double = 0.2)
  /// A rectangle of another image, whose share of the area is from Beta(α, α).
  ///
  /// S. Yun et al., arXiv:1905.04899.
  case cutMix(alpha: Double = 1)
  /// One of both, each for half of the batches.
  case mixupOrCutMix(mixupAlpha: Double = 0.2, cutMixAlpha: Double = 1)

  /// Whether the parameters of the beta distributions are any.
  var isUsable: Bool {
    switch self {
    case .mixup(let alpha), .cutMix(let alpha): alpha > 0 && alpha.isFinite
    case .mixupOrCutMix(let first, let second):
      first > 0 && second > 0 && first.isFinite && second.isFinite
    }
  }

  /// Draws how a batch is mixed.
  ///
  /// - Parameters:
  ///   - count: Images of the batch.
  ///   - size: Height and width of an image.
  func draw(count: Int, size: ImageSize, _ draws: inout RandomDraws) -> Mix {
    switch self {
    case .mixup(let alpha):
      return Mix(
        partners: draws.permutation(count), share: Float(draws.beta(alpha)), box: nil)
    case .cutMix(let alpha):
      // The rectangle may reach over the edge; the share is that of what is left inside.
      let side = (1 - draws.beta(alpha)).squareRoot()
      let (rows, columns) = (Int(Double(size.height) * side), Int(Double(size.width) * side))
      let (y, x) = (draws.integer(0...size.height - 1), draws.integer(0...size.width - 1))
      let box = Mix.Box(
        rows: max(0, y - rows / 2)..<min(size.height, y + rows / 2),
        columns: max(0, x - columns / 2)..<min(size.width, x + columns / 2))
      let area = Float(box.rows.count * box.columns.count) / Float(size.height * size.width)
      return Mix(partners: draws.permutation(count), share: 1 - area, box: box)
    case .mixupOrCutMix(let mixupAlpha, let cutMixAlpha):
      let rule =
        draws.isTrue(probability: 0.5)
        ? Mixing.mixup(alpha: mixupAlpha) : .cutMix(alpha: cutMixAlpha)
      return rule.draw(count: count, size: size, &draws)
    }
  }
}

/// How the images of one batch were mixed.
public struct Mix: Hashable, Codable, Sendable {
  /// A part of an image.
  public struct Box: Hashable, Codable, Sendable {
    /// Its rows.
    public let rows: Range<Int>
    /// Its columns.
    public let columns: Range<Int>
  }

  /// For each image, which of the batch it is mixed with.
  public let partners: [Int]
  /// The share of its own that each image keeps, of its pixels and of its class.
  public let share: Float
  /// The part that comes from the partner; `nil` where the whole images are averaged.
  public let box: Box?

  /// The images of `source`, channels last, mixed.
  func apply(_ source: Tensor) -> Tensor {
    let dimensions = source.shape.dimensions
    let (channels, width) = (dimensions[1], dimensions[3])
    let size = source.shape.elementCount / max(dimensions[0], 1)
    return Tensor(source.shape, order: .channelsLast, filling: Float.self) { target in
      source.withUnsafeElements(of: Float.self) { source in
        _ = target.update(fromContentsOf: source)
        for (index, partner) in partners.enumerated() {
          let (own, other) = (index * size, partner * size)
          if let box {
            for row in box.rows {
              let start = (row * width + box.columns.lowerBound) * channels
              for place in start..<(start + box.columns.count * channels) {
                target[own + place] = source[other + place]
              }
            }
          } else {
            for place in 0..<size {
              target[own + place] =
                share * source[own + place] + (1 - share) * source[other + place]
            }
          }
        }
      }
    }
  }
}
