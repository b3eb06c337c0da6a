// Names public declarations without documentation, and documented parameters that are not there:
// swift Scripts/check-documented.swift FILE…
//
// Each file is a symbol graph of the compiler. What answers a protocol's requirement, or comes from a
// protocol's extension, is documented there.

import Foundation

/// What this needs of a symbol graph.
struct SymbolGraph: Decodable {
  struct Symbol: Decodable {
    struct Identifier: Decodable { let precise: String }
    struct Kind: Decodable { let identifier: String }
    struct Comment: Decodable {
      struct Line: Decodable { let text: String }
      let lines: [Line]
    }
    struct Signature: Decodable {
      struct Parameter: Decodable {
        let name: String
        let internalName: String?
      }
      let parameters: [Parameter]?
    }

    let identifier: Identifier
    let kind: Kind
    let pathComponents: [String]
    let docComment: Comment?
    let functionSignature: Signature?

    var name: String { pathComponents.joined(separator: ".") }

    /// The names in the lists `- Parameter x:` and `- Parameters:` that no parameter has.
    var strangeParameters: [String] {
      let known = Set(
        (functionSignature?.parameters ?? []).flatMap { [$0.name, $0.internalName ?? $0.name] })
      var documented: [String] = []
      var isInList = false
      for line in docComment?.lines.map(\.text) ?? [] {
        if let match = line.firstMatch(of: #/^ *- Parameter (\w+):/#) {
          documented.append(String(match.1))
        } else if line.wholeMatch(of: #/ *- Parameters: */#) != nil {
          isInList = true
        } else if line.hasPrefix("- ") {
          isInList = false
        } else if isInList, let match = line.firstMatch(of: #/^ +- (\w+):/#) {
          documented.append(String(match.1))
        }
      }
      return documented.filter { !known.contains($0) }
    }
  }

  struct Relationship: Decodable {
    struct Origin: Decodable {}

    let source: String
    let sourceOrigin: Origin?
  }

  struct Module: Decodable { let name: String }

  let module: Module
  let symbols: [Symbol]
  let relationships: [Relationship]

  var problems: [String] {
    let inherited = Set(relationships.filter { $0.sourceOrigin != nil }.map(\.source))
    return symbols.filter {
      $0.kind.identifier != "swift.extension" && !inherited.contains($0.identifier.precise)
        && !$0.identifier.precise.contains("::SYNTHESIZED::")
    }.flatMap { symbol in
      symbol.docComment == nil
        ? ["\(module.name): \(symbol.name) has no documentation"]
        : symbol.strangeParameters.map {
          "\(module.name): \(symbol.name) has no parameter \($0), which is documented"
        }
    }
  }
}

let problems = try CommandLine.arguments.dropFirst().flatMap { file in
  let data = try Data(contentsOf: URL(fileURLWithPath: file))
  return try JSONDecoder().decode(SymbolGraph.self, from: data).problems
}
for problem in problems.sorted() { print("error: \(problem)") }
exit(problems.isEmpty ? 0 : 1)
