import Foundation
import FoveaTensors
import Testing

@testable import FoveaFormats

@Suite struct SafetensorsRefusalTests {
  struct Case: CustomTestStringConvertible {
    let testDescription: String
    let header: String
    var data: [UInt8] = []
    let tensor: String?
    let problem: SafetensorsError.Problem
  }

  static func entry(_ name: String, _ dtype: String, _ shape: String, _ offsets: String) -> String {
    #""\#(name)":{"dtype":"\#(dtype)","shape":[\#(shape)],"data_offsets":[\#(offsets)]}"#
  }

  static let cases: [Case] = [
    Case(
      testDescription: "a name twice",
      header: "{\(entry("a", "U8", "0", "0,0")),\(entry("a", "U8", "0", "0,0"))}",
      tensor: "a", problem: .duplicateName),
    Case(
      testDescription: "a name twice, once escaped",
      header: #"{\#(entry("a", "U8", "0", "0,0")),\#(entry(#"\u0061"#, "U8", "0", "0,0"))}"#,
      tensor: "a", problem: .duplicateName),
    Case(
      testDescription: "metadata twice", header: #"{"__metadata__":{},"__metadata__":{}}"#,
      tensor: "__metadata__", problem: .duplicateName),
    Case(
      testDescription: "a metadata key twice", header: #"{"__metadata__":{"k":"","k":""}}"#,
      tensor: "k", problem: .duplicateName),
    Case(
      testDescription: "overlap",
      header: "{\(entry("a", "U8", "2", "0,2")),\(entry("b", "U8", "2", "1,3"))}",
      data: [1, 2, 3], tensor: "b", problem: .overlap(begin: 1, previousEnd: 2)),
    Case(
      testDescription: "the same bytes twice",
      header: "{\(entry("a", "U8", "2", "0,2")),\(entry("b", "U8", "2", "0,2"))}",
      data: [1, 2], tensor: "b", problem: .overlap(begin: 0, previousEnd: 2)),
    Case(
      testDescription: "a hole",
      header: "{\(entry("a", "U8", "1", "0,1")),\(entry("b", "U8", "1", "2,3"))}",
      data: [1, 2, 3], tensor: "b", problem: .hole(begin: 2, previousEnd: 1)),
    Case(
      testDescription: "a hole at the start", header: "{\(entry("a", "U8", "1", "1,2"))}",
      data: [1, 2], tensor: "a", problem: .hole(begin: 1, previousEnd: 0)),
    Case(
      testDescription: "offsets past the end", header: "{\(entry("a", "U8", "4", "0,4"))}",
      data: [1, 2, 3], tensor: nil, problem: .dataLength(described: 4, actual: 3)),
    Case(
      testDescription: "a tail", header: "{\(entry("a", "U8", "1", "0,1"))}", data: [1, 2],
      tensor: nil, problem: .dataLength(described: 1, actual: 2)),
    Case(
      testDescription: "offsets backwards", header: "{\(entry("a", "U8", "1", "1,0"))}", data: [1],
      tensor: "a", problem: .missingField("data_offsets with a begin and an end after it")),
    Case(
      testDescription: "one offset", header: "{\(entry("a", "U8", "1", "1"))}", data: [1],
      tensor: "a", problem: .missingField("data_offsets with a begin and an end after it")),
    Case(
      testDescription: "a byte short of the shape", header: "{\(entry("a", "F32", "2", "0,7"))}",
      data: [1, 2, 3, 4, 5, 6, 7], tensor: "a", problem: .byteCount(stated: 7, needed: 8)),
    Case(
      testDescription: "a shape past any memory",
      header: "{\(entry("a", "F32", "4294967296,4294967296,4294967296", "0,0"))}",
      tensor: "a", problem: .shape([4_294_967_296, 4_294_967_296, 4_294_967_296])),
    Case(
      testDescription: "a zero that hides an overflow",
      header: "{\(entry("a", "F32", "0,4294967296,4294967296", "0,0"))}",
      tensor: "a", problem: .shape([0, 4_294_967_296, 4_294_967_296])),
    Case(
      testDescription: "an unknown type", header: "{\(entry("a", "F8_E4M3", "1", "0,1"))}",
      data: [1],
      tensor: "a", problem: .unknownElementType("F8_E4M3")),
    Case(
      testDescription: "no type", header: #"{"a":{"shape":[1],"data_offsets":[0,1]}}"#, data: [1],
      tensor: "a", problem: .missingField("dtype")),
    Case(
      testDescription: "no shape", header: #"{"a":{"dtype":"U8","data_offsets":[0,1]}}"#, data: [1],
      tensor: "a", problem: .missingField("shape")),
    Case(
      testDescription: "I64 past 32 bits", header: "{\(entry("a", "I64", "1", "0,8"))}",
      data: [0, 0, 0, 128, 0, 0, 0, 0], tensor: "a",
      problem: .valueOutOfRange("2147483648", target: .int32)),
    Case(
      testDescription: "F64 past float32", header: "{\(entry("a", "F64", "1", "0,8"))}",
      data: [0, 0, 0, 0, 0, 0, 0xf0, 0x7e], tensor: "a",
      problem: .valueOutOfRange("\(Double(bitPattern: 0x7ef0_0000_0000_0000))", target: .float32)),
  ]

