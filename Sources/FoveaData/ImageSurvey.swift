import Foundation

/// What looking at every image of a source once tells.
public struct ImageSurvey: Sendable {
  /// What one image is made of.
  public struct Facts: Hashable, Codable, Sendable {
    /// Height and width as stored.
    public let size: ImageSize
    /// 1, 3 or 4.
    public let channels: Int
    /// SHA-256 of size and pixels, as hexadecimal digits.
    public let fingerprint: String
    /// The sum of each channel's bytes, of the channels that statistics are of.
    let sums: [UInt64]
    /// The sum of the squares of each channel's bytes.
    let squares: [UInt64]
  }

  /// The facts of each image, by its index; `nil` where it cannot be read.
  public let facts: [Facts?]
  /// The images that cannot be read.
  public let damaged: [DamagedImage]
  /// The channels that statistics are of: 1 for luma, 3 for red, green and blue.
  public let channels: Int

  /// Images that are looked at in one piece of work.
  private static let chunk = 64

  /// Looks at every image once, on all processors.
  ///
  /// - Parameters:
  ///   - channels: The channels that statistics are of: 1 or 3.
  ///   - progress: Told how many images have been looked at, from any thread.
  /// - Throws: `CancellationError` where the task is cancelled.
  public nonisolated(nonsending) init(
    _ source: some ImageSource, channels: Int = 3,
    progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) async throws {
    typealias Outcome = Result<Facts, DamagedImage>
    let count = source.labels.count
    var outcomes = [Outcome?](repeating: nil, count: count)
    try await withThrowingTaskGroup(of: (Int, [Outcome]).self) { group in
      var start = 0
      var done = 0
      func addChunk() {
        guard start < count else { return }
        let range = start..<min(start + Self.chunk, count)
        start = range.upperBound
        group.addTask {
          try Task.checkCancellation()
          return (range.lowerBound, range.map { Self.look(at: $0, of: source, channels: channels) })
        }
      }
      for _ in 0..<2 * ProcessInfo.processInfo.activeProcessorCount { addChunk() }
      while let (first, results) = try await group.next() {
        for (offset, outcome) in results.enumerated() { outcomes[first + offset] = outcome }
        done += results.count
        progress(done)
        addChunk()
      }
    }
    self.channels = channels
    facts = outcomes.map { try? $0?.get() }
    damaged = outcomes.compactMap {
      if case .failure(let image) = $0 { image } else { nil }
    }
  }

  private static func look(
    at index: Int, of source: some ImageSource, channels: Int
  ) -> Result<Facts, DamagedImage> {
    do throws(ImageFileError) {
      return .success(facts(of: try source.image(at: index, minimumSize: nil), channels: channels))
    } catch {
      return .failure(
        DamagedImage(index: index, name: source.name(of: index), reason: error.description))
    }
  }

  private static func facts(of image: RasterImage, channels: Int) -> Facts {
    var sums = [UInt64](repeating: 0, count: channels)
    var squares = sums
    image.converted(to: channels).bytes.withUnsafeBufferPointer { bytes in
      for channel in 0..<channels {
        var (sum, square): (UInt64, UInt64) = (0, 0)
        for place in stride(from: channel, to: bytes.count, by: channels) {
          let byte = UInt64(bytes[place])
          sum &+= byte
          square &+= byte &* byte
        }
        (sums[channel], squares[channel]) = (sum, square)
      }
    }
    let header = "\(image.height)×\(image.width)×\(image.channels)\n"
    return Facts(
      size: image.size, channels: image.channels,
      fingerprint: Checksum.sha256(Data(header.utf8) + image.bytes), sums: sums, squares: squares)
  }

  /// Groups of images with the same pixels, each in the order of the indices.
  public var duplicates: [[Int]] {
    var groups: [String: [Int]] = [:]
    for (index, facts) in facts.enumerated() {
      if let facts { groups[facts.fingerprint, default: []].append(index) }
    }
    return groups.values.filter { $0.count > 1 }.sorted { $0[0] < $1[0] }
  }

  /// Mean and deviation of each channel over the pixels of some images, as shares of 255.
  ///
  /// Each pixel counts once, so that a large image counts for more than a small one. A deviation of
  /// 0, of images of one colour, is given as 1, which leaves them as they are.
  ///
  /// - Parameter indices: The images that count; such as those for training.
  public func normalization(of indices: [Int]) -> Normalization {
    var sums = [Double](repeating: 0, count: channels)
    var squares = sums
    var pixels = 0.0
    for facts in indices.lazy.compactMap({ facts[$0] }) {
      pixels += Double(facts.size.height * facts.size.width)
      for channel in 0..<channels {
        sums[channel] += Double(facts.sums[channel])
        squares[channel] += Double(facts.squares[channel])
      }
    }
    guard pixels > 0 else {
      return Normalization(
        mean: [Float](repeating: 0, count: channels),
        deviation: [Float](repeating: 1, count: channels))
    }
    let means = sums.map { $0 / pixels / 255 }
    let deviations = zip(squares, means).map { square, mean in
      max(square / pixels / (255 * 255) - mean * mean, 0).squareRoot()
    }
    return Normalization(
      mean: means.map(Float.init),
      deviation: deviations.map { $0 > 1e-6 ? Float($0) : 1 })
  }
}
