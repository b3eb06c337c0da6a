import Foundation
import FuzzSupport
import Testing

@testable import FoveaArchives

@Suite struct TarTests {
  static let plain = TarBuilder([("a", [1, 2, 3]), ("b/c.bin", []), ("d", Array(0...255) + [7])])

  static func refusal(_ data: Data) -> TarError? {
    do throws(TarError) {
      _ = try TarArchive(data)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: [false, true])
  func `members are found by name`(hasEnd: Bool) throws {
    var builder = Self.plain
    builder.hasEnd = hasEnd
    builder.members.insert(("folder/", [], "5"), at: 1)
    builder.members.append(("link", [], "2"))
    let archive = try TarArchive(builder.data)
    #expect(archive.names == ["a", "b/c.bin", "d"])
    for (name, data) in Self.plain.members.map({ ($0.name, $0.data) }) {
      #expect(archive.contents(of: name).map([UInt8].init) == data)
    }
    #expect(archive.contents(of: "link") == nil)
  }

  @Test func `an archive that is part of other data is read where it lies`() throws {
    let data = Data([1, 2, 3]) + Self.plain.data
    let archive = try TarArchive(data.dropFirst(3))
    #expect(archive.contents(of: "a").map([UInt8].init) == [1, 2, 3])
  }

  @Test func `what is no archive is refused`() {
    #expect(Self.refusal(Data()) == .header(offset: 0))
    #expect(Self.refusal(Data(count: 1024)) == .header(offset: 0))
    #expect(Self.refusal(Data(repeating: 65, count: 1024)) == .header(offset: 0))
    #expect(
      Self.refusal(TarBuilder([("a", [1]), ("a", [2])]).data) == .duplicateMember("a"))
  }

  @Test(arguments: ["77777777777", "00000010000", "-0000000001", "+0000000001", "9", ""])
  func `impossible sizes are refused`(size: String) {
    var builder = Self.plain
    builder.statedSizes = [2: size + String(repeating: " ", count: 11 - size.count)]
    #expect(Self.refusal(builder.data) != nil)
  }

  @Test func `every cut within a block is refused`() {
    let data = Self.plain.data
    for count in stride(from: 0, to: data.count - 1024, by: 64) where count % 512 != 0 {
      #expect(Self.refusal(data.prefix(count)) != nil, "\(count)")
    }
  }

  @Test func `damaged archives are read or refused`() {
    let originals = [[UInt8](Self.plain.data), [UInt8](TarBuilder([("x", [5])]).data)]
    var (readCount, refusals) = (0, 0)
    for round in 0..<Fuzz.rounds {
      let data = Data(Fuzz.file(from: originals, round: round, named: "tar"))
      if let archive = try? TarArchive(data) {
        let count = archive.names.reduce(0) { $0 + (archive.contents(of: $1)?.count ?? 0) }
        #expect(count <= data.count)
        readCount += 1
      } else {
        refusals += 1
      }
    }
    #expect(readCount > 0)
    #expect(refusals > Fuzz.rounds / 2)
  }
}
