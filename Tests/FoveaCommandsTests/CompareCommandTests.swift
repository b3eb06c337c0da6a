import FoveaAnalysis
import FoveaCommands
import FoveaTensors
import FoveaZoo
import Foundation
import FuzzSupport
import Testing

@Suite struct CompareCommandTests {
  @Test func `networks and designs stand side by side, each with its memory`() throws {
    let report = try CompareCommand(
      designs: ["lenet5", "vs", "conv5x5 c6+maxpool2 vs conv3x3*2", "conv3x3 at 1x28x28"]
    ).run()
    let networks = report.comparison.networks
    #expect(
      networks.map(\.name) == ["lenet5", "conv5x5 c6+maxpool2", "conv3x3*2", "conv3x3"])
    #expect(networks.allSatisfy { $0.inputShape == [1, 1, 28, 28] })
    #expect(networks.allSatisfy { ($0.peakInferenceBytes ?? 0) > $0.weightBytes })
    #expect(!report.isInline)
    #expect(report.comparison.channels == 1)
  }

  @Test func `input, classes and batch reach every design`() throws {
    var command = CompareCommand(
      designs: ["resnet18-cifar", "conv3x3"], input: [4, 16, 16], classes: 3, batch: 2)
    let networks = try command.run().comparison.networks
    #expect(networks.map(\.inputShape) == [[2, 4, 16, 16], [2, 4, 16, 16]])
    #expect(networks.map(\.outputShape) == [[2, 3], [2, 4, 16, 16]])
    // What a design says itself goes before.
    command.designs = ["conv3x3 at 8x8x8", "conv3x3"]
    #expect(
      try command.run().comparison.networks.map(\.inputShape) == [[2, 8, 8, 8], [2, 4, 16, 16]])
  }

  @Test(arguments: [
    ([], "second design"), (["resnet18"], "second design"), (["conv3x3 vs conv5x5"], "comes into"),
    (["resnet18", "resnet19"], "resnet18"), (["conv3x3 vs conv5x at 1x8x8"], "character 18"),
    (Array(repeating: "lenet5", count: 17), "2 to 16"), (["relu vs gap", "x +"], "a layer"),
  ])
  func `a request that says too little or too much is refused`(designs: [String], word: String) {
    #expect { try CompareCommand(designs: designs).run() } throws: { error in
      (error as? CommandError)?.isUsage == true && "\(error)".contains(word)
    }
  }

  @Test func `text tables and values agree with the report`() throws {
    let report = try CompareCommand(designs: ["conv3x3*3 vs conv7x7 at 64x56x56"]).run()
    let data = try ReportCoding.encode(report)
    #expect(try ReportCoding.decode(CompareCommand.Report.self, from: data) == report)
    #expect(report.isInline)
  }

  @Test func `designs of any numbers are counted or refused`() throws {
    let words = [
      "conv3x3", "dw9x1", "conv1048576", "separable5", "basic/3", "bottleneck", "inverted/7 x64",
      "maxpool2", "maxpool3/1 p1", "avgpool3", "gap", "flatten", "fc10", "fc", "fc1048576", "+",
      "+",
      "+", "c1048576", "c4", "g2", "d999999", "p3", "*3", "/2", "bn", "bias",
    ]
    for round in 0..<min(Fuzz.rounds, 300) {
      let stream = RandomStream(seed: UInt64(round), named: "compare")
      let text = (1...5).map { words[stream.integer(at: $0, below: words.count)] }
        .joined(separator: " ")
      let place = ["4x6x6", "1048576x1x1", "8x100000x100000"][stream.integer(at: 0, below: 3)]
      do {
        _ = try CompareCommand(designs: ["\(text) vs conv1x1 at \(place)"]).run()
      } catch {
        #expect(!"\(error)".isEmpty)
      }
    }
  }
}

@Suite struct DiffCommandTests {
  @Test func `a checkpoint's or graph's file is compared like a name`() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fovea-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("graph.json").path
    try JSONEncoder().encode(ZooModel.resnet50V1.build().inference)
      .write(to: URL(fileURLWithPath: file))
    #expect(try DiffCommand(before: file, after: "resnet50-v1").run().isSame)
    let difference = try DiffCommand(before: file, after: "resnet50", classes: 1000).run()
    #expect(difference.changes.count == 6)
    #expect(difference.before.peakInferenceBytes ?? 0 > difference.before.weightBytes)
    // Both on another image.
    let small = try DiffCommand(before: file, after: "resnet50", input: [3, 64, 64]).run()
    #expect(small.before.inputShape == [1, 3, 64, 64] && small.changes.count == 6)
  }

  @Test func `classes count as a change of the last layer`() throws {
    let difference = try DiffCommand(
      before: "resnet18", after: "resnet18-cifar", input: [3, 32, 32]
    )
    .run()
    #expect(difference.changes.contains { $0.pathAfter == "fc" })
    #expect(
      try !DiffCommand(
        before: "resnet18", after: "resnet18-cifar", input: [3, 32, 32], classes: 10
      )
      .run().changes.contains { $0.pathAfter == "fc" })
    #expect(throws: CommandError.self) { try DiffCommand(before: "resnet18", after: "x").run() }
  }
}
