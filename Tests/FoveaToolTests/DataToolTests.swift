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
    let drawn = try tool.run(
      "data", "preview", "mnist-mini", "--terminal", "--count", "3", "--augment", "none")
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

  @Test func `a dataset that is not there says where it is looked for, and what to fetch`() throws {
    let outcome = try tool.run("data", "info", "cifar-100", "--data", "nowhere")
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains("cifar-100 is in none of "))
    #expect(outcome.errors.contains("https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz"))
    let misspelt = try tool.run("data", "info", "cifar10")
    #expect(misspelt.errors.contains("did you mean 'cifar-10'?"))
  }
}
