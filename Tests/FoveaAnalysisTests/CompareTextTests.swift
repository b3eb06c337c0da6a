import FoveaTensors
import FoveaZoo
import FuzzSupport
import Testing

/// Designs as text: what is refused, where, and what was expected there.
@Suite struct CompareTextTests {
  static func error(_ text: String) -> InlineDesignError? {
    do {
      _ = try InlineDesign.comparison(parsing: text)
      return nil
    } catch {
      return error
    }
  }

  /// A text, the position of what is wrong, and a word of what is expected there.
  static let mistakes: [(String, Int, String)] = [
    ("", 0, "a layer"), ("conv3x3 vs", 10, "a layer"), ("conv3x3 +", 9, "a layer"),
    ("cnv3x3", 0, "conv3x3"), ("conv", 4, "kernel"), ("conv3x3x3", 4, "kernel"),
    ("conv3x", 6, "1 to"), ("conv0x3", 4, "1 to"), ("conv3x3/", 8, "stride"),
    ("conv3x3/0", 8, "1 to"), ("conv3x3/two", 8, "1 to"), ("gap/2", 3, "no stride"),
    ("gap3", 0, "without a number"), ("basic3x3", 0, "without a number"), ("fc10x2", 2, "fc10"),
    ("conv3x3*", 8, "count"), ("conv3x3*0", 8, "1 to 256"), ("conv3x3*257", 8, "1 to 256"),
    ("conv3x3 x6", 8, "c4"), ("conv3x3 c", 8, "c4"), ("conv3x3 c0", 9, "1 to"),
    ("conv3x3 bn4", 8, "bn"), ("maxpool2 c4", 9, "p0"), ("conv3x3 conv3x3", 8, "+"),
    ("conv3x3 at", 10, "64x56x56"), ("conv3x3 at 64", 13, "channels"),
    ("conv3x3 at 64 channels", 22, "56x56"), ("conv3x3 at 64 channels 56", 23, "56x56"),
    ("conv3x3 at 64x56", 11, "64x56x56"), ("conv3x3 at 64x56x0", 17, "1 to"),
    ("conv3x3 at 1x1x1 + relu", 17, "vs"), ("conv3x3 at 1048576x1048576x1048576", 11, "56x56"),
    ("conv3x3 (", 8, "letters"), ("conv3x3\n+relu", 7, "letters"),
    ("conv99999999999999999999", 4, "1 to"), ("конв3x3", 0, "letters"),
  ]

  @Test(arguments: mistakes)
  func `a mistake is refused with its place`(text: String, position: Int, expected: String) throws {
    let error = try #require(Self.error(text))
    switch error {
    case .unexpected(_, let place, _): #expect(place == position)
    case .number(_, let place, _): #expect(place == position)
    default: Issue.record("\(error)")
    }
    #expect("\(error)".contains(expected), "\(error)")
    #expect("\(error)".contains("character \(position + 1)"), "\(error)")
  }

  @Test func `lengths are bounded`() throws {
    let many = Array(repeating: "conv1x1*256", count: 2).joined(separator: "+")
    #expect(Self.error(many) == .tooManyLayers)
    #expect("\(InlineDesignError.tooManyLayers)".contains("256"))
    let long = String(repeating: " ", count: 5000)
    #expect(Self.error(long) == .tooLong(characters: 5000))
    #expect("\(InlineDesignError.tooLong(characters: 5000))".contains("4096"))
  }

  @Test func `a design is told from a name`() {
    for text in ["conv7x7/2", "conv3x3*3", "gap+fc10", "basic", "fc", "x + y"] {
      #expect(InlineDesign.resembles(text), "\(text)")
    }
    for text in ["resnet18", "runs/train", "convnet.json", "basic-net", "flattened"] {
      #expect(!InlineDesign.resembles(text), "\(text)")
    }
  }

  static let words = [
    "conv3x3", "conv1x3", "conv7x7", "dw3x3", "separable5", "basic", "bottleneck", "inverted",
    "maxpool2", "avgpool3", "gap", "flatten", "relu", "fc10", "fc", "/2", "/3", "*2", "*3", "+",
    "+",
    "+", "+", "vs", "at 8 channels 9x7", "at 4x6x6", "c8", "c6", "g2", "d2", "p1", "x2", "bias",
    "bn",
    "c1048576", "*200", "p99999",
  ]

  @Test func `whatever is written is a design, or refused`() throws {
    var designs = 0
    for round in 0..<Fuzz.rounds {
      let stream = RandomStream(seed: UInt64(round), named: "designs")
      let count = 1 + stream.integer(at: 0, below: 9)
      var text = (1...count).map {
        Self.words[stream.integer(at: UInt64($0), below: Self.words.count)]
      }
      .joined(separator: " ")
      if round % 3 == 0 {
        let bytes = Fuzz.file(from: [Array(text.utf8)], round: round, named: "designs")
        text = String(decoding: bytes, as: UTF8.self)
      }
      guard let parsed = try? InlineDesign.comparison(parsing: text) else { continue }
      for design in parsed {
        designs += 1
        // Shapes that do not fit are refused by the layers.
        _ = try? design.build(input: design.input ?? [8, 6, 6])
      }
    }
    #expect(designs > Fuzz.rounds / 40)
  }
}
