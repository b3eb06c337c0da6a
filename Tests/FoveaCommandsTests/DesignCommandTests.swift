import FoveaCommands
import FoveaLayers
import FoveaTensors
import FoveaZoo
import Foundation
import Testing

@Suite struct DesignCommandTests {
  static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Budgets from a seed: between a small network's needs and some hundred times as much.
  static let budgets: [DesignCommand] = (0..<10).map { round in
    let stream = RandomStream(seed: 11, named: "budget \(round)")
    func number(_ index: UInt64, _ range: ClosedRange<Float>) -> Int {
      Int(range.lowerBound * powf(range.upperBound / range.lowerBound, stream.uniform(at: index)))
    }
    let side = number(0, 9...64)
    return DesignCommand(
      budget: NetworkBudget(
        parameters: round % 3 == 0 ? nil : number(1, 2e4...2e6),
        multiplyAdds: round % 3 == 1 ? nil : number(2, 2e6...2e8),
        memoryBytes: round % 4 == 3 ? number(3, 1e6...2e7) : nil),
      input: [
        1 + 2 * stream.integer(at: 4, below: 2), side, side + stream.integer(at: 5, below: 5),
      ],
      classes: 2 + stream.integer(at: 6, below: 99), count: 20)
  }

  @Test(arguments: budgets)
  func `no proposal passes its budget, and the best one comes near`(command: DesignCommand) throws {
    let report = try command.run()
    let budget = command.budget
    for (place, proposal) in report.proposals.enumerated() {
      let (network, figures) = (proposal.network, proposal.figures)
      let model = try network.build(input: command.input)
      #expect(model.parameterCount == figures.parameters)
      #expect(try model.outputShape == [command.classes])
      #expect(network.widths.allSatisfy { $0 % network.family.widthStep == 0 })
      // Doubled from stage to stage, give or take a quarter.
      for (width, next) in zip(network.widths, network.widths.dropFirst()) {
        #expect((1.6...2.5).contains(Double(next) / Double(width)), "\(network)")
      }
      let shares = [
        (figures.parameters, budget.parameters), (figures.multiplyAdds, budget.multiplyAdds),
        (figures.peakInferenceBytes ?? .max, budget.memoryBytes),
      ].compactMap { need, limit in limit.map { Double(need) / Double($0) } }
      #expect(shares.allSatisfy { $0 <= 1 }, "\(network): \(shares)")
      if place == 0 { #expect(shares.max() ?? 0 > 0.85, "\(network): \(shares)") }
    }
    let families = report.proposals.prefix(4).map(\.network.family)
    #expect(Set(families).count == families.count)
    #expect(report.summary.totals.parameters == report.proposals[0].figures.parameters)
  }

  @Test(arguments: [
    NetworkBudget(parameters: 10), NetworkBudget(multiplyAdds: 100),
    NetworkBudget(parameters: 10, multiplyAdds: 1_000_000_000),
    NetworkBudget(parameters: 300, multiplyAdds: 300, memoryBytes: 300),
  ])
  func `an impossible budget is refused with the least that would do`(budget: NetworkBudget) throws
  {
    var command = DesignCommand(budget: budget, input: [3, 32, 32], classes: 10)
    let error = try #require(throws: CommandError.self) { try command.run() }
    guard case .budgetTooSmall(let least) = error else {
      Issue.record("\(error)")
      return
    }
    #expect("\(error)".contains("the least that would do is --"))
    command.budget = least
    #expect(try !command.run().proposals.isEmpty)
    // One of the limits cannot be lower.
    let limits: [WritableKeyPath<NetworkBudget, Int?>] = [
      \.parameters, \.multiplyAdds, \.memoryBytes,
    ]
    let isTight = try limits.contains { limit in
      guard let number = least[keyPath: limit], number > budget[keyPath: limit] ?? 0 else {
        return false
      }
      var tighter = command
      tighter.budget[keyPath: limit] = number - 1
      do {
        _ = try tighter.run()
        return false
      } catch is CommandError { return true }
    }
    #expect(isTight)
  }

  @Test func `requests out of range are usage errors`() {
    let good = DesignCommand(
      budget: NetworkBudget(parameters: 10_000), input: [3, 8, 8], classes: 10)
    let mistakes: [(inout DesignCommand) -> Void] = [
      { $0.budget = NetworkBudget() }, { $0.budget.parameters = 0 }, { $0.budget.memoryBytes = -1 },
      { $0.input = [3, 8] }, { $0.input = [3, 0, 8] }, { $0.input = [3, 1 << 20, 8] },
      { $0.classes = 0 }, { $0.count = 0 }, { $0.count = 21 },
    ]
    for mistake in mistakes {
      var command = good
      mistake(&command)
      #expect { try command.run() } throws: { ($0 as? CommandError)?.isUsage == true }
    }
  }

  static func network(_ family: StagedNetwork.Family, stem: Int) -> StagedNetwork {
    StagedNetwork(
      family: family, stemStride: stem, widths: [32, 64], depths: [1, 2], classes: 7)
  }

  @Test(arguments: StagedNetwork.Family.allCases)
  func `blocks in the source are those of the library`(family: StagedNetwork.Family) throws {
    let file = Self.root.appendingPathComponent(
      "Sources/FoveaZoo/StagedNetwork/StagedBlocks.swift")
    let library = try String(contentsOf: file, encoding: .utf8)
    let source = Self.network(family, stem: 1).swiftSource(input: [3, 16, 16])
    // The network itself comes first, behind the import.
    let blocks = source.components(separatedBy: "\n\n/// ").dropFirst(2)
    #expect(blocks.count == (family == .plain ? 1 : 2))
    for block in blocks {
      #expect(library.contains("/// " + block.trimmingCharacters(in: .newlines)), "\(block)")
    }
  }

  /// Compiles the source against the modules and objects of this build, and has it print its network.
  @Test(arguments: StagedNetwork.Family.allCases, [1, 2, 4])
  func `the source compiles to the network that was proposed`(
    family: StagedNetwork.Family, stem: Int
  ) throws {
    // A compiler takes seconds: one stem by default.
    guard stem == 4 || ProcessInfo.processInfo.environment["FOVEA_FULL"] != nil else { return }
    let network = Self.network(family, stem: stem)
    let program = try Program(
      source: network.swiftSource(input: [3, 16, 16], comment: "a comment") + """

        import Foundation
        let model = try Model(input: DesignedNetwork.input) { DesignedNetwork().inlined() }
        try print(String(decoding: JSONEncoder().encode(model), as: UTF8.self))
        """)
    let output = try program.run()
    #expect(
      try JSONDecoder().decode(Model.self, from: output) == network.build(input: [3, 16, 16]))
  }
}

