import Foundation
@testable import FoveaData
import FoveaTensors
import Testing

@Suite struct ImageDecoderTests {
  /// None with libjpeg-turbo 2.1.5 and libwebp 1.2.4; those of another system may round colours
  /// otherwise than those in Pillow.
  static func tolerance(_ file: String) -> Int {
    file.hasSuffix(".jpg") ? 2 : file.hasPrefix("lossy") ? 1 : 0
  }

  @Test func `files have been recorded`() { #expect(ImageGolden.entries.count > 60) }

  @Test(arguments: ImageGolden.entries.map(\.file))
  func `pixels are Pillow's`(file: String) throws {
    let entry = try #require(ImageGolden.entries.first { $0.file == file })
    let expected = try ImageGolden.pixels("images/\(file)", alpha: entry.channels == 4)
    let data = try ImageGolden.bytes(file)
    let actual = try ImageDecoder().decode(data)
    expectClose(actual, expected, tolerance: Self.tolerance(file), file)
    #expect(try ImageDecoder().decode(contentsOf: ImageGolden.url("images/\(file)")) == actual)

    for (channels, count) in [(ImageDecoder.Channels.rgb, 3), (.rgba, 4)] {
      let converted = try ImageDecoder(channels: channels).decode(data)
      #expect(try converted == actual.converted(toChannels: count), "\(channels)")
    }
    let grey = try ImageDecoder(channels: .grey).decode(data)
    #expect(grey.channels == 1)
    if !file.hasSuffix(".jpg") { #expect(try grey == actual.converted(toChannels: 1)) }

    let information = try ImageDecoder().probe(data)
    #expect(information.size == actual.size)
    #expect(information.channels == actual.channels)
    #expect(information.format == ImageFileFormat(sniffing: data))
    #expect(
      try ImageDecoder().probe(contentsOf: ImageGolden.url("images/\(file)")) == information)
  }

  @Test(arguments: [1, 2, 4, 8])
  func `a JPEG file is decoded at the smallest size that suffices`(denominator: Int) throws {
    let data = try ImageGolden.bytes("scaled.jpg")
    let size = ImageSize(height: 91, width: 123)
    let part = ImageSize(
      height: (91 + denominator - 1) / denominator, width: (123 + denominator - 1) / denominator)
    let exact = try ImageDecoder(minimumSize: part).decode(data)
    #expect(exact.size == part)
    if denominator > 1 {
      let expected = try ImageGolden.pixels("images/scaled.jpg.\(denominator)")
      expectClose(exact, expected, tolerance: 2)
    }
    for larger in [
      ImageSize(height: part.height + 1, width: 1), ImageSize(height: 1, width: part.width + 1),
    ] {
      let decoded = try ImageDecoder(minimumSize: larger).decode(data)
      #expect(decoded.size == (denominator == 1 ? size : twice(denominator)))
    }

    func twice(_ denominator: Int) -> ImageSize {
      let half = denominator / 2
      return ImageSize(height: (91 + half - 1) / half, width: (123 + half - 1) / half)
    }
  }

  @Test func `the least size is that of the upright picture`() throws {
    // 13×21 as stored, 21×13 upright.
    let data = try ImageGolden.bytes("orientation6.jpg")
    let upright = ImageDecoder(minimumSize: ImageSize(height: 11, width: 7))
    #expect(try upright.decode(data).size == ImageSize(height: 11, width: 7))
    var stored = upright
    stored.appliesOrientation = false
    #expect(try stored.decode(data).size == ImageSize(height: 13, width: 21))
  }

  @Test func `luma is that of Pillow's draft mode`() throws {
    let grey = try ImageDecoder(channels: .grey).decode(ImageGolden.bytes("scaled.jpg"))
    expectClose(grey, try ImageGolden.pixels("images/scaled.jpg.luma"), tolerance: 2)
  }

  @Test func `transparency shows the background`() throws {
    let data = try ImageGolden.bytes("rgba8.png")
    let stored = try ImageDecoder().decode(data)
    let paper: [UInt8] = [10, 200, 90]
    let flat = try ImageDecoder(channels: .rgb, background: paper).decode(data)
    for pixel in 0..<stored.height * stored.width {
      let alpha = Double(stored.bytes[4 * pixel + 3]) / 255
      for channel in 0..<3 {
        let exact =
          Double(stored.bytes[4 * pixel + channel]) * alpha + Double(paper[channel]) * (1 - alpha)
        #expect(abs(Double(flat.bytes[3 * pixel + channel]) - exact) <= 0.501)
      }
    }
    let grey = try ImageDecoder(channels: .grey, background: paper).decode(data)
    #expect(try grey == flat.converted(toChannels: 1))
    #expect(
      try ImageDecoder(channels: .rgb).decode(data)
        == ImageDecoder(channels: .rgb, background: [255, 255, 255]).decode(data))
  }

