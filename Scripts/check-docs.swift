// Checks what the Markdown files say. Run in the package's root: swift Scripts/check-docs.swift
//
// 1. A relative link leads to a file that is there, and `#heading` to a heading of it.
// 2. Code is quoted, never typed: before each block of Swift, C or Python stands `<!-- from FILE -->`,
//    and its lines are found in that file, one after another; a line `// …` or `# …` leaves some out.
//    What is quoted is built or run elsewhere, so what a reader copies works.

import Foundation

/// The Markdown files of the package, build folders and runs left out.
func markdownFiles() -> [String] {
  let skipped = ["runs", "node_modules"]
  let paths = FileManager.default.enumerator(
    at: URL(fileURLWithPath: "."), includingPropertiesForKeys: nil, options: .skipsHiddenFiles)
  let root = FileManager.default.currentDirectoryPath + "/"
  return (paths?.compactMap { ($0 as? URL)?.path } ?? [])
    .filter { $0.hasSuffix(".md") }
    .map { $0.hasPrefix(root) ? String($0.dropFirst(root.count)) : $0 }
    .filter { path in !skipped.contains { path.hasPrefix("\($0)/") } }
    .sorted()
}

func contents(_ path: String) -> String? {
  FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
}

func trimmedLines(_ text: String) -> [String] {
  text.components(separatedBy: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
}

/// The anchors of a file's headings, as GitHub makes them.
func anchors(in markdown: String) -> Set<String> {
  Set(
    markdown.matches(of: #/(?m)^#+ +(.*)$/#).map { heading in
      String(
        heading.1.lowercased().replacing(" ", with: "-").unicodeScalars
          .filter { CharacterSet.alphanumerics.contains($0) || $0 == "-" || $0 == "_" }
          .map(Character.init))
    })
}

func linkProblems(in text: String, of file: String) -> [String] {
  let prose = text.replacing(#/(?ms)^```.*?^```/#, with: "").replacing(#/`[^`\n]*`/#, with: "")
  let folder = (file as NSString).deletingLastPathComponent
  return prose.matches(of: #/\]\(([^)\s]+)\)/#).compactMap { match in
    let link = String(match.1)
    // With a scheme it leads elsewhere.
    if link.contains(":") { return nil }
    let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
    let path = parts[0].isEmpty ? file : (folder as NSString).appendingPathComponent("\(parts[0])")
    guard FileManager.default.fileExists(atPath: path) else {
      return "\(file): the link to \(link) leads nowhere"
    }
    guard parts.count == 2, let target = contents(path) else { return nil }
    return anchors(in: target).contains(String(parts[1]))
      ? nil : "\(file): \(parts[0]) has no heading for #\(parts[1])"
  }
}

func quotationProblems(in text: String, of file: String) -> [String] {
  text.matches(of: #/(?ms)(?:<!-- from (\S+) -->\n)?^```(?:swift|c|python)\n(.*?)^```/#).compactMap
  { match in
    let code = String(match.2)
    let start = code.prefix { $0 != "\n" }
    guard let source = match.1.map({ String($0) }) else {
      return "\(file): the code that starts with “\(start)” names no source; "
        + "quote a built file under <!-- from FILE -->"
    }
    guard let quoted = contents(source) else {
      return "\(file): \(source), which is quoted, is not there"
    }
    var rest = trimmedLines(quoted)[...]
    for passage in trimmedLines(code).split(whereSeparator: { $0 == "// …" || $0 == "# …" }) {
      let lines = Array(passage).drop { $0.isEmpty }.reversed().drop { $0.isEmpty }.reversed()
      guard let range = rest.firstRange(of: Array(lines)) else {
        return
          "\(file): “\(lines.first ?? "")” and the lines after it are not in \(source) any more"
      }
      rest = rest[range.upperBound...]
    }
    return nil
  }
}

var problems: [String] = []
for file in markdownFiles() {
  guard let text = contents(file) else { continue }
  problems += linkProblems(in: text, of: file)
  problems += quotationProblems(in: text, of: file)
}
for problem in problems { print("error: \(problem)") }
exit(problems.isEmpty ? 0 : 1)
