import Foundation
import Testing

/// `fovea report`: a page that is whole, harmless and complete.
@Suite(.serialized) struct RunPageToolTests {
  let folder: TemporaryFolder
  let tool: Tool

  init() throws {
    folder = try TemporaryFolder()
    tool = Tool(folder: folder.url)
  }

  @Test func `a page has every part, and nothing from the network`() throws {
    let trained = try tool.run(
      "train", "mnist-mini", "--epochs", "2", "--batch-size", "512", "--stats", "--out", "run")
    #expect(trained.status == 0, "\(trained.errors)")
    let outcome = try tool.run("report", "run", "--evaluate", "--json")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let parts = try outcome.json()["parts"] as? [String]
    #expect(
      parts == [
        "Result", "Curves", "Health", "Evaluation", "Data", "Layers", "Network", "Configuration",
        "Environment", "Reproduce",
      ])
    let page = try String(
      contentsOf: folder.url.appendingPathComponent("run/report.html"), encoding: .utf8)
    #expect(page.contains("Content-Security-Policy") && page.contains("default-src 'none'"))
    #expect(!page.contains("<script"))
    // Names of namespaces are no addresses.
    let links = page.replacingOccurrences(of: "http://www.w3.org/2000/svg", with: "")
    #expect(!links.contains("http://") && !links.contains("https://") && !links.contains("url("))
    for name in [
      "confusion", "confusion-percent", "class-scores", "results", "top-losses", "reliability",
      "first-batch", "layer-stats",
    ] { #expect(page.components(separatedBy: "alt=\"\(name)\"").count == 2, "\(name)") }
    // mnist-mini has as many images of each digit.
    #expect(page.contains("<summary>Images of each class</summary>"))
    #expect(page.contains("cross-entropy (nats)"))
    for words in [
      "<svg", "data:image/svg+xml;base64,", "prefers-color-scheme: dark", "--weight-decay",
      "instruction set", "fovea reproduce", "fovea train mnist-mini --batch-size 512",
    ] { #expect(page.contains(words), "\(words)") }

    let command = try #require(
      page.components(separatedBy: "<code>").last?.components(separatedBy: "</code>").first)
    let words = command.split(separator: " ").dropFirst().map(String.init)
    let again = try tool.run(words + ["--out", "again"])
    #expect(again.status == 0, "\(command): \(again.errors)")
    let shown = try tool.run("runs", "compare", "run", "again")
    #expect(shown.output.contains("all alike"), "\(shown.output)")
  }

  @Test func `names are harmless`() throws {
    let evil = "<img src=x onerror=alert(1)>&\"'\u{202e}"
    let pictures = try PictureSet(folder.url.appendingPathComponent("pictures"))
    try pictures.fill([evil: 180, "plain": 20], count: 10)
    let trained = try tool.run(
      "train", "pictures", "--epochs", "1", "--batch-size", "4", "--report", "--out", evil)
    #expect(trained.status == 0, "\(trained.errors)")
    let written = folder.url.appendingPathComponent(evil).appendingPathComponent("report.html")
    #expect(!(try String(contentsOf: written, encoding: .utf8).contains("are not there yet")))
    let outcome = try tool.run("report", evil, "--evaluate", "--out", "page.html")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let page = try String(
      contentsOf: folder.url.appendingPathComponent("page.html"), encoding: .utf8)
    #expect(!page.contains("<img src=x") && !page.contains("\u{202e}"))
    #expect(page.contains("&lt;img src=x onerror=alert(1)&gt;&amp;&quot;"))
  }

  @Test func `a run that failed has a page too`() throws {
    let trained = try tool.run(
      "train", "mnist-mini", "--epochs", "1", "--max-lr", "1e30", "--optimizer", "sgd",
      "--schedule", "constant", "--out", "run")
    #expect(trained.status == 1)
    let outcome = try tool.run("report", "run")
    #expect(outcome.status == 0, "\(outcome.errors)")
    let page = try String(
      contentsOf: folder.url.appendingPathComponent("run/report.html"), encoding: .utf8)
    #expect(page.contains("The run failed: "))
    let refused = try tool.run("report", "run", "--evaluate")
    #expect(refused.status == 2 && refused.errors.contains("no checkpoint to evaluate"))
  }
}