  @Test func `orientation can be left alone`() throws {
    let decoder = ImageDecoder(appliesOrientation: false)
    let upright = try decoder.decode(ImageGolden.bytes("orientation1.jpg"))
    for orientation in ImageOrientation.allCases {
      let data = try ImageGolden.bytes("orientation\(orientation.rawValue).jpg")
      #expect(try decoder.decode(data) == upright)
      #expect(try ImageDecoder().decode(data) == upright.oriented(orientation))
      #expect(try ImageDecoder().probe(data).orientation == orientation)
    }
  }

  @Test func `plain formats are read too`() throws {
    let data = Data("P3 2 1 255 10 30 50 20 40 60".utf8)
    let image = try ImageDecoder().decode(data)
    #expect(
      try image == RasterImage(height: 1, width: 2, channels: 3, bytes: [10, 30, 50, 20, 40, 60]))
    #expect(try ImageDecoder(channels: .rgba).decode(data).channels == 4)
    #expect(try ImageDecoder().probe(data).format == .netpbm)
    #expect(throws: ImageFileError(file: "f", format: .netpbm, problem: .netpbm(.header))) {
      try ImageDecoder().decode(Data("P5".utf8), file: "f")
    }
  }

  @Test func `the limit on pixels is that of the header`() throws {
    for file in ["rgb-420.jpg", "rgb8.png", "lossless.webp"] {
      let data = try ImageGolden.bytes(file)
      let size = try ImageDecoder().probe(data).size
      let pixels = size.height * size.width
      #expect(try ImageDecoder(maximumPixels: pixels).decode(data).size == size)
      for limit in [pixels - 1, 0, -1] {
        let error = #expect(throws: ImageFileError.self) {
          try ImageDecoder(maximumPixels: limit).decode(data)
        }
        let problem = ImageFileError.Problem.size(
          height: size.height, width: size.width, maximumPixels: limit)
        #expect(error?.problem == problem)
      }
    }
    let netpbm = ImageDecoder(maximumPixels: 1)
    #expect(throws: ImageFileError.self) { try netpbm.decode(Data("P2 2 1 1 0 1".utf8)) }
  }

  @Test func `a header that promises the sky asks for nothing`() throws {
    // 2^31 − 1 pixels on each side.
    var png = try ImageGolden.bytes("rgb8.png")
    png.replaceSubrange(16..<24, with: [0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff])
    #expect(throws: ImageFileError.self) { try ImageDecoder(maximumPixels: .max).decode(png) }
  }

  @Test(arguments: ["rgb-420.jpg", "progressive.jpg", "rgb8.png", "rgb8-interlaced.png"])
  func `a file that was cut off is damaged`(file: String) throws {
    let data = try ImageGolden.bytes(file)
    for count in [3, 40, data.count / 2, data.count - 20, data.count - 2] {
      let error = #expect(throws: ImageFileError.self, "\(count)") {
        try ImageDecoder().decode(data.prefix(count), file: file)
      }
      #expect(error?.file == file)
    }
    let half = data.prefix(data.count * 3 / 4)
    if file.hasSuffix(".jpg") {
      guard case .doubtful(let warnings, let first)? = doubt(half) else {
        Issue.record("half a file raises no doubt")
        return
      }
      #expect(warnings >= 1)
      #expect(first == "Premature end of JPEG file")
      let whole = try ImageDecoder().decode(data)
      let partial = try ImageDecoder(toleratesDamage: true).decode(half)
      #expect(partial.size == whole.size)
      if file == "rgb-420.jpg" {
        #expect(partial.bytes.prefix(45 * 3) == whole.bytes.prefix(45 * 3))
      }
    }

    func doubt(_ data: Data) -> ImageFileError.Problem? {
      do throws(ImageFileError) {
        _ = try ImageDecoder().decode(data)
        return nil
      } catch {
        return error.problem
      }
    }
  }

  @Test func `what is no image is refused by what it is`() {
    let files: [(Data, String?)] = [
      (Data(), "empty"), (Data("GIF89a".utf8), "a GIF file"), (Data("BM".utf8), "a BMP file"),
      (Data([0, 0, 0, 32]) + Data("ftypheic".utf8), "a HEIF or AVIF file"),
      (Data("<!DOCTYPE html>".utf8), "a web page"), (Data("hello".utf8), nil),
      (Data([0xff, 0xd8]), nil),
    ]
    for (data, title) in files {
      #expect(throws: ImageFileError(file: "f", format: nil, problem: .format(title))) {
        try ImageDecoder().decode(data, file: "f")
      }
    }
    let missing = URL(fileURLWithPath: "/nowhere/picture.jpg")
    for read in [
      { _ = try ImageDecoder().decode(contentsOf: missing) },
      { _ = try ImageDecoder().probe(contentsOf: missing) },
    ] {
      let error = #expect(throws: ImageFileError.self) { try read() }
      #expect(error?.file == "/nowhere/picture.jpg")
    }
  }

  @Test func `messages say what is wrong, then what to do`() {
    let messages: [(ImageFileFormat?, ImageFileError.Problem, String)] = [
      (nil, .unreadable("gone"), "f cannot be read (gone); check the path"),
      (.png, .unwritable("full"), "f cannot be written (full); check the folder and its space"),
      (
        nil, .format(nil),
        "f is no image that is known; give a JPEG, PNG, WebP, PGM or PPM file"
      ),
      (
        nil, .format("a GIF file"),
        "f is a GIF file; give a JPEG, PNG, WebP, PGM or PPM file"
      ),
      (
        .png, .size(height: 0, width: 7, maximumPixels: 9),
        "f has 0×7 pixels; give 1 to 9 of them, or raise maximumPixels"
      ),
      (
        .webP, .damaged("its bits make no picture"),
        "f is a damaged WebP file (its bits make no picture); get it anew, or leave it out"
      ),
      (
        .jpeg, .doubtful(warnings: 1, first: "Premature end of JPEG file"),
        "f is a damaged JPEG file (1 warning: Premature end of JPEG file); "
          + "get it anew, or set toleratesDamage to read what there is"
      ),
      (
        .jpeg, .doubtful(warnings: 3, first: "Bad Huffman code"),
        "f is a damaged JPEG file (3 warnings, first: Bad Huffman code); "
          + "get it anew, or set toleratesDamage to read what there is"
      ),
      (
        .webP, .unsupported("it is an animation"),
        "f is a WebP file of a kind that is not read (it is an animation); convert it to PNG"
      ),
      (
        .png, .memory,
        "f needs more memory than there is; shrink it, or set minimumSize for a JPEG file"
      ),
      (
        .netpbm, .netpbm(.maximum(0)),
        "f has the maximum 0; it must be 1 to 65535"
      ),
      (
        .jpeg, .channels(4),
        "f cannot be a JPEG file with 4 channels; convert the picture to 3 first"
      ),
      (
        .jpeg, .side(65501, maximum: 65500),
        "f cannot be a JPEG file with 65501 pixels on a side; give at most 65500"
      ),
      (
        .jpeg, .option("quality", value: 0, allowed: 1...100),
        "f cannot be written with quality 0; give 1 to 100"
      ),
    ]
    for (format, problem, words) in messages {
      #expect(ImageFileError(file: "f", format: format, problem: problem).description == words)
    }
  }
}
