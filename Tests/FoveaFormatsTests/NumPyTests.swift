import Foundation
import FoveaTensors
import FuzzSupport
import Testing

@testable import FoveaFormats

@Suite struct NumPyTests {
  static func url(_ name: String, _ suffix: String = "npy") throws -> URL {
    try #require(
      Bundle.module.url(
        forResource: name, withExtension: suffix, subdirectory: "Golden/numpy"))
  }

  static let expected = Result {
    try Safetensors(contentsOf: url("expected", "safetensors")).weights
  }

  @Test func `arrays are read as NumPy wrote them`() throws {
    let expected = try Self.expected.get()
    #expect(expected.names.count == 15)
    for (name, tensor) in expected.tensors {
      #expect(try NumPyFile(contentsOf: Self.url(name)).tensor == tensor, "\(name)")
      let data = try Data(contentsOf: Self.url(name))
      #expect(try NumPyFile(decoding: data).tensor == tensor, "\(name)")
    }
  }

  @Test(arguments: ["stored", "deflated"])
  func `archives are read by name`(name: String) throws {
    let expected = try Self.expected.get()
    let archive = try NumPyArchive(contentsOf: Self.url(name, "npz"))
    #expect(
      Array(archive.weights.names) == ["net.float32", "net.fortran", "net.int64", "net.scalar"])
    for (name, tensor) in archive.weights.tensors {
      #expect(tensor == expected[String(name.dropFirst(4))], "\(name)")
    }
  }

  @Test func `what is written is what NumPy writes, and is read again`() throws {
    for name in ["float32", "int32", "uint8", "scalar", "empty"] {
      let tensor = try #require(try Self.expected.get()[name])
      #expect(try NumPyFile(tensor).encoded() == Data(contentsOf: Self.url(name)), "\(name)")
    }
    let image = Tensor([1, 2, 2, 3], (0..<12).map(Float.init))
    let data = NumPyFile(image.reordered(.channelsLast)).encoded()
    #expect(try NumPyFile(decoding: data).tensor == image)
  }

  static func file(_ header: String, version: UInt8 = 1, data: [UInt8] = []) -> Data {
    Data(NumPyHeader.magic + [version, 0])
      + withUnsafeBytes(of: UInt16(header.utf8.count).littleEndian) { Data($0) }
      + Data(header.utf8) + Data(data)
  }

  static func problem(_ data: Data) -> NumPyError.Problem? {
    do throws(NumPyError) {
      _ = try NumPyFile(decoding: data)
      return nil
    } catch {
      return error.problem
    }
  }

  @Test func `what is no array is refused for what it is`() throws {
    #expect(Self.problem(Data("hello".utf8)) == .notNumPy)
    #expect(Self.problem(Self.file("{}", version: 4)) == .version(4))
    #expect(try Self.problem(Data(contentsOf: Self.url("objects"))) == .elementType("|O"))
    guard case .header = try Self.problem(Data(contentsOf: Self.url("records"))) else {
      Issue.record("read")
      return
    }
    func header(_ shape: String, _ descriptor: String = "<f4") -> String {
      "{'descr': '\(descriptor)', 'fortran_order': False, 'shape': \(shape), }"
    }
    #expect(Self.problem(Self.file(header("(2,)"))) == .dataLength(needed: 8, actual: 0))
    #expect(
      Self.problem(Self.file(header("(1,)"), data: [1, 2, 3, 4, 5]))
        == .dataLength(needed: 4, actual: 5))
    #expect(Self.problem(Self.file(header("(1,)", "<c8"))) == .elementType("<c8"))
    #expect(
      Self.problem(Self.file(header("(4294967296, 4294967296)")))
        == .shape([4_294_967_296, 4_294_967_296]))
    #expect(
      Self.problem(Self.file(header("(1,)", "<i8"), data: [0, 0, 0, 128, 0, 0, 0, 0]))
        == .valueOutOfRange("2147483648", target: .int32))
    for text in ["{", "{'shape': (1,)}", header("(-1,)"), header("(1"), header("1"), "[]", ""] {
      guard case .header = Self.problem(Self.file(text)) else {
        Issue.record("\(text) was read")
        continue
      }
    }
  }

  @Test func `damaged arrays and archives are read or refused`() throws {
    let arrays = try ["float32", "fortran_double", "half", "bool", "version3"].map {
      Array(try Data(contentsOf: Self.url($0)))
    }
    let archives = try ["stored", "deflated"].map {
      Array(try Data(contentsOf: Self.url($0, "npz")))
    }
    var (arrayCount, archiveCount) = (0, 0)
    for round in 0..<Fuzz.rounds {
      let array = Data(Fuzz.file(from: arrays, round: round, named: "npy"))
      if let file = try? NumPyFile(decoding: array) {
        #expect(file.tensor.byteCount <= 4 * array.count)
        arrayCount += 1
      }
      let archive = Data(Fuzz.file(from: archives, round: round, named: "npz"))
      if (try? NumPyArchive(decoding: archive)) != nil { archiveCount += 1 }
    }
    #expect(arrayCount > Fuzz.rounds / 100)
    #expect(archiveCount > Fuzz.rounds / 1000)
  }
}
