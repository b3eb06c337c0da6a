import Foundation

extension RunFolder {
  /// How deep runs are looked for.
  private static let mostDepth = 4
  /// A folder with more entries holds images, and no runs.
  private static let mostEntries = 2000
  /// How many folders are looked at.
  private static let mostFolders = 20_000

  /// The runs under a folder, itself too; hidden folders and links are left out.
  static func all(in project: URL) -> [RunFolder] {
    let files = FileManager.default
    var pending = [(url: project, depth: 0)]
    var (runs, looked): ([RunFolder], Int) = ([], 0)
    while let (url, depth) = pending.popLast(), looked < mostFolders {
      looked += 1
      let run = RunFolder(url)
      if files.fileExists(atPath: run.configuration.path) {
        runs.append(run)
        continue
      }
      guard depth < mostDepth, let names = try? files.contentsOfDirectory(atPath: url.path),
        names.count <= mostEntries
      else { continue }
      for name in names where !name.hasPrefix(".") {
        let child = url.appendingPathComponent(name)
        let type = try? files.attributesOfItem(atPath: child.path)[.type] as? FileAttributeType
        if type == .typeDirectory { pending.append((child, depth + 1)) }
      }
    }
    return runs
  }
}
