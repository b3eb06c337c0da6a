// Checks that the package keeps its order. Run in the package's root: swift Scripts/check-ranks.swift
//
// 1. A target depends on targets of a lower rank only; the ranks are the table of
//    Documentation/architecture.md, and every target is in it.
// 2. What a source file imports is declared as a dependency of its target, or comes with Swift.
// 3. Each folder of Sources/ has a README.md, and no two names differ in case alone, which file systems
//    of macOS and Windows take for one.

import Foundation

/// What this needs of `swift package dump-package`.
struct Package: Decodable {
  struct Target: Decodable {
    let name: String
    let type: String
    let dependencies: [[String: [Name?]]]

    /// The names of targets and products that it depends on.
    var dependencyNames: [String] { dependencies.flatMap(\.values).compactMap { $0.first??.text } }
  }

  /// The parts of a dependency: its name comes first, then nothing or an object with conditions.
  struct Name: Decodable {
    let text: String?
    init(from decoder: any Decoder) throws {
      text = try? decoder.singleValueContainer().decode(String.self)
    }
  }

  let targets: [Target]
}

/// Modules that come with Swift or the system.
let systemModules: Set = [
  "CryptoKit", "Darwin", "Dispatch", "Foundation", "FoundationEssentials", "FoundationNetworking",
  "FoundationXML", "Glibc", "Musl", "Synchronization", "Testing",
]

func dumpedPackage() throws -> Package {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = ["swift", "package", "dump-package"]
  let output = Pipe()
  process.standardOutput = output
  try process.run()
  let data = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  // SwiftPM has said what is wrong with Package.swift.
  guard process.terminationStatus == 0 else { exit(1) }
  return try JSONDecoder().decode(Package.self, from: data)
}

/// The rows `| rank | `target` | …` of the table; a row may name several targets.
func ranks(in table: String) -> [String: Int] {
  var ranks: [String: Int] = [:]
  for row in table.matches(of: #/(?m)^\| *(\d+) *\|([^|]*)\|/#) {
    for name in row.2.matches(of: #/`(\w+)`/#) { ranks[String(name.1)] = Int(row.1) }
  }
  return ranks
}

func swiftFiles(in folder: String) -> [String] {
  let paths = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
  return paths.filter { $0.hasSuffix(".swift") }.sorted().map { "\(folder)/\($0)" }
}

func importedModules(_ file: String) throws -> [String] {
  let text = try String(contentsOfFile: file, encoding: .utf8)
  let line =
    #/
    (?m) ^ (?: @\w+ \h+ )*
    (?: (?: public | package | internal | private | fileprivate ) \h+ )?
    import \h+ (?: (?: struct | enum | class | protocol | func | var | let | typealias ) \h+ )?
    (\w+)
    /#
  return text.matches(of: line).map { String($0.1) }
}

let table = "Documentation/architecture.md"
let rank = ranks(in: try String(contentsOfFile: table, encoding: .utf8))
let targets = try dumpedPackage().targets
var problems: [String] = []

for target in targets where target.type != "test" {
  let folder = "Sources/\(target.name)"
  // Support for tests lies in Tests/ and may use everything, as tests do.
  guard FileManager.default.fileExists(atPath: folder) else { continue }
  if !FileManager.default.fileExists(atPath: "\(folder)/README.md") {
    problems.append("\(folder) has no README.md; say in it what the target imports, and why")
  }
  guard let own = rank[target.name] else {
    problems.append("\(target.name) has no rank; add it to the table in \(table)")
    continue
  }
  for name in target.dependencyNames {
    guard targets.contains(where: { $0.name == name }), let other = rank[name], other >= own
    else { continue }
    problems.append(
      "\(target.name) (rank \(own)) depends on \(name) (rank \(other)); "
        + "a target depends on lower ranks only")
  }
}

for target in targets {
  let folder = target.type == "test" ? "Tests/\(target.name)" : "Sources/\(target.name)"
  let known = systemModules.union(target.dependencyNames).union([target.name])
  for file in swiftFiles(in: folder) {
    for module in try importedModules(file) where !known.contains(module) {
      problems.append(
        "\(file) imports \(module), which is no dependency of \(target.name) in Package.swift")
    }
  }
}

for names in Dictionary(grouping: targets.map(\.name), by: { $0.lowercased() }).values
where names.count > 1 {
  problems.append("the targets \(names.joined(separator: " and ")) are one folder to macOS")
}

for name in rank.keys.sorted() where !targets.contains(where: { $0.name == name }) {
  problems.append("\(table) gives \(name) a rank, but Package.swift has no such target")
}

for problem in problems { print("error: \(problem)") }
exit(problems.isEmpty ? 0 : 1)
