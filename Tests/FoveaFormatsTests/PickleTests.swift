import Foundation
import FoveaArchives
import FoveaTensors
import FuzzSupport
import Testing

@testable import FoveaFormats

/// Pickles by hand, in archives like PyTorch's.
@Suite struct PickleTests {
  static func text(_ string: String) -> [UInt8] {
    [UInt8(ascii: "X")] + withUnsafeBytes(of: UInt32(string.utf8.count).littleEndian, Array.init)
      + Array(string.utf8)
  }

  static func number(_ value: Int32) -> [UInt8] {
    [UInt8(ascii: "J")] + withUnsafeBytes(of: value.littleEndian, Array.init)
  }

  static func global(_ module: String, _ name: String) -> [UInt8] {
    Array("c\(module)\n\(name)\n".utf8)
  }

  static func tuple(_ values: [[UInt8]]) -> [UInt8] {
    Array("(".utf8) + values.flatMap { $0 } + Array("t".utf8)
  }

  /// A tensor over the storage `0`, as torch.save writes it.
  static func tensor(
    count: Int32 = 4, offset: Int32 = 0, shape: [Int32] = [2, 2], strides: [Int32] = [2, 1],
    storage: String = "FloatStorage"
  ) -> [UInt8] {
    let name = tuple([
      text("storage"), global("torch", storage), text("0"), text("cpu"), number(count),
    ])
    let parts = tuple([
      name + Array("Q".utf8), number(offset), tuple(shape.map(number)), tuple(strides.map(number)),
      [0x89], global("collections", "OrderedDict") + Array(")R".utf8),
    ])
    return global("torch._utils", "_rebuild_tensor_v2") + parts + Array("R".utf8)
  }

  static func dictionary(_ entries: [(String, [UInt8])]) -> [UInt8] {
    [0x80, 2, UInt8(ascii: "}"), UInt8(ascii: "(")] + entries.flatMap { text($0.0) + $0.1 }
      + Array("u.".utf8)
  }

  static let storage = (1...4).flatMap { value in
    withUnsafeBytes(of: Float(value).bitPattern.littleEndian, Array.init)
  }

  static func archive(_ pickle: [UInt8], storage: [UInt8] = storage) -> Data {
    ZipBuilder([("net/data.pkl", pickle), ("net/data/0", storage)]).data
  }

  static func problem(_ data: Data) -> PyTorchFileError.Problem? {
    do throws(PyTorchFileError) {
      _ = try PyTorchFile(decoding: data)
      return nil
    } catch {
      return error.problem
    }
  }

  @Test func `a pickle by hand is read`() throws {
    let pickle = Self.dictionary([
      ("a", Self.tensor()), ("b", Self.tensor(shape: [2], strides: [3])),
      ("c", Self.tensor(offset: 3, shape: [], strides: [])),
    ])
    let file = try PyTorchFile(decoding: Self.archive(pickle))
    #expect(file.weights["a"] == Tensor([2, 2], [Float(1), 2, 3, 4]))
    #expect(file.weights["b"]?.floats == [1, 4])
    #expect(file.weights["c"]?.floats == [4])
    var large = ZipBuilder([("net/data.pkl", pickle), ("net/data/0", Self.storage)])
    large.isLarge = true
    #expect(try PyTorchFile(decoding: large.data).weights == file.weights)
  }

  @Test func `a big-endian file is read`() throws {
    let bytes = (1...4).flatMap { value in
      withUnsafeBytes(of: Float(value).bitPattern.bigEndian, Array.init)
    }
    let archive = ZipBuilder([
      ("net/data.pkl", Self.dictionary([("a", Self.tensor())])), ("net/data/0", bytes),
      ("net/byteorder", Array("big".utf8)),
    ])
    #expect(try PyTorchFile(decoding: archive.data).weights["a"]?.floats == [1, 2, 3, 4])
  }

  @Test(arguments: [
    ("os", "system"), ("builtins", "eval"), ("builtins", "getattr"), ("torch", "load"),
    ("torch.hub", "load"), ("numpy", "load"), ("argparse", "Namespace"), ("collections", "Counter"),
    ("torch.cuda", "float32"), ("numpy.dtypes", "os"), ("torch._utils", "_rebuild_qtensor"),
  ])
  func `names outside of the list are refused`(module: String, name: String) {
    let call = Self.global(module, name) + Self.tuple([Self.text("x")]) + Array("R".utf8)
    let pickle = Self.dictionary([("a", Self.tensor()), ("b", call)])
    #expect(Self.problem(Self.archive(pickle)) == .forbiddenGlobal("\(module).\(name)"))
    // The form of protocol 4, and no call at all.
    let bare = Self.dictionary([("b", Self.text(module) + Self.text(name) + [0x93])])
    #expect(Self.problem(Self.archive(bare)) == .forbiddenGlobal("\(module).\(name)"))
  }

