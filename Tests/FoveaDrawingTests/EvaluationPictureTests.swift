import Foundation
import Testing

@testable import FoveaDrawing

/// A matrix whose classes are mostly right, and sometimes taken for the next one.
private func counts(_ classes: Int) -> [[Int]] {
  (0..<classes).map { row in
    (0..<classes).map { $0 == row ? 95 - row : $0 == (row + 1) % classes ? 5 + row : 0 }
  }
}

@Suite struct EvaluationPictureTests {
  @Test func `a confusion matrix names classes and axes, and counts images`() throws {
    let chart = try ConfusionChart(
      title: "Pets", classNames: ["cat", "dog <x>", "fish"],
      counts: [[40, 3, 0], [7, 50, 0], [0, 0, 0]])
    let svg = try ParsedSVG(chart.svg())
    for text in [
      "Pets", "True class (number of images)", "Predicted class (number of images)", "40", "3", "7",
      "50",
    ] {
      #expect(svg.texts.count { $0 == text } == 1, "\(text)")
    }
    for name in ["cat", "dog <x>", "fish"] { #expect(svg.texts.count { $0 == name } == 2) }
    // Nothing is written where no image is.
    #expect(!svg.texts.contains("0"))
    // Rows are true classes: the three cats that are taken for dogs are right of the forty.
    let places = svg.elements.filter { ["40", "3", "7"].contains($0.text) }.map {
      (Double($0.attributes["x"] ?? "") ?? 0, Double($0.attributes["y"] ?? "") ?? 0)
    }
    #expect(places[0].1 == places[1].1 && places[0].0 < places[1].0)
    #expect(places[0].0 == places[2].0 && places[0].1 < places[2].1)
  }

  @Test(arguments: [(10, true), (20, true), (40, true), (41, false), (100, false)])
  func `many classes say that counts are left out`(classes: Int, hasCounts: Bool) throws {
    let names = (0..<classes).map { "class \($0)" }
    let svg = try ParsedSVG(
      ConfusionChart(title: "Many", classNames: names, counts: counts(classes)).svg())
    #expect(svg.texts.contains("95") == hasCounts)
    #expect(svg.texts.contains { $0.hasPrefix("Numbers have no room") } != hasCounts)
    #expect(svg.texts.count { $0 == "class 9" } == 2)
  }

  @Test func `of more than a hundred classes those with the most mistakes are shown`() throws {
    let names = (0..<130).map { "class \($0)" }
    let chart = try ConfusionChart(title: "Many", classNames: names, counts: counts(130))
    #expect(chart.classNames.count == 100)
    #expect(chart.classNames.last == "class 129")
    #expect(chart.omission?.hasPrefix("100 of 130 classes") == true)
    #expect(chart.support.allSatisfy { $0 == 100 })
    let svg = try ParsedSVG(chart.svg())
    #expect(svg.texts.contains { $0.hasPrefix("100 of 130 classes") })
  }

  @Test func `a matrix that is not square is refused`() {
    #expect(throws: DrawingError.self) {
      try ConfusionChart(title: "", classNames: ["a", "b"], counts: [[1, 2]])
    }
    #expect(throws: DrawingError.self) {
      try ConfusionChart(title: "", classNames: ["a", "b"], counts: [[1, 2], [3]])
    }
  }

  @Test func `a reliability diagram has a bar, a gap and a count for each bin with images`() throws
  {
    let diagram = ReliabilityDiagram(
      title: "Reliability", note: "ECE 3 %",
      bins: [
        .init(0...0.5, images: 0, confidence: 0, accuracy: 0),
        .init(0.5...1, images: 1200, confidence: 0.75, accuracy: 0.5),
      ])
    let svg = try ParsedSVG(diagram.svg())
    for text in [
      "Reliability", "ECE 3 %", "Accuracy (share of images)", "Images (count)",
      "Confidence (probability of the predicted class, share of 1)",
    ] {
      #expect(svg.texts.contains(text), "\(text)")
    }
    let bars = svg.elements(named: "rect").filter { $0["width"] == "218" }
    #expect(bars.map { $0["height"] } == ["220", "110", "88"])
  }
}
