// Names public declarations without documentation: swift Scripts/check-documented.swift FILE…
//
// Each file is a symbol graph of the compiler. What answers a protocol's requirement, or comes from a
// protocol's extension, is documented there.

import Foundation

/// What this needs of a symbol graph.
struct SymbolGraph: Decodable {
  struct Symbol: Decodable {
    struct Identifier: Decodable { let precise: String }
    struct Kind: Decodable { let identifier: String }
    struct Comment: Decodable {}

    let identifier: Identifier
    let kind: Kind
    let pathComponents: [String]
    let docComment: Comment?
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

  var undocumented: [String] {
    let inherited = Set(relationships.filter { $0.sourceOrigin != nil }.map(\.source))
    return symbols.filter {
      $0.docComment == nil && $0.kind.identifier != "swift.extension"
        && !inherited.contains($0.identifier.precise)
        && !$0.identifier.precise.contains("::SYNTHESIZED::")
    }.map { "\(module.name): \($0.pathComponents.joined(separator: "."))" }
  }
}

let missing = try CommandLine.arguments.dropFirst().flatMap { file in
  let data = try Data(contentsOf: URL(fileURLWithPath: file))
  return try JSONDecoder().decode(SymbolGraph.self, from: data).undocumented
}
for declaration in missing.sorted() { print("error: \(declaration) has no documentation") }
exit(missing.isEmpty ? 0 : 1)