  @Test func `instructions outside of the list are refused`() {
    let known = Set(Array("(01NKMJGXUTCB]})ltaesuqrhjcRbQ.".utf8)).union([
      0x80, 0x81, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x8d, 0x8e, 0x8f, 0x90, 0x91, 0x93,
      0x94, 0x95, 0x96,
    ])
    for code in UInt8.min...UInt8.max where !known.contains(code) {
      let pickle: [UInt8] = [0x80, 2, code] + [UInt8](repeating: 0, count: 16)
      #expect(
        Self.problem(Self.archive(pickle)) == .forbiddenInstruction(code, offset: 2))
    }
  }

  @Test(arguments: [
    (Int32(3), Int32(0), [Int32(2), 2], [Int32(2), 1]), (4, 1, [2, 2], [2, 1]),
    (4, 0, [2, 2], [3, 1]), (4, 0, [2, 2], [-2, 1]), (4, -1, [2, 2], [2, 1]),
    (4, 0, [-1], [1]), (4, 0, [2, 2], [1]), (4, 0, [.max, .max], [.max, .max]),
    (4, 0, [.max, .max, .max], [0, 0, 0]),
  ])
  func `tensors outside of their storage are refused`(
    count: Int32, offset: Int32, shape: [Int32], strides: [Int32]
  ) {
    let tensor = Self.tensor(count: count, offset: offset, shape: shape, strides: strides)
    let problem = Self.problem(Self.archive(Self.dictionary([("a", tensor)])))
    guard case .bounds = problem else {
      Issue.record("\(String(describing: problem))")
      return
    }
  }

  @Test func `memory is bounded before it is taken`() {
    let expanded = Self.tensor(shape: [1 << 20, 1 << 20], strides: [0, 0])
    let one = Self.problem(Self.archive(Self.dictionary([("a", expanded)])))
    #expect(one == .tooMuchMemory(byteCount: 1 << 42, limit: 1 << 20 + 16 * 16))
    // Many tensors, each of them allowed alone.
    let large = Self.tensor(shape: [100, 1000], strides: [0, 0])
    let many = Self.dictionary((0..<50).map { ("t\($0)", large) })
    guard case .tooMuchMemory = Self.problem(Self.archive(many)) else {
      Issue.record("taken")
      return
    }
  }

  @Test func `storages that are short or missing are refused`() {
    let pickle = Self.dictionary([("a", Self.tensor())])
    let short = Self.archive(pickle, storage: Array(Self.storage.dropLast()))
    #expect(Self.problem(short) == .cutShort("data/0"))
    let missing = ZipBuilder([("net/data.pkl", pickle)]).data
    #expect(Self.problem(missing) == .missingPart("data/0"))
    let huge = Self.dictionary([("a", Self.tensor(count: .max))])
    #expect(Self.problem(Self.archive(huge)) == .cutShort("data/0"))
    #expect(Self.problem(ZipBuilder([("net/other", [1])]).data) == .missingPart("data.pkl"))
  }

  @Test func `a name twice is refused`() {
    let pickle = Self.dictionary([("a", Self.tensor()), ("a", Self.tensor())])
    #expect(Self.problem(Self.archive(pickle)) == .duplicateName)
  }

  @Test func `deep and circular values need no deep stack`() {
    let depth = 200_000
    let deep =
      [0x80, 2] + [UInt8](repeating: UInt8(ascii: "]"), count: depth)
      + [UInt8](repeating: UInt8(ascii: "a"), count: depth - 1) + Array(".".utf8)
    #expect(Self.problem(Self.archive(deep)) == .noWeights(keys: []))
    // A dictionary that holds itself.
    let circular =
      [0x80, 2] + Array("}q\u{0}".utf8) + Self.text("me") + Array("h\u{0}s.".utf8)
    #expect(Self.problem(Self.archive(circular)) == .noWeights(keys: ["me"]))
  }

  @Test func `other files are refused for what they are`() {
    #expect(Self.problem(Data()) == .notPyTorch)
    #expect(Self.problem(Data("hello".utf8)) == .notPyTorch)
    var tar = Data(repeating: 0, count: 512)
    tar.replaceSubrange(257..<262, with: Array("ustar".utf8))
    #expect(Self.problem(tar) == .tarFormat)
    #expect(Self.problem(Data([0x80, 2, 0x4e, 0x2e])) == .notPyTorch)
  }

  @Test func `damaged pickles are read or refused`() throws {
    let originals = try ["protocol2", "protocol4", "checkpoint", "strided"].map { name in
      let archive = try ZipArchive(FileBytes(mapping: PyTorchGolden.url(name)).whole)
      let member = try #require(archive.members.values.first { $0.name.hasSuffix("data.pkl") })
      return Array(member.packed.bytes)
    }
    let storages = (0..<16).map { ("net/data/\($0)", [UInt8](repeating: 1, count: 512)) }
    var readCount = 0
    for round in 0..<Fuzz.rounds {
      let pickle = Fuzz.file(from: originals, round: round, named: "pickle")
      let archive = ZipBuilder([("net/data.pkl", pickle)] + storages)
      if let file = try? PyTorchFile(decoding: archive.data) {
        readCount += 1
        let byteCount = file.weights.tensors.values.reduce(0) { $0 + $1.byteCount }
        #expect(byteCount <= 1 << 20 + 16 * 16 * 512 * 2, "round \(round)")
      }
    }
    #expect(readCount > Fuzz.rounds / 1000)
  }
}
