import Foundation
import FoveaTensors
import FuzzSupport
import OrderedCollections
import Testing

@testable import FoveaFormats

/// A file of `header` and `data`, whatever they say.
func safetensorsFile(_ header: String, data: [UInt8] = []) -> Data {
  var file = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Data($0) }
  file.append(contentsOf: header.utf8)
  file.append(contentsOf: data)
  return file
}

@Suite struct SafetensorsTests {
  static let mixed = Safetensors(
    weights: Weights([
      "layer1.0.conv1.weight": Tensor([2, 3, 2, 2], (0..<24).map { Float($0) - 11.5 }),
      "mask": Tensor([5], [0, 1, 127, 128, 255] as [UInt8]),
      "layer1.0.bn1.num_batches_tracked": Tensor(.scalar, [Int32.min]),
      "empty": Tensor(zeros: [0, 4]),
      "a second empty one": Tensor(zeros: [3, 0], of: .int32),
      "limits": Tensor([4], [Float.nan, -0.0, .infinity, .leastNonzeroMagnitude]),
    ]),
    metadata: ["format": "pt", "note": "tab\t, quote \", backslash \\, bell \u{7}, 猫 🐈, é"])

  @Test func `what is written is read again, in the same order`() throws {
    let read = try Safetensors(decoding: Self.mixed.encoded())
    #expect(read == Self.mixed)
    #expect(read.weights.names == Self.mixed.weights.names)
    #expect(
      try Safetensors(decoding: Safetensors(weights: Weights()).encoded()).weights.tensors.isEmpty)
  }

  @Test func `the bytes of a file are these`() throws {
    let file = Safetensors(
      weights: Weights(["b": Tensor([2], [1, 2] as [UInt8]), "a": Tensor([1], [Float(1.5)])]),
      metadata: ["k": "v"])
    let header =
      #"{"__metadata__":{"k":"v"},"b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]},"#
      + #""a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#
    let padded = header + String(repeating: " ", count: -header.utf8.count & 7)
    #expect(try file.encoded() == safetensorsFile(padded, data: [0, 0, 0xc0, 0x3f, 1, 2]))
  }

  @Test func `channels-last memory is written row-major`() throws {
    let tensor = Tensor([1, 2, 2, 3], (0..<12).map { UInt8($0) })
    let file = Safetensors(weights: Weights(["image": tensor.reordered(.channelsLast)]))
    #expect(try file.encoded().suffix(12).elementsEqual(0..<12))
    let read = try #require(try Safetensors(decoding: file.encoded()).weights["image"])
    #expect(read.order == .rowMajor)
    #expect(read == tensor)
  }

  @Test func `data that begin elsewhere than at 0 are read`() throws {
    let encoded = try Self.mixed.encoded()
    #expect(try Safetensors(decoding: (Data([1, 2, 3]) + encoded).dropFirst(3)) == Self.mixed)
  }

  @Test func `a file of the reference library is read`() throws {
    // Tools/golden/safetensors_file.py wrote it.
    let url = try #require(
      Bundle.module.url(
        forResource: "reference", withExtension: "safetensors", subdirectory: "Golden"))
    let file = try Safetensors(contentsOf: url)
    #expect(file.metadata["note"] == "a \" and ü")
    let expected: Weights = Weights([
      "double": Tensor([2], [Float(0.1), -3]),
      "long": Tensor([3], [Int32.max, Int32.min, -1]),
      "float": Tensor([2, 3], (0..<6).map(Float.init)),
      "int": Tensor(.scalar, [Int32(7)]),
      "half": Tensor([4], [Float(1), -0.5, 65504, 0x1p-24]),
      "bytes": Tensor([3], [0, 128, 255] as [UInt8]),
    ])
    for (name, tensor) in expected.tensors { #expect(file.weights[name] == tensor, "\(name)") }
    #expect(file.weights.names.count == expected.names.count)
  }

  #if !(os(macOS) && arch(x86_64))
  @Test func `every half-precision number becomes its single`() {
    for bits in UInt16.min...UInt16.max {
      let expected = Float(Float16(bitPattern: bits))
      let actual = StoredElement.float(halfBits: bits)
      #expect(actual.bitPattern == expected.bitPattern || (actual.isNaN && expected.isNaN))
    }
  }
  #endif

  @Test func `bfloat16 is the upper half of a single`() throws {
    let data: [UInt8] = [0x80, 0x3f, 0x00, 0xc0, 0x80, 0x7f]
    let header = #"{"x":{"dtype":"BF16","shape":[3],"data_offsets":[0,6]}}"#
    let file = try Safetensors(decoding: safetensorsFile(header, data: data))
    #expect(file.weights["x"]?.floats == [1, -2, .infinity])
  }

  @Test func `float64 infinities stay, and subnormals vanish`() throws {
    let values = [Double.infinity, -.infinity, 1e-300]
    let data = values.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian, Array.init) }
    let header = #"{"x":{"dtype":"F64","shape":[3],"data_offsets":[0,24]}}"#
    let file = try Safetensors(decoding: safetensorsFile(header, data: data))
    #expect(file.weights["x"]?.floats == [.infinity, -.infinity, 0])
  }

  @Test func `spaces, escapes and fields in any order are read`() throws {
    let header = #"""
      { "\u0061\ud83d\udc08\n\/" :
        { "data_offsets" : [ 0 , 1 ] ,"shape":[ 1 ],"dtype":"U8" } , "__metadata__" : { } }  
      """#
    let file = try Safetensors(decoding: safetensorsFile(header, data: [9]))
    #expect(Array(file.weights.names) == ["a🐈\n/"])
  }

  @Test func `damaged files are read or refused, within the bound`() throws {
    let originals = [
      Array(try Self.mixed.encoded()),
      Array(
        safetensorsFile(
          #"{"x":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]},"#
            + #""y":{"dtype":"I64","shape":[1],"data_offsets":[8,16]}}"#,
          data: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0, 0, 0, 0])),
    ]
    var readCount = 0
    for round in 0..<Fuzz.rounds {
      let bytes = Data(Fuzz.file(from: originals, round: round, named: "safetensors"))
      do {
        let planned = try bytes.withUnsafeBytes { bytes in
          try Safetensors.readHeader(bytes, file: "x").header.plannedByteCount
        }
        #expect(planned <= 2 * bytes.count, "round \(round)")
        let file = try Safetensors(decoding: bytes)
        #expect(file.weights.tensors.values.reduce(0) { $0 + $1.byteCount } == planned)
        readCount += 1
      } catch {
        #expect(error is SafetensorsError, "round \(round): \(error)")
      }
    }
    // Enough survive for the test to see behind the header.
    #expect(readCount > Fuzz.rounds / 100)
  }
}
