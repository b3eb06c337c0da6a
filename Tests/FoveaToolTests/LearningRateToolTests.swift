import Foundation
import Testing

#if canImport(FoundationXML)
import FoundationXML
#endif

/// `fovea lr-find`.
@Suite struct LearningRateToolTests {
  let folder: TemporaryFolder
  let tool: Tool

  init() throws {
    folder = try TemporaryFolder()
    tool = Tool(folder: folder.url)
  }

  private static let suggestions = [
    ("valley", "valley"), ("steepest", "steepest"), ("minimum / 10", "minimumOverTen"),
  ]

  private struct Point: Decodable {
    let learningRate: Double
    let loss: Double
    let smoothedLoss: Double
  }

  private static func points(_ report: [String: Any]) throws -> [Point] {
    let coded = try JSONSerialization.data(withJSONObject: try #require(report["points"]))
    return try JSONDecoder().decode([Point].self, from: coded)
  }

  @Test func `three rates are suggested, printed, drawn, and given as JSON`() throws {
    let arguments = [
      "lr-find", "mnist-mini", "--optimizer", "sgd", "--start-lr", "1e-4", "--end-lr", "100",
      "--steps", "40", "--out", "rates.svg",
    ]
    let outcome = try tool.run(arguments + ["--json"])
    #expect(outcome.status == 0, "\(outcome.errors)")
    let report = try outcome.json()
    let points = try Self.points(report)
    #expect(points.count > 20 && points.count <= 40)
    #expect(points.first?.learningRate == Double(Float(1e-4)))
    let ratio = pow(1e6, 1.0 / 39)
    for (first, second) in zip(points, points.dropFirst()) {
      #expect(abs(second.learningRate / first.learningRate / ratio - 1) < 1e-5)
    }
    #expect(report["hasDiverged"] as? Bool == (points.count < 40))
    let chart = try #require(report["chart"] as? [String: Any])
    #expect((chart["file"] as? String)?.hasSuffix("rates.svg") == true)

    let file = folder.url.appendingPathComponent("rates.svg")
    let document = try XMLDocument(contentsOf: file)
    func values(_ name: String, _ attribute: String = "") throws -> [String] {
      try document.nodes(forXPath: "//*[local-name()='\(name)']\(attribute)")
        .compactMap(\.stringValue)
    }
    let texts = try values("text")
    #expect(texts.contains("Learning rates for simple-cnn on mnist-mini"))
    #expect(texts.contains("learning rate"))
    #expect(texts.contains("cross-entropy (nats)"))
    // The curves say where the first and the last rate are.
    let curves = try values("polyline", "/@points").map { line in
      try line.split(separator: " ").map {
        try #require($0.split(separator: ",").first.flatMap { Double($0) })
      }
    }
    #expect(curves.count == 2)
    #expect(curves.allSatisfy { $0.count == points.count })
    let columns = try #require(curves.first)
    let (left, right) = (try #require(columns.first), try #require(columns.last))
    let last = try #require(points.last).learningRate
    let step = (right - left) / Double(points.count - 1)
    // The first three are the legend's.
    let dots = try values("circle", "/@cx").compactMap { Double($0) }.dropFirst(3)
    #expect(dots.count == 3)

    let printed = try tool.run(arguments)
    #expect(printed.status == 0, "\(printed.errors)")
    for (name, key) in Self.suggestions {
      let rate = try #require(report[key] as? Double, "\(key)")
      let text = String(format: "%.6g", rate)
      #expect(texts.contains("\(name): \(text)"), "\(texts)")
      let line = printed.output.split(separator: "\n").first { $0.hasPrefix(name) }
      #expect(line?.hasSuffix(" \(text)") == true, "\(printed.output)")
      // A tenth of a rate that was tried lies between two that were.
      let place = left + (right - left) * log(rate / 1e-4) / log(last / 1e-4)
      #expect(dots.contains { abs($0 - place) <= step / 2 + 0.1 }, "\(name) at \(place): \(dots)")
    }
    #expect(printed.output.contains("The loss "))
    #expect(printed.output.contains("Chart: rates.svg"))
    // The sweep trains nothing that stays.
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
        == ["rates.svg", "run.err", "run.out"])
  }

  @Test func `a network that has learned is swept as it would be fine-tuned`() throws {
    let trained = try tool.run(
      "train", "mnist-mini", "--epochs", "1", "--batch-size", "512", "--out", "first")
    #expect(trained.status == 0, "\(trained.errors)")
    func points(_ options: String...) throws -> [Point] {
      let outcome = try tool.run(
        ["lr-find", "mnist-mini", "--batch-size", "128", "--steps", "12", "--json"] + options)
      #expect(outcome.status == 0, "\(outcome.errors)")
      return try Self.points(outcome.json())
    }
    let fresh = try points()
    let learned = try points("--from", "first")
    // Rates this small have changed nothing yet.
    #expect(try #require(learned.first).loss < 0.5 * (try #require(fresh.first).loss))
    let head = try points("--from", "first", "--new-head", "--freeze-body", "1")
    let all = try points("--from", "first", "--new-head", "--body-lr-factor", "1")
    // Frozen normalisations answer by their running statistics.
    #expect(head.map(\.loss) != all.map(\.loss))
    let refused = try tool.run("lr-find", "mnist-mini", "--freeze-body", "1")
    #expect(refused.status == 2)
    #expect(refused.errors.contains("name others with --from"), "\(refused.errors)")
  }

  @Test func `ranges that are none are refused by the option's name`() throws {
    let cases: [(options: [String], words: String)] = [
      (["--start-lr", "0"], "--start-lr is a number above 0"),
      (["--start-lr", "1", "--end-lr", "0.1"], "--end-lr is a number above --start-lr"),
      (["--steps", "3"], "--steps is 10 to 100000"),
      (["--out", "rates.pdf"], ".svg"),
    ]
    for (options, words) in cases {
      let outcome = try tool.run(["lr-find", "mnist-mini"] + options)
      #expect(outcome.status == 2, "\(options): \(outcome.output)")
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }
  }
}
