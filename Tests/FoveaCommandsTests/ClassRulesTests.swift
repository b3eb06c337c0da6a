import Foundation
import FoveaData
import Testing

@testable import FoveaCommands

@Suite struct ClassRulesTests {
  private func configuration(
    _ change: (inout TrainCommand) -> Void, dataset: String = NSTemporaryDirectory()
  ) throws -> TrainConfiguration {
    var command = TrainCommand(dataset: dataset)
    change(&command)
    return try TrainConfiguration(command)
  }

  @Test func `rules are stored, asked for again, and part of the command line`() throws {
    let stored = try configuration {
      $0.images.labels = .fileName(pattern: "^(.+)_[0-9]+")
      $0.images.validationFile = "held out.txt"
    }
    let data = try JSONEncoder().encode(stored)
    let read = try JSONDecoder().decode(TrainConfiguration.self, from: data)
    #expect(read == stored)
    #expect(read.request.labels == .fileName(pattern: "^(.+)_[0-9]+"))
    #expect(read.request.splitter == .file("held out.txt"))
    #expect(try TrainConfiguration(TrainCommand(read)) == stored)
    #expect(read.commandLine.contains("--labels '^(.+)_[0-9]+'"))
    #expect(read.commandLine.contains("--validation-file 'held out.txt'"))
    let plain = try configuration { _ in }
    for option in ["--labels", "--path-column", "--label-column", "--validation-file"] {
      #expect(plain.options[option] != nil && !plain.commandLine.contains(option))
    }
  }

  @Test func `columns are asked for again, also by words of other options' answers`() throws {
    let table = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).csv")
    try Data("yes,all\n".utf8).write(to: table)
    defer { try? FileManager.default.removeItem(at: table) }
    let configuration = try configuration(
      {
        $0.images.pathColumn = "yes"
        $0.images.labelColumn = "all"
      }, dataset: table.path)
    #expect(configuration.commandLine.contains("--label-column all"))
    #expect(configuration.commandLine.contains("--path-column yes"))
  }

  @Test func `a run that goes on keeps its rules`() throws {
    let stored = try configuration { $0.images.labels = .parentFolder }
    var command = TrainCommand(isResumed: true)
    command.images.labels = .parentFolder
    #expect(try stored.resumed(by: command, run: "run").images?.labels == .parentFolder)
    command.images.labels = .folder
    #expect(
      throws: CommandError.contradiction(
        "--labels", given: "folder", stored: "parent-folder", run: "run")
    ) { try stored.resumed(by: command, run: "run") }
  }

  @Test(arguments: [
    ("--labels", "mnist-mini"), ("--path-column", "mnist-mini"),
    ("--validation-file", "mnist-mini"), ("--validation", "mnist-mini"),
    ("--label-column", NSTemporaryDirectory()),
  ])
  func `a rule that the dataset does not read is refused`(option: String, dataset: String) throws {
    let error = #expect(throws: CommandError.self) {
      try configuration(
        {
          switch option {
          case "--labels": $0.images.labels = .parentFolder
          case "--path-column": $0.images.pathColumn = "path"
          case "--label-column": $0.images.labelColumn = "class"
          case "--validation": $0.images.validation = 0.3
          default: $0.images.validationFile = "v.txt"
          }
        }, dataset: dataset)
    }
    guard case .conflict(option, _) = error else {
      Issue.record("\(error.map { "\($0)" } ?? "nothing")")
      return
    }
  }

  @Test func `one rule settles which images are for validation`() throws {
    #expect(throws: CommandError.self) {
      try configuration {
        $0.images.validationFile = "v.txt"
        $0.images.validation = 0.1
      }
    }
    #expect(throws: CommandError.self) {
      try configuration {
        $0.images.validationFile = "v.txt"
        $0.images.fold = DataFold(1, of: 2)
      }
    }
  }

  @Test(arguments: ["folder", "parent-folder", "^(.+)_"])
  func `a rule is read as it is written`(argument: String) {
    #expect(LabelRule(argument: argument).argument == argument)
  }
}
