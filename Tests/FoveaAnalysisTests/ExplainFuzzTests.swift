import FoveaAnalysis
import FoveaGraph
import FoveaTensors
import FuzzSupport
import Testing

/// Questions with random numbers, from the smallest to absurd ones: an answer or an error, never a trap, and what is
/// printed is what was computed.
@Suite struct ExplainFuzzTests {
  /// Numbers of a round, the same for the same seed.
  private struct Source {
    let stream: RandomStream
    var index: UInt64 = 0

    init(_ round: Int) { stream = RandomStream(seed: UInt64(round), named: "explain") }

    mutating func next(_ bound: Int) -> Int {
      defer { index += 1 }
      return stream.integer(at: index, below: bound)
    }

    /// Mostly a number that makes sense, sometimes one that does not.
    mutating func number(_ usual: Int, from least: Int = 1) -> Int {
      let odd = [
        0, -1, 1 << 20, (1 << 20) + 1, 1_000_000_000, .max, .min, 4096, 65_537, Int(Int32.max),
      ]
      return next(16) == 0 ? odd[next(odd.count)] : least + next(usual)
    }

    mutating func pair(_ usual: Int) -> AxisPair<Int> {
      let first = number(usual)
      return next(2) == 0 ? AxisPair(first) : AxisPair(rows: first, columns: number(usual))
    }

    mutating func map() -> MapExtents {
      let side = number(40)
      return MapExtents(height: side, width: next(2) == 0 ? side : number(40), channels: number(12))
    }

    mutating func window() -> SlidingWindow {
      let rules: [PaddingRule] = [
        .same, .valid, .full, .all(number(4, from: 0)),
        .sides(
          top: number(4, from: 0), bottom: number(4, from: 0), left: number(4, from: 0),
          right: number(4, from: 0)),
      ]
      return SlidingWindow(
        kernel: pair(5), stride: pair(3), padding: rules[next(rules.count)], dilation: pair(3))
    }
  }

  private static func working(_ source: inout Source) throws -> Working {
    let (input, window) = (source.map(), source.window())
    switch source.next(10) {
    case 0, 1:
      return try ConvolutionQuestion(
        input: input, filters: source.number(12), window: window, groups: source.number(3),
        bias: source.next(2) == 0
      ).working()
    case 2:
      return try PoolingQuestion(
        input: input, window: window, kind: source.next(2) == 0 ? .max : .average,
        ceilMode: source.next(2) == 0
      ).working()
    case 3: return try LinearQuestion(input: input, outputs: source.number(20)).working()
    case 4:
      return try TransposedQuestion(
        input: input, filters: source.number(12), window: window,
        outputPadding: source.number(2, from: 0), groups: source.number(2)
      ).working()
    case 5:
      return try DepthwiseQuestion(
        input: input, filters: source.number(12), window: window, multiplier: source.number(2)
      ).working()
    case 6:
      return try GroupsQuestion(
        ConvolutionQuestion(
          input: input, filters: source.number(12), window: window, groups: source.number(3))
      ).working()
    case 7:
      let layers = (0...source.next(6)).map { _ in
        ReceptiveFieldQuestion.Layer(
          kernel: source.number(5), stride: source.number(3), padding: source.number(3, from: 0),
          dilation: source.number(3))
      }
      return try ReceptiveFieldQuestion(
        layers: layers, input: source.next(2) == 0 ? nil : source.number(300)
      ).working()
    case 8:
      return try PaddingQuestion(
        kernel: source.number(9), stride: source.number(4), dilation: source.number(4),
        input: source.next(3) == 0 ? nil : source.number(300)
      ).working()
    default:
      return source.next(2) == 0
        ? try BatchNormQuestion(input: input, batch: source.number(64)).working()
        : try WindowsQuestion(
          from: source.number(300), to: source.number(150), largestKernel: source.number(9)
        ).working()
    }
  }

  @Test func `each step's printed numbers give its result`() throws {
    var answers = 0
    for round in 0..<Fuzz.rounds {
      var source = Source(round)
      let working: Working
      do { working = try Self.working(&source) } catch let error as ExplainError {
        #expect("\(error)".count > 20, "round \(round)")
        continue
      }
      answers += 1
      for step in working.steps {
        guard case .count(let result) = step.result else { continue }
        #expect(
          WrittenFormula.value(step.substituted) == result,
          "round \(round): \(step.name): \(step.substituted)")
      }
    }
    #expect(answers > Fuzz.rounds / 4)
  }

  @Test func `every window that is listed makes the extent that was asked for`() throws {
    for round in 0..<200 {
      var source = Source(1_000_000 + round)
      let (from, to) = (1 + source.next(300), 1 + source.next(150))
      let question = WindowsQuestion(from: from, to: to, largestKernel: 9, limit: 1000)
      for row in try question.working().table?.rows ?? [] {
        let numbers = row.prefix(4).map { cell in
          if case .count(let count) = cell { count } else { -1 }
        }
        let window = try Window(
          kernel: numbers[0], stride: numbers[1], dilation: numbers[3],
          padding: Window.Padding(numbers[2]))
        #expect(window.positions(on: from) == to, "\(from) to \(to): \(numbers)")
      }
    }
  }

  @Test func `every transposed convolution that is listed enlarges every map by the factor`() throws
  {
    for scale in 2...5 {
      let rows = try #require(try EnlargingQuestion(scale: scale, largestKernel: 9).working().table)
        .rows
      #expect(!rows.isEmpty)
      for row in rows {
        let numbers = row.prefix(4).map { cell in
          if case .count(let count) = cell { count } else { -1 }
        }
        for side in [1, 3, 8] {
          let working = try TransposedQuestion(
            input: MapExtents(height: side, width: side, channels: 1), filters: 1,
            window: SlidingWindow(numbers[0], stride: numbers[1], padding: numbers[2]),
            outputPadding: numbers[3]
          ).working()
          #expect(working.results["outputHeight"] == .count(scale * side), "\(numbers) on \(side)")
          let isEven = working.results["fewestTaps"] == working.results["mostTaps"]
          #expect(isEven == (row[5] == "even"))
        }
      }
    }
  }

  @Test func `positions on the extents of a count are that count, and beyond them are not`() throws
  {
    for round in 0..<500 {
      var source = Source(2_000_000 + round)
      let window = try Window(
        kernel: 1 + source.next(7), stride: 1 + source.next(4), dilation: 1 + source.next(3),
        padding: Window.Padding(before: source.next(3), after: source.next(3)))
      let count = 1 + source.next(20)
      guard let extents = window.extents(forPositions: count) else { continue }
      for extent in extents { #expect(window.positions(on: extent) == count) }
      #expect(window.positions(on: extents.upperBound + 1) == count + 1)
      if extents.lowerBound > 1 {
        #expect(window.positions(on: extents.lowerBound - 1) != count)
      }
      let extent = 1 + source.next(60)
      let same = try window.paddedToKeep(extent)
      #expect(same.positions(on: extent) == (extent + same.stride - 1) / same.stride)
    }
  }
}