  @Test(arguments: cases)
  func refused(_ example: Case) {
    let expected = SafetensorsError(
      file: "net.safetensors", tensor: example.tensor, problem: example.problem)
    #expect(throws: expected) {
      try Safetensors(
        decoding: safetensorsFile(example.header, data: example.data), file: "net.safetensors")
    }
  }

  static let damagedSyntax = [
    "", "[]", "{", "{}x", "{}{}", "null", " 1", "{,}",
    #"{"a"}"#, #"{"a":1}"#, #"{"__metadata__":{}"#,
    #"{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},}"#,
    #"{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,0]}}"#,
    #"{"a":{"dtype":"U8","shape":[1e1],"data_offsets":[0,0]}}"#,
    #"{"a":{"dtype":"U8","shape":[00],"data_offsets":[0,0]}}"#,
    #"{"a":{"dtype":"U8","shape":[9223372036854775808],"data_offsets":[0,0]}}"#,
    #"{"a":{"dtype":"U8","shape":[0],"shape":[0],"data_offsets":[0,0]}}"#,
    #"{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0,0]}}"#,
    #"{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"more":{}}}"#,
    #"{"a":{"dtype":8,"shape":[0],"data_offsets":[0,0]}}"#,
    #"{"a":{"dtype":"U8","shape":[\#(Array(repeating: "1", count: 65).joined(separator: ","))]}}"#,
    #"{"__metadata__":{"k":1}}"#, #"{"__metadata__":{"k":{"k":"v"}}}"#, #"{"__metadata__":[]}"#,
    #"{"\x":{}}"#, #"{"\u12":{}}"#, #"{"\ud800":{}}"#, #"{"\udc00":{}}"#, #"{"\ud800\u0041":{}}"#,
    "{\"a\nb\":{}}", #"{"open"#, #"{"open\"#,
    String(repeating: "{\"a\":", count: 100_000), String(repeating: "[", count: 100_000),
  ]

  @Test(arguments: damagedSyntax.indices)
  func `a header that is no such JSON is refused where it breaks`(index: Int) {
    let error = #expect(throws: SafetensorsError.self) {
      try Safetensors(decoding: safetensorsFile(Self.damagedSyntax[index]))
    }
    guard case .syntax(_, let offset) = error?.problem else {
      Issue.record("\(Self.damagedSyntax[index].prefix(80)): \(String(describing: error))")
      return
    }
    #expect(8...8 + Self.damagedSyntax[index].utf8.count ~= offset)
  }

  @Test func `bytes that are no UTF-8 are refused`() {
    var file = safetensorsFile("{\"??\":{}}")
    file[10] = 0xff
    let error = #expect(throws: SafetensorsError.self) { try Safetensors(decoding: file) }
    guard case .syntax = error?.problem else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `header lengths beyond the file, and absurd ones, are refused`() {
    for length: UInt64 in [3, 100_000_001, UInt64(Int.max), .max] {
      let file = withUnsafeBytes(of: length.littleEndian) { Data($0) } + Data("{}".utf8)
      #expect(
        throws: SafetensorsError(
          file: "the file", tensor: nil, problem: .headerLength(length, limit: 2))
      ) { try Safetensors(decoding: file) }
    }
    for count in 0..<8 {
      #expect(
        throws: SafetensorsError(
          file: "the file", tensor: nil, problem: .shorterThanHeaderLength(byteCount: count))
      ) { try Safetensors(decoding: Data(repeating: 0, count: count)) }
    }
  }

  @Test func `a missing file and a folder are refused by name`() {
    for path in ["/nowhere/net.safetensors", NSTemporaryDirectory()] {
      let error = #expect(throws: SafetensorsError.self) {
        try Safetensors(contentsOf: URL(fileURLWithPath: path))
      }
      guard case .unreadable = error?.problem else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(error?.file == URL(fileURLWithPath: path).path)
    }
  }

  @Test func `a tensor cannot take the metadata's name`() {
    #expect(
      throws: SafetensorsError(file: "the file", tensor: "__metadata__", problem: .reservedName)
    ) { try Safetensors(weights: Weights(["__metadata__": Tensor(1)])).encoded() }
  }

  @Test func `messages say what is wrong, then what to do`() {
    let messages: [(SafetensorsError.Problem, String)] = [
      (.unreadable(reason: "no such file"), "cannot be read (no such file). Check the path."),
      (
        .shorterThanHeaderLength(byteCount: 3),
        "has 3 bytes, fewer than the 8 that give the header's length. "
          + "Check that this is a safetensors file and that it is complete."
      ),
      (
        .headerLength(99, limit: 2),
        "states a header of 99 bytes where at most 2 are possible. "
          + "Check that this is a safetensors file and that it is complete."
      ),
      (
        .syntax(expected: "{", offset: 8),
        "expected { at byte 8. Check that this is a safetensors file and that it is complete."
      ),
      (
        .duplicateName,
        "the name stands twice in the header. "
          + "The file is damaged or made to mislead; save it again with the safetensors library."
      ),
      (
        .dataLength(described: 4, actual: 3),
        "the header describes 4 bytes of data and 3 follow it. "
          + "The file is cut short or has a tail; fetch or save it again."
      ),
      (
        .unknownElementType("F4"),
        "has elements of type \"F4\", which is unknown. "
          + "Save the tensor as F32, F16, BF16, F64, I64, I32, I16, I8, U8 or BOOL."
      ),
      (
        .valueOutOfRange("3e9", target: .int32),
        "holds 3e9, which does not fit int32. Scale the values, or save them in the smaller type."
      ),
      (.reservedName, "the name belongs to the file's metadata. Rename the tensor."),
    ]
    for (problem, words) in messages {
      #expect(
        SafetensorsError(file: "f", tensor: nil, problem: problem).description == "f: \(words)")
    }
    let named = SafetensorsError(file: "f", tensor: "a\u{1b}[2J", problem: .reservedName)
    #expect(named.description.hasPrefix(#"f, tensor "a\u{1B}[2J": "#))
    let long = SafetensorsError(
      file: "f", tensor: String(repeating: "e\u{301}", count: 1_000_000), problem: .reservedName)
    #expect(long.description.utf8.count < 400)
  }
}
