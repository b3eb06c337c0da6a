import Foundation
import FoveaFormats
import Testing

@Suite struct AtomicFileTests {
  @Test func `a write replaces what was there and leaves nothing else`() throws {
    try inScratchFolder { (folder) throws in
      let url = folder.appendingPathComponent("weights")
      for content in ["first", "", "a third, longer content"] {
        try AtomicFile.write(Data(content.utf8), to: url)
        #expect(try Data(contentsOf: url) == Data(content.utf8))
      }
      #expect(try names(in: folder) == ["weights"])
    }
  }

  @Test func `a missing folder is named and nothing appears`() throws {
    try inScratchFolder { (folder) throws in
      let url = folder.appendingPathComponent("missing/weights")
      let error = #expect(throws: FileWriteError.self) { try AtomicFile.write(Data([1]), to: url) }
      #expect(error?.description.contains(url.path) == true)
      #expect(try names(in: folder) == [])
    }
  }

  @Test func `a target that is a folder stays, and the temporary file goes`() throws {
    try inScratchFolder { (folder) throws in
      let url = folder.appendingPathComponent("occupied")
      try FileManager.default.createDirectory(
        at: url.appendingPathComponent("inner"), withIntermediateDirectories: true)
      let error = #expect(throws: FileWriteError.self) { try AtomicFile.write(Data([1]), to: url) }
      #expect(error?.action == "renaming it")
      #expect(try names(in: folder) == ["occupied"])
    }
  }

  @Test func `the longest name that a file may have is written`() throws {
    try inScratchFolder { (folder) throws in
      let url = folder.appendingPathComponent(String(repeating: "n", count: 255))
      try AtomicFile.write(Data([1, 2]), to: url)
      #expect(try Data(contentsOf: url) == Data([1, 2]))
    }
  }

  @Test func `of two writers at a time one wins whole`() async throws {
    try await inScratchFolder { folder in
      let url = folder.appendingPathComponent("shared")
      let contents = (0..<8).map { Data(repeating: UInt8($0), count: 100_000 + $0) }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for content in contents { group.addTask { try AtomicFile.write(content, to: url) } }
        try await group.waitForAll()
      }
      #expect(contents.contains(try Data(contentsOf: url)))
      #expect(try names(in: folder) == ["shared"])
    }
  }
}

private func names(in folder: URL) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder.path)
}

/// Runs `body` with an empty folder that goes afterwards.
func inScratchFolder(_ body: (URL) async throws -> Void) async throws {
  let folder = try makeScratchFolder()
  defer { try? FileManager.default.removeItem(at: folder) }
  try await body(folder)
}

/// Runs `body` with an empty folder that goes afterwards.
func inScratchFolder(_ body: (URL) throws -> Void) throws {
  let folder = try makeScratchFolder()
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}

private func makeScratchFolder() throws -> URL {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("fovea-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  return folder
}
