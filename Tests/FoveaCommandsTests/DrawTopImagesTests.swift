import FoveaData
import FoveaRuntime
import FoveaTensors
import FoveaTraining
import Foundation
import Testing

@testable import FoveaCommands

@Suite struct DrawTopImagesTests {
  @Test func `the images with the largest answers are found, the first of equals first`()
    async throws
  {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("fovea-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    let run = folder.appendingPathComponent("run").path
    var training = TrainCommand(dataset: "mnist-mini", output: run)
    training.epochs = 1
    training.batchSize = 500
    _ = try await training.run()
    var command = DrawTopImagesCommand(
      model: run, dataset: "mnist-mini", output: folder.appendingPathComponent("top.svg").path)
    command.layer = "0.1"
    command.channels = [5, 0]
    command.images = 10
    let report = try await command.run()

    let measured = try MeasuredNetwork(requested: run, input: nil)
    let input = try #require(measured.checkpoint?.input)
    let layer = try MapLayer("0.1", of: measured, label: run, question: .maps)
    let (images, _) = try await DatasetRequest("mnist-mini").images(.test, for: input) { _ in }
    let variables = try VariableStore(measured.weights)
    var largest = [[Float]](repeating: [], count: 8)
    var labels: [String] = []
    for try await batch in DataLoader(images, batchSize: 64).batches(epoch: 0) {
      let program = try layer.program(
        images: batch.images.shape, variables: variables, pool: ThreadPool(threads: 1))
      let maps = try layer.answer(to: batch.images, by: program)
      #expect(maps.shape.dimensions == [batch.indices.count, 8, 14, 14])
      let elements = maps.floats
      for row in batch.indices.indices {
        for channel in 0..<8 {
          let start = (row * 8 + channel) * 196
          largest[channel].append(elements[start..<start + 196].max() ?? .nan)
        }
      }
      labels += batch.labels.elements(of: Int32.self).map { input.classNames[Int($0)] }
    }
    #expect(labels.count == images.count && report.images == images.count && report.damaged == 0)
    #expect(report.channels.map(\.channel) == [5, 0])
    for found in report.channels {
      let values = largest[found.channel]
      let order = values.indices.sorted { (-values[$0], $0) < (-values[$1], $1) }.prefix(10)
      #expect(found.answers.map(\.index) == Array(order))
      #expect(found.answers.map(\.largest) == order.map { values[$0] })
      #expect(found.answers.map(\.label) == order.map { labels[$0] })
    }
  }
}
