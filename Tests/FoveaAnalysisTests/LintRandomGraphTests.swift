import FoveaAnalysis
import FoveaGraph
import FoveaTensors
import Foundation
import FuzzSupport
import Testing

/// Graphs that nobody would write: no rule may trap, whatever a file holds.
@Suite struct LintRandomGraphTests {
  private struct Choices {
    let stream: RandomStream
    var index: UInt64 = 0

    init(seed: Int) { stream = RandomStream(seed: UInt64(seed), named: "lint") }

    mutating func integer(_ range: ClosedRange<Int>) -> Int {
      defer { index += 1 }
      return range.lowerBound + stream.integer(at: index, below: range.count)
    }

    mutating func element<Element>(of choices: [Element]) -> Element {
      choices[integer(0...choices.count - 1)]
    }

    mutating func window() throws -> Window {
      try Window(
        kernel: integer(1...5), stride: integer(1...4), dilation: integer(1...3),
        padding: Window.Padding(before: integer(0...3), after: integer(0...3)))
    }
  }

  /// A graph of whatever fits, from one or two inputs; what does not fit is left out.
  private static func graph(_ choices: inout Choices) throws -> Graph {
    var builder = GraphBuilder()
    let extent = choices.element(of: [1, 2, 7, 16, 33])
    var values = [
      try builder.input("image", [choices.integer(1...2), choices.integer(1...4), extent, extent])
    ]
    if choices.integer(0...1) == 1 { values.append(try builder.input("other", [2, 6])) }
    for index in 0..<choices.integer(1...40) {
      let path = "layer\(index)"
      let value = choices.element(of: Array(values.suffix(choices.element(of: [1, 2, 100]))))
      let shape = builder.shape(of: value)
      let channels = choices.integer(1...6)
      func variable(_ name: String, _ shape: Shape) throws -> Value {
        try builder.variable(
          "\(path).\(name)", shape, role: choices.integer(0...3) == 0 ? .buffer : .parameter)
      }
      let made: Value? =
        switch choices.integer(0...15) {
        case 0...4 where shape.rank == 4:
          try? {
            let (rows, columns) = (try choices.window(), try choices.window())
            let weight = try variable("weight", [channels, shape[1], rows.kernel, columns.kernel])
            let bias = choices.integer(0...1) == 1 ? [try variable("bias", [channels])] : []
            return try builder.append(
              Conv2d(rows: rows, columns: columns), [value, weight] + bias, path: path)[0]
          }()
        case 5 where shape.rank == 4:
          try? {
            let window = try choices.window()
            let height = (shape[2] - 1) * window.stride + window.reach
            let width = (shape[3] - 1) * window.stride + window.reach
            let weight = try variable("weight", [shape[1], channels, window.kernel, window.kernel])
            let plain = try Window(
              kernel: window.kernel, stride: window.stride, dilation: window.dilation)
            let whole = try builder.apply(
              Constant(0, shape: [shape[0], channels, height, width]), path: path)
            return try builder.apply(
              Conv2dInputGradient(convolution: Conv2d(rows: plain, columns: plain)), value, weight,
              whole, path: path)
          }()
        case 6 where shape.rank == 4:
          try? {
            let statistics = [
              try variable("mean", [shape[1]]), try variable("variance", [shape[1]]),
            ]
            return try builder.append(
              BatchNorm2d(epsilon: 1e-5), [value] + statistics, path: path)[0]
          }()
        case 7:
          try? {
            let (rows, columns) = (try choices.window(), try choices.window())
            return try builder.apply(MaxPool2d(rows: rows, columns: columns), value, path: path)
          }()
        case 8: try? builder.apply(AdaptiveAvgPool2d(height: 1, width: 1), value, path: path)
        case 9: try? builder.apply(Flatten(), value, path: path)
        case 10 where shape.rank == 2:
          try? {
            let weight = try variable("weight", [channels, shape[1]])
            return try builder.apply(Linear(), value, weight, path: path)
          }()
        case 11: try? builder.apply(ReLU(), value, path: path)
        case 12: try? builder.apply(Softmax(axis: 1), value, path: path)
        case 13:
          try? builder.apply(
            Binary(choices.element(of: [.add, .multiply])), value, choices.element(of: values),
            path: path)
        case 14:
          try? builder.append(
            Concat(axis: 1), [value, choices.element(of: values)], path: path)[0]
        default: try? builder.apply(Sigmoid(), value, path: path)
        }
      if let made { values.append(made) }
    }
    for index in 0..<choices.integer(0...3) {
      try builder.output("output\(index)", choices.element(of: values))
    }
    return builder.graph
  }

