import FoveaCommands
import FoveaTensors
import Foundation
import Testing

@Suite struct BenchCommandTests {
  static func bench(isTraining: Bool, trace: String? = nil) -> BenchCommand {
    BenchCommand(
      model: "simple-cnn", isTraining: isTraining, batch: 4, threads: 2, runs: 7, trace: trace)
  }

  @Test(arguments: [false, true])
  func `a report keeps its laws`(isTraining: Bool) throws {
    var setups: [BenchCommand.Setup] = []
    var runs: [Int] = []
    let report = try Self.bench(isTraining: isTraining).run { progress in
      switch progress {
      case .prepared(let setup): setups.append(setup)
      case .measuring(let run, let count, let rate):
        runs.append(run)
        #expect(count == 7 && rate > 0)
      case .profiling(let run, let count, let roofline):
        #expect((1...count).contains(run))
        #expect(roofline.multiplyAddsPerSecond > 0 && roofline.bytesPerSecond > 0)
      }
    }
    #expect(runs == Array(1...7))
    let setup = try #require(setups.first)
    #expect(setups.count == 1 && setup.input == [4, 1, 28, 28] && setup.threads == 2)
    #expect(setup.mode == (isTraining ? .training : .inference))

    #expect(report.minMilliseconds > 0)
    #expect(report.minMilliseconds <= report.medianMilliseconds)
    #expect(report.medianMilliseconds <= report.p95Milliseconds)
    #expect(abs(report.imagesPerSecond * report.medianMilliseconds / 4000 - 1) < 1e-9)
    #expect(report.peakBytes > setup.plannedBytes && setup.plannedBytes > 0)
    for layer in report.layers {
      #expect(layer.milliseconds >= 0 && layer.rooflineMilliseconds > 0, "\(layer.path)")
      #expect(layer.bytes > 0, "\(layer.path)")
    }
  }

  @Test func `inference lists every layer that a summary has`() throws {
    let report = try Self.bench(isTraining: false).run()
    let summary = try SummaryCommand(model: "simple-cnn", batch: 4).run()
    // A view of other memory takes no time and no row.
    let expected = summary.layers.filter { !["Flatten", "Reshape"].contains($0.type) }
    // A row may stand for several layers in a row, and has the path of the first.
    let operations = report.layers.flatMap { $0.operation.split(separator: "+").map(String.init) }
    #expect(operations == expected.map(\.type))
    #expect(Set(report.layers.map(\.path)).isSubset(of: expected.map(\.path)))
    #expect(report.layers.reduce(0) { $0 + $1.multiplyAdds } == summary.totals.multiplyAdds)
  }

  @Test func `training lists both passes and the updates`() throws {
    let operations = try Self.bench(isTraining: true).run().layers.map(\.operation)
    func count(_ name: String) -> Int {
      operations.count { $0.split(separator: "+").contains { $0 == name } }
    }
    #expect(count("Conv2d") == 5 && count("Conv2dWeightGradient") == 5)
    // Nothing asks for the gradient of the images.
    #expect(count("Conv2dInputGradient") == 4)
    #expect(count("CrossEntropy") == 1 && count("SGDUpdate") == 20)
  }

  @Test func `JSON has the promised keys`() throws {
    let report = try Self.bench(isTraining: false).run()
    let data = try ReportCoding.encode(report)
    let object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(
      Set(object.keys) == [
        "medianMilliseconds", "p95Milliseconds", "minMilliseconds", "imagesPerSecond",
        "peakBytes", "layers",
      ])
    #expect(try ReportCoding.decode(BenchReport.self, from: data) == report)
  }

  @Test func `a trace holds one event a stage, one after the other`() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json")
    defer { try? FileManager.default.removeItem(at: url) }
    let report = try Self.bench(isTraining: true, trace: url.path).run()
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any]
    let events = try #require(object?["traceEvents"] as? [[String: Any]])
    #expect(events.count == report.layers.count)
    var end = 0.0
    for event in events {
      #expect(event["ph"] as? String == "X")
      let start = try #require(event["ts"] as? Double)
      #expect(start >= end)
      end = start + (try #require(event["dur"] as? Double))
    }
  }

  @Test func `what progress throws ends the measurement`() throws {
    struct Stop: Error {}
    for last in [1, 3] {
      var seen = 0
      #expect(throws: Stop.self) {
        try Self.bench(isTraining: false).run { _ in
          seen += 1
          if seen == last { throw Stop() }
        }
      }
      #expect(seen == last)
    }
  }
}
