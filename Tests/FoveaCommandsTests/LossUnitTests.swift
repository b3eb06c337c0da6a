import Foundation
import FoveaDrawing
import FoveaTraining
import Testing

@testable import FoveaCommands

@Suite struct LossUnitTests {
  static let units: [(Loss, String?)] = [
    (.crossEntropy, "nats"), (.crossEntropy(classWeights: [1, 2]), "nats"),
    (.softCrossEntropy(labelSmoothing: 0.1), "nats"), (.binaryCrossEntropy(), "nats"),
    (.softCrossEntropy(classWeights: [1, 2]), nil),
    (.binaryCrossEntropy(positiveWeights: [2]), nil), (.softmaxFocal(), nil),
    (.sigmoidFocal(), nil), (.distillation(), nil), (.dice(), nil), (.meanSquaredError, nil),
    (.tripletMargin(), nil),
  ]

  @Test(arguments: units)
  func `a loss tells its unit, where it has one`(loss: Loss, unit: String?) {
    #expect(loss.unit == unit)
    let chart = TrainingCharts.loss(
      title: "net", of: loss, steps: [], epochs: [], stepsPerEpoch: 1)
    #expect(chart.panels.map(\.axis.unit) == [unit])
    #expect(chart.panels.map(\.axis.title) == [loss.name])
    let page = RunCharts.curves(steps: [], epochs: [], of: loss)
    #expect(page[0].panels[0].axis.unit == unit)
  }

  @Test func `a configuration says what is made small`() throws {
    var command = TrainCommand(dataset: "mnist-mini")
    #expect(try TrainConfiguration(command).loss == .crossEntropy)
    command.recipe.loss = .focal
    #expect(try TrainConfiguration(command).loss.unit == nil)
    command.recipe.loss = nil
    command.images.mixup = 0.2
    #expect(try TrainConfiguration(command).loss == .softCrossEntropy())
    command.images.mixup = nil
    command.recipe.teacher = "run"
    #expect(try TrainConfiguration(command).loss == .distillation())
  }

  @Test func `runs with losses of different units share no unit`() throws {
    let parent = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: parent) }
    func run(_ name: String, _ loss: LossName?) throws -> RunFolder {
      let folder = RunFolder(parent.appendingPathComponent(name))
      try FileManager.default.createDirectory(at: folder.url, withIntermediateDirectories: true)
      var command = TrainCommand(dataset: "mnist-mini")
      command.recipe.loss = loss
      try folder.write(try TrainConfiguration(command), to: folder.configuration)
      return folder
    }
    let (plain, binary, focal) = (
      try run("plain", nil), try run("binary", .binaryCrossEntropy), try run("focal", .focal)
    )
    func units(_ folders: [RunFolder]) -> [String?] {
      RunCharts.comparison(folders, quantities: [.trainLoss, .validationLoss, .accuracy])
        .panels.map(\.axis.unit)
    }
    #expect(units([plain, binary]) == ["nats", "nats", "%"])
    #expect(units([plain, focal]) == [nil, nil, "%"])
    #expect(units([focal]) == [nil, nil, "%"])
  }
}
