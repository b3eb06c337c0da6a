import Foundation
import Testing

@testable import FoveaData

/// A folder for one test, removed with it.
final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Writes a file, and the folders that it needs.
  func write(_ path: String, _ bytes: some DataProtocol) throws {
    let file = url.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }

  /// Writes a picture of one grey.
  func writeGrey(_ path: String, _ level: UInt8, height: Int = 2, width: Int = 3) throws {
    let header = Data("P5 \(width) \(height) 255\n".utf8)
    try write(path, header + Data(repeating: level, count: height * width))
  }
}

@Suite struct ImageFilesTests {
  @Test func `a folder of folders gives sorted classes and sorted files`() throws {
    let folder = try TemporaryFolder()
    for (path, level) in [("dog/b.pgm", 1), ("cat/z.pgm", 2), ("cat/deep/a.pgm", 3)] {
      try folder.writeGrey(path, UInt8(level))
    }
    try folder.write("cat/notes.txt", Data("no image".utf8))
    try folder.write("cat/.hidden.pgm", Data("no image".utf8))
    let files = try ImageFiles.folder(folder.url)
    #expect(files.classNames == ["cat", "dog"])
    #expect(files.items.map(\.path) == ["cat/deep/a.pgm", "cat/z.pgm", "dog/b.pgm"])
    #expect(files.labels == [0, 0, 1])
    #expect(try files.image(at: 2, minimumSize: nil).bytes == [UInt8](repeating: 1, count: 6))
  }

  @Test func `folders of parts are no classes`() throws {
    let folder = try TemporaryFolder()
    for path in ["train/cat/1.pgm", "train/dog/2.pgm", "val/cat/3.pgm", "val/dog/4.pgm"] {
      try folder.writeGrey(path, 0)
    }
    let splitter = Splitter.folders()
    let files = try ImageFiles.folder(folder.url, splitFolders: splitter.folderNames)
    #expect(files.classNames == ["cat", "dog"])
    let parts = try splitter.split(files)
    #expect(parts.training.map(files.name) == ["train/cat/1.pgm", "train/dog/2.pgm"])
    #expect(parts.validation.map(files.name) == ["val/cat/3.pgm", "val/dog/4.pgm"])
  }

  @Test func `file names and inner folders tell classes by rule`() throws {
    let folder = try TemporaryFolder()
    try folder.writeGrey("2024/great_pyrenees_173.pgm", 0)
    try folder.writeGrey("2025/beagle_9.pgm", 0)
    let byName = try ImageFiles.folder(folder.url, rule: .fileName(pattern: #"^(.+)_\d+\."#))
    #expect(byName.classNames == ["beagle", "great_pyrenees"])
    #expect(byName.labels == [1, 0])
    let byFolder = try ImageFiles.folder(folder.url, rule: .parentFolder)
    #expect(byFolder.classNames == ["2024", "2025"])
    #expect(
      throws: ImageFilesError.noLabel(
        path: "2024/great_pyrenees_173.pgm", rule: .fileName(pattern: "(x)"))
    ) {
      try ImageFiles.folder(folder.url, rule: .fileName(pattern: "(x)"))
    }
    #expect(throws: ImageFilesError.self) {
      try ImageFiles.folder(folder.url, rule: .fileName(pattern: "("))
    }
  }

  @Test func `a folder that is no dataset says what is wrong`() throws {
    let folder = try TemporaryFolder()
    #expect(throws: ImageFilesError.noFolder("/nowhere/at/all")) {
      try ImageFiles.folder(URL(fileURLWithPath: "/nowhere/at/all"))
    }
    #expect(throws: ImageFilesError.self) { try ImageFiles.folder(folder.url) }
    try folder.writeGrey("cat/1.pgm", 0)
    try FileManager.default.createDirectory(
      at: folder.url.appendingPathComponent("dog"), withIntermediateDirectories: true)
    let error = #expect(throws: ImageFilesError.self) { try ImageFiles.folder(folder.url) }
    #expect(error?.description.contains("class folder dog") == true)
  }

  @Test func `a table names files and classes`() throws {
    let folder = try TemporaryFolder()
    try folder.writeGrey("images/1.pgm", 7)
    try folder.writeGrey("images/2, too.pgm", 9)
    try folder.write(
      "labels.csv", Data("\u{feff}species,path\r\ncat,1.pgm\r\n\"dog\",\"2, too.pgm\"\r\n".utf8))
    let files = try ImageFiles.table(
      folder.url.appendingPathComponent("labels.csv"),
      root: folder.url.appendingPathComponent("images"), pathColumn: "path",
      labelColumn: "species")
    #expect(files.classNames == ["cat", "dog"])
    #expect(try files.image(at: 1, minimumSize: nil).bytes.first == 9)
  }

  @Test(arguments: [
    ("path,label\n../etc/passwd,cat\n", "line 2: ../etc/passwd leaves the folder"),
    ("path,label\n/etc/passwd,cat\n", "line 2: /etc/passwd leaves the folder"),
    ("path,label\n1.pgm\n", "line 2: 1 fields where the header has 2"),
    ("path,label\n\"1.pgm,cat\n", "line 2: a quotation mark is opened"),
    ("path,label\n\"1.pgm\"x,cat\n", "line 2: text after a closing quotation mark"),
    ("path,label\n1.pgm,\n", "line 2: 1.pgm has no class"),
    ("path\n1.pgm\n", "line 1: one column"),
    ("", "it is empty"),
    ("path,label\n", "has no image files"),
  ])
  func `a wrong table is refused by its line`(text: String, problem: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("labels.csv", Data(text.utf8))
    let error = #expect(throws: ImageFilesError.self) {
      try ImageFiles.table(folder.url.appendingPathComponent("labels.csv"))
    }
    #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
  }

  @Test func `a survey finds damage, duplicates and the true statistics`() async throws {
    let folder = try TemporaryFolder()
    try folder.writeGrey("a/1.pgm", 51, height: 1, width: 10)
    try folder.writeGrey("a/2.pgm", 51, height: 1, width: 10)
    try folder.writeGrey("b/3.pgm", 102, height: 2, width: 10)
    try folder.writeGrey("b/4.pgm", 51, height: 10, width: 1)
    try folder.write("b/5.pgm", Data("P5 10 10 255\nshort".utf8))
    let files = try ImageFiles.folder(folder.url)
    let survey = try await ImageSurvey(files, channels: 1)
    #expect(survey.damaged.map(\.name) == ["b/5.pgm"])
    #expect(survey.facts.map { $0 == nil } == [false, false, false, false, true])
    // Pixels alike in another shape are another picture.
    #expect(survey.duplicates == [[0, 1]])
    let all = survey.normalization(of: Array(0..<5))
    #expect(abs(all.mean[0] - 0.28) < 1e-6)
    #expect(abs(all.deviation[0] - 0.0979796) < 1e-6)
    #expect(survey.normalization(of: [0]).deviation == [1])
  }
}
