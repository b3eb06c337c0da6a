import Foundation
@testable import FoveaData
import Testing

@Suite struct ImageEncoderTests {
  static func picture(_ channels: Int, height: Int = 13, width: Int = 17) throws -> RasterImage {
    let bytes = (0..<height * width * channels).map { index in
      let (y, x) = (index / channels / width, index / channels % width)
      return UInt8((9 * y + 6 * x + 40 * (index % channels)) % 256)
    }
    return try RasterImage(height: height, width: width, channels: channels, bytes: bytes)
  }

  @Test(arguments: [1, 3, 4], [0, 6, 9])
  func `PNG files hold every byte`(channels: Int, level: Int) throws {
    let image = try Self.picture(channels)
    let data = try ImageEncoder.png(compressionLevel: level).encode(image)
    #expect(try ImageDecoder().decode(data) == image)
  }

  @Test func `levels and qualities change files`() throws {
    let image = try Self.picture(3, height: 64, width: 64)
    let (packed, plain) = try (
      ImageEncoder.png().encode(image), ImageEncoder.png(compressionLevel: 0).encode(image)
    )
    #expect(packed.count < plain.count / 2)
    let (coarse, fine) = try (
      ImageEncoder.jpeg(quality: 20).encode(image), ImageEncoder.jpeg(quality: 95).encode(image)
    )
    #expect(coarse.count < fine.count)
    let whole = try ImageEncoder.jpeg(quality: 95, subsamplesChroma: false).encode(image)
    #expect(fine.count < whole.count)
  }

  @Test(arguments: [1, 3])
  func `JPEG files look alike`(channels: Int) throws {
    // Larger than the room that is asked for first.
    let noise = (0..<300 * 300 * channels).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 7 / 13) }
    let images = try [
      Self.picture(channels, height: 8, width: 8),
      RasterImage(height: 300, width: 300, channels: channels, bytes: noise),
    ]
    for image in images {
      let data = try ImageEncoder.jpeg(quality: 100, subsamplesChroma: false).encode(image)
      expectClose(try ImageDecoder().decode(data), image, tolerance: 5)
    }
  }

  @Test func `files are written whole`() async throws {
    let image = try Self.picture(3)
    try await inScratchFolder { folder in
      let file = folder.appendingPathComponent("picture.png")
      try ImageEncoder.png().write(image, to: file)
      #expect(try ImageDecoder().decode(contentsOf: file) == image)
      let nowhere = folder.appendingPathComponent("missing/picture.png")
      let error = #expect(throws: ImageFileError.self) {
        try ImageEncoder.png().write(image, to: nowhere)
      }
      #expect(error?.file == nowhere.path)
    }
  }

  @Test func `what a format cannot hold is refused`() throws {
    let image = try Self.picture(3)
    for (encoder, format, problem) in [
      (
        ImageEncoder.png(compressionLevel: 10), ImageFileFormat.png,
        ImageFileError.Problem.option("compression level", value: 10, allowed: 0...9)
      ),
      (.jpeg(quality: 0), .jpeg, .option("quality", value: 0, allowed: 1...100)),
    ] {
      #expect(throws: ImageFileError(file: "f", format: format, problem: problem)) {
        try encoder.encode(image, file: "f")
      }
    }
    #expect(throws: ImageFileError(file: "f", format: .jpeg, problem: .channels(4))) {
      try ImageEncoder.jpeg().encode(Self.picture(4), file: "f")
    }
    let long = try RasterImage(height: 1, width: 65501, color: [0])
    let problem = ImageFileError.Problem.side(65501, maximum: 65500)
    #expect(throws: ImageFileError(file: "f", format: .jpeg, problem: problem)) {
      try ImageEncoder.jpeg().encode(long, file: "f")
    }
    #expect(try ImageDecoder().decode(ImageEncoder.png().encode(long)) == long)
  }
}
