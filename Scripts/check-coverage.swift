// Names public declarations without documentation: swift Scripts/check-coverage.swift FILE…
//
// Each file is a documentation-coverage.json of DocC. A declaration that answers a requirement of a
// protocol of ours has the requirement's documentation; what answers the standard library's needs none.

import Foundation

/// What this needs of an entry.
struct Entry: Decodable {
  struct Kind: Decodable {
    let name: String
    let isSymbol: Bool
  }

  let title: String
  let kind: Kind
  let hasAbstract: Bool
  let referencePath: String
}

let standardRequirements: Set = [
  "!=(_:_:)", "==(_:_:)", "description", "encode(to:)", "hash(into:)", "hashValue",
  "init(arrayLiteral:)", "init(from:)", "init(rawValue:)", "localizedDescription",
]
let undocumentedKinds: Set = ["Extended Module", "Extended Structure", "Module"]

var missing: [String] = []
for file in CommandLine.arguments.dropFirst() {
  let data = try Data(contentsOf: URL(fileURLWithPath: file))
  for entry in try JSONDecoder().decode([Entry].self, from: data)
  where !entry.hasAbstract && entry.kind.isSymbol && !undocumentedKinds.contains(entry.kind.name) {
    if standardRequirements.contains(entry.title) { continue }
    missing.append(entry.referencePath.replacing(#/.*\/documentation\//#, with: ""))
  }
}

for path in missing.sorted() { print("error: \(path) has no documentation") }
exit(missing.isEmpty ? 0 : 1)
