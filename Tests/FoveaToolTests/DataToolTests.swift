import Foundation
import Testing

/// `fovea data`, as a user sees it.
@Suite struct DataToolTests {
  let folder: TemporaryFolder
  let tool: Tool

  init() throws {
    folder = try TemporaryFolder()
    tool = Tool(folder: folder.url, environment: ["COLORTERM": "truecolor"])
  }

  @Test func `a preview is drawn with characters where it is asked for, and into a file otherwise`()
    throws
  {
    // Nothing is changed where nothing is said, as in a training.
    let drawn = try tool.run("data", "preview", "mnist-mini", "--terminal", "--count", "3")
    #expect(drawn.status == 0, "\(drawn.errors)")
    #expect(!drawn.output.contains("\u{1b}"))
    #expect(drawn.output.hasPrefix("mnist-mini: 3 of 12000 images, 28×28, augmentation none\n"))
    #expect(drawn.output.contains("%%%"))
    let written = try tool.run("data", "preview", "mnist-mini", "--count", "3")
    #expect(written.output.hasPrefix("preview.svg: "), "\(written.errors)")
    #expect(
      FileManager.default.fileExists(
        atPath: folder.url.appendingPathComponent("preview.svg").path))
  }

  /// Pictures of two classes, each in folders of two years, and a file that names some for validation.
  private func albums() throws {
    let pictures = try PictureSet(folder.url.appendingPathComponent("albums"))
    try pictures.fill(
      ["2024/dark": 20, "2024/bright": 180, "2025/dark": 22, "2025/bright": 182], count: 6)
    let names = ["2024", "2025"].flatMap { year in
      ["dark", "bright"].map { "\(year)/\($0)/5.pgm" }
    }
    try Data(names.joined(separator: "\n").utf8)
      .write(to: folder.url.appendingPathComponent("held-out.txt"))
  }

  @Test func `what can be looked at can be trained on, and evaluated as it was`() throws {
    try albums()
    let rules = ["--labels", "parent-folder", "--validation-file", "held-out.txt"]
    let seen = try tool.run(["data", "info", "albums"] + rules + ["--json"])
    #expect(seen.status == 0, "\(seen.errors)")
    let parts = try #require(try seen.json()["parts"] as? [[String: Any]])
    #expect(parts.map { $0["images"] as? Int } == [20, 4])

    let trained = try tool.run(
      ["train", "albums", "--epochs", "2", "--batch-size", "4", "--out", "run"] + rules)
    #expect(trained.status == 0, "\(trained.errors)")
    #expect(trained.output.contains("20 training and 4 validation images"))
    #expect(trained.output.contains("the innermost folder's name"))
    let evaluated = try tool.run("evaluate", "run", "albums", "--json")
    #expect(evaluated.status == 0, "\(evaluated.errors)")
    let report = try evaluated.json()
    #expect(report["images"] as? Int == 4 && report["part"] as? String == "validation")
    let page = try tool.run("report", "run", "--evaluate")
    #expect(page.status == 0, "\(page.errors)")
    let again = try tool.run("reproduce", "run")
    #expect(again.status == 0, "\(again.output)\(again.errors)")
    let resumed = try tool.run("train", "--resume", "--out", "run", "--epochs", "3")
    #expect(resumed.status == 0, "\(resumed.errors)")
    // By the years, the classes are others.
    let others = try tool.run("evaluate", "run", "albums", "--labels", "folder")
    #expect(others.status == 1)
    #expect(others.errors.contains("has the classes 2024, 2025"), "\(others.errors)")
  }

  @Test func `a table's columns are chosen in training as in looking`() throws {
    try albums()
    let rows = ["2024", "2025"].flatMap { year in
      ["dark", "bright"].flatMap { name in
        (0..<6).map { "\($0 % 2),\(name),albums/\(year)/\(name)/\($0).pgm" }
      }
    }
    try Data((["fold,class,file"] + rows).joined(separator: "\n").utf8)
      .write(to: folder.url.appendingPathComponent("table.csv"))
    let columns = ["--path-column", "file", "--label-column", "class"]
    let found = try tool.run(
      ["lr-find", "table.csv", "--steps", "10", "--batch-size", "4", "--out", "rates.png"]
        + columns)
    #expect(found.status == 0, "\(found.errors)")
    let picture = try Data(contentsOf: folder.url.appendingPathComponent("rates.png"))
    #expect(picture.prefix(4) == Data([0x89, 0x50, 0x4e, 0x47]))
    let trained = try tool.run(
      ["train", "table.csv", "--epochs", "1", "--batch-size", "4", "--out", "run"] + columns)
    #expect(trained.status == 0, "\(trained.errors)")
    let evaluated = try tool.run("evaluate", "run", "table.csv")
    #expect(evaluated.status == 0, "\(evaluated.errors)")
    let refused = try tool.run("train", "albums", "--label-column", "class")
    #expect(refused.status == 2)
    #expect(refused.errors.contains("albums has no columns"), "\(refused.errors)")
  }

  @Test func `one image is walked into its batch, as text and as JSON`() throws {
    let options = ["data", "describe", "mnist-mini", "--item", "3", "--augment", "standard"]
    let told = try tool.run(options)
    #expect(told.status == 0, "\(told.errors)")
    for words in [
      "source  the dataset mnist-mini, 14000 images in 10 classes", "labels  as published",
      "12000 to learn from, 2000 to be measured on", "read mnist-mini/3", "pad by ", "crop 28×28",
      "normalize by mean [0.1307], deviation [0.3081]", "64×1×28×28", " of 188, place ",
    ] { #expect(told.output.contains(words), "\(words): \(told.output)") }
    let steps = try #require(try tool.run(options + ["--json"]).json()["steps"] as? [[String: Any]])
    #expect(steps.first?["shape"] as? [Int] == [1, 28, 28])
    #expect(steps.last?["shape"] as? [Int] == [64, 1, 28, 28])
    let other = try tool.run(options + ["--epoch", "1"])
    #expect(other.status == 0 && other.output != told.output)
    let beyond = try tool.run("data", "describe", "mnist-mini", "--item", "12000")
    #expect(beyond.status == 2)
    #expect(beyond.errors.contains("--item is 0 to 11999, got 12000"), "\(beyond.errors)")
  }

  @Test func `a dataset that is not there says where it is looked for, and what to fetch`() throws {
    let outcome = try tool.run("data", "info", "cifar-100", "--data", "nowhere")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("cifar-100 is in none of "))
    #expect(outcome.errors.contains("https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"))
    let misspelt = try tool.run("data", "info", "cifar10")
    #expect(misspelt.errors.contains("did you mean 'cifar-10'?"))
  }
}