/// Swift source, compiled with the package's own build.
private struct Program {
  private let folder: URL
  private var executable: URL { folder.appendingPathComponent("program") }

  init(source: String) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("fovea-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try Data(source.utf8).write(to: folder.appendingPathComponent("main.swift"))
    let root = DesignCommandTests.root
    let sources = try FileManager.default.contentsOfDirectory(
      atPath: root.appendingPathComponent("Sources").path)
    let build = try Self.buildFolder()
    let objects = try FileManager.default.contentsOfDirectory(
      at: build, includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "build" }
      .filter { folder -> Bool in
        let target = folder.deletingPathExtension().lastPathComponent
        let isFetched = ["Collections", "Utilities", "SwiftProtobuf"].contains {
          target.hasSuffix($0)
        }
        let isOwn = sources.contains(target) && !["FoveaTool", "FoveaCommands"].contains(target)
        return isFetched || isOwn
      }
      .flatMap { folder -> [URL] in
        FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?
          .compactMap { $0 as? URL } ?? []
      }
      .filter { $0.pathExtension == "o" }.map(\.path)
    let modules = ["CFoveaKernels/include", "CImageCodecs/include", "CZlib", "CLibcrypto"].flatMap {
      ["-I", root.appendingPathComponent("Sources/\($0)").path]
    }
    _ = try Self.output(
      of: "swiftc",
      ["main.swift", "-o", executable.path, "-swift-version", "6"]
        + ["-enable-upcoming-feature", "InternalImportsByDefault"]
        + ["-I", build.appendingPathComponent("Modules").path] + modules + objects,
      in: folder)
  }

  func run() throws -> Data {
    defer { try? FileManager.default.removeItem(at: folder) }
    return try Self.output(of: executable.path, [], in: folder)
  }

  /// Where the tests lie, and the modules beside them.
  private static func buildFolder() throws -> URL {
    let programs = [Bundle.main.bundleURL, Bundle.main.executableURL?.deletingLastPathComponent()]
    let candidates = programs.compactMap { $0 }.flatMap { [$0, $0.deletingLastPathComponent()] }
    return try #require(
      candidates.first {
        FileManager.default.fileExists(atPath: $0.appendingPathComponent("Modules").path)
      })
  }

  private static func output(of program: String, _ arguments: [String], in folder: URL) throws
    -> Data
  {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.currentDirectoryURL = folder
    let file = folder.appendingPathComponent("output")
    try Data().write(to: file)
    process.standardOutput = try FileHandle(forWritingTo: file)
    let errors = folder.appendingPathComponent("errors")
    try Data().write(to: errors)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    let words = try String(contentsOf: errors, encoding: .utf8)
    try #require(process.terminationStatus == 0, "\(words)")
    return try Data(contentsOf: file)
  }
}