  private static func expectSound(_ context: LintContext, _ what: String) {
    let layers = Set(context.graph.nodes.map(\.path))
    for rule in LintRules.all {
      _ = rule.canCheck(context)
      for finding in rule.findings(in: context) {
        #expect(finding.rule == rule.identifier)
        #expect(finding.severity <= rule.severity, "\(what): \(finding)")
        #expect(layers.contains(finding.layer), "\(what): \(finding)")
        #expect(!finding.message.isEmpty && !finding.remedy.isEmpty)
        #expect(finding.numbers.values.allSatisfy { $0.isFinite }, "\(what): \(finding)")
      }
    }
  }

  @Test func `random graphs are looked at without a trap, and alike each time`() throws {
    var found: Set<String> = []
    for seed in 0..<2000 {
      var choices = Choices(seed: seed)
      let graph = try Self.graph(&choices)
      let context = try LintContext(
        graph, batch: choices.element(of: [nil, 1, 4]),
        objectSize: choices.element(of: [nil, PixelSize(height: 5, width: .max)]))
      Self.expectSound(context, "seed \(seed)")
      let findings = LintRules.findings(in: context)
      #expect(findings == LintRules.findings(in: context))
      #expect(findings.map(\.severity) == findings.map(\.severity).sorted(by: >))
      found.formUnion(findings.map(\.rule))
    }
    // All but deep networks come up by chance.
    #expect(found.count >= LintRules.all.count - 4, "\(found.sorted())")
  }

  @Test func `damaged files of graphs are refused or looked at`() throws {
    let originals = try (0..<20).map { seed in
      var choices = Choices(seed: seed)
      return [UInt8](try JSONEncoder().encode(Self.graph(&choices)))
    }
    for round in 0..<Fuzz.rounds {
      let data = Data(Fuzz.file(from: originals, round: round, named: "lint"))
      guard let graph = try? JSONDecoder().decode(Graph.self, from: data),
        let context = try? LintContext(graph, batch: 1)
      else { continue }
      Self.expectSound(context, "round \(round)")
    }
  }

  @Test func `the largest shapes make no number overflow`() throws {
    var builder = GraphBuilder()
    let side = 1 << 20
    var value = try builder.input("image", [1, 1, side, side])
    for index in 0..<3 {
      value = try builder.apply(
        MaxPool2d(
          rows: Window(kernel: 3, stride: 2, padding: Window.Padding(1)),
          columns: Window(kernel: 3, stride: 2, padding: Window.Padding(1))), value,
        path: "pool\(index)")
    }
    // Weights with the most elements that there may be, of one value and of 2⁸ channels.
    for (index, (kernel, channels)) in [(1 << 20, 1 << 8), (1 << 18, 1 << 4)].enumerated() {
      let window = try Window(
        kernel: kernel, stride: Window.largest, padding: Window.Padding(Window.largest / 2))
      let weight = try builder.variable(
        "weight\(index)", [channels, builder.shape(of: value)[1], kernel, kernel],
        role: .parameter)
      #expect(builder.shape(of: weight).elementCount == Shape.largestElementCount)
      value = try builder.apply(
        Conv2d(rows: window, columns: window), value, weight, path: "conv\(index)")
    }
    try builder.output("output", value)
    Self.expectSound(
      try LintContext(
        builder.graph, batch: 1, objectSize: PixelSize(height: .max, width: .max)), "large")
  }
}
