public import FoveaData

/// Looks at every image of a dataset once, and reports what is there and what is wrong.
public struct DataCommand: Hashable, Codable, Sendable {
  /// The images.
  public var request: DatasetRequest
  /// The channels that means and deviations are of: 1 for grey, 3 for colour; by the images where
  /// left out.
  public var channels: Int?

  /// How far the look at a dataset is.
  public enum Progress: Sendable {
    /// A file is downloaded.
    case downloading(DownloadProgress)
    /// So many images of so many have been looked at.
    case looking(images: Int, of: Int)
  }

  /// Asks about a dataset.
  public init(_ request: DatasetRequest, channels: Int? = nil) {
    self.request = request
    self.channels = channels
  }

  /// Looks.
  ///
  /// - Throws: `CommandError` for a wrong request, else what files throw; damaged images are part of
  ///   the report.
  public nonisolated(nonsending) func run(
    progress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) async throws -> DataReport {
    if let channels, ![1, 3].contains(channels) {
      throw CommandError.option("--channels", value: "\(channels)", allowed: "1 or 3")
    }
    try request.check()
    if request.isArrays {
      guard channels == nil else {
        throw CommandError.conflict(
          "--channels", reason: "arrays of numbers have the channels that they have; leave it out")
      }
      return DataReport(try request.arrayParts())
    }
    let found = try await request.find { progress(.downloading($0)) }
    let count = found.source.labels.count
    let survey = try await ImageSurvey(found.source, channels: channels ?? guess(found)) {
      progress(.looking(images: $0, of: count))
    }
    return DataReport(found, survey: survey)
  }

  /// Colour, unless the first image that can be read is grey.
  private func guess(_ found: DatasetRequest.Found) -> Int {
    let first = found.source.labels.indices.lazy.compactMap {
      try? found.source.image(at: $0, minimumSize: nil)
    }.first
    return first?.channels == 1 ? 1 : 3
  }
}
