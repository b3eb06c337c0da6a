import FoveaGraph
import Testing

@testable import FoveaDrawing

/// Every small window that there is.
private let windows: [Window] = {
  var windows: [Window] = []
  for kernel in 1...4 {
    for stride in 1...3 {
      for dilation in 1...3 {
        for padding in 0...2 {
          for ceilMode in [false, true] {
            let window = try? Window(
              kernel: kernel, stride: stride, dilation: dilation, padding: .init(padding),
              ceilMode: ceilMode)
            if let window { windows.append(window) }
          }
        }
      }
    }
  }
  return windows
}()

private func window(
  _ kernel: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1, ceilMode: Bool = false
) throws -> Window {
  try Window(
    kernel: kernel, stride: stride, dilation: dilation, padding: .init(padding), ceilMode: ceilMode)
}

@Suite struct ConvolutionSweepTests {
  @Test func `positions and taps are the window's`() throws {
    var drawn = 0
    for window in windows {
      let kinds: [ConvolutionSweep.Kind] = window.ceilMode ? [.pooling] : [.convolution, .pooling]
      for (kind, input) in kinds.flatMap({ kind in (1...9).map { (kind, $0) } }) {
        guard let sweep = try? ConvolutionSweep(kind, window: window, input: input) else {
          let isTooPadded = kind == .pooling && window.padding.before * 2 > window.kernel
          #expect(isTooPadded || window.positions(on: input) == nil, "\(kind) \(window) \(input)")
          continue
        }
        drawn += 1
        #expect(sweep.outputExtent == window.positions(on: input))
        var uses = [Int](repeating: 0, count: input)
        for position in 0..<sweep.outputExtent {
          let first = position * window.stride - window.padding.before
          let taps = (0..<window.kernel).map { first + $0 * window.dilation }
          #expect(sweep.taps(at: position) == taps)
          #expect(taps.allSatisfy(sweep.drawnPixels.contains))
          for tap in taps where 0..<input ~= tap { uses[tap] += 1 }
        }
        #expect(sweep.uses == uses)
        #expect(sweep.formula.contains("= \(sweep.outputExtent)"), "\(sweep.formula)")
      }
    }
    #expect(drawn > 1000)
  }

  @Test func `a transposed convolution turns the convolution round`() throws {
    for window in windows where !window.ceilMode {
      for (input, more) in [(1, 0), (3, 0), (5, 1)] {
        guard
          let sweep = try? ConvolutionSweep(
            .transposedConvolution, window: window, input: input, outputPadding: more)
        else {
          let extent = (input - 1) * window.stride + window.reach - 2 * window.padding.before + more
          #expect(extent < 1 || more >= max(window.stride, window.dilation))
          continue
        }
        // The convolution of its result has as many positions; less than a stride more changes nothing.
        if more < window.stride { #expect(window.positions(on: sweep.outputExtent) == input) }
        #expect(sweep.uses.count == sweep.outputExtent)
        #expect(sweep.formula.contains("= \(sweep.outputExtent)"))
      }
    }
  }

  @Test func `uneven overlap and unread pixels are counted`() throws {
    let board = try ConvolutionSweep(
      .transposedConvolution, window: window(3, stride: 2, padding: 1), input: 3, outputPadding: 1)
    #expect(board.outputExtent == 6)
    #expect(board.uses == [1, 2, 1, 2, 1, 1])
    let skipped = try ConvolutionSweep(.convolution, window: window(2, stride: 3), input: 9)
    #expect(skipped.uses == [1, 1, 0, 1, 1, 0, 1, 1, 0])
  }

  @Test func `the formula says why ceil mode drops a position`() throws {
    let sweep = try ConvolutionSweep(
      .pooling, window: window(2, stride: 3, padding: 1, ceilMode: true), input: 5)
    #expect(sweep.outputExtent == 2)
    #expect(sweep.formula.contains("− 1 = 2, since the last would start in the padding"))
  }

  @Test func `rows show every tap at its pixel`() throws {
    for sweep in [
      try ConvolutionSweep(
        .convolution, window: window(3, stride: 2, padding: 1, dilation: 2), input: 9),
      try ConvolutionSweep(
        .transposedConvolution, window: window(3, stride: 2, padding: 1), input: 4),
      try ConvolutionSweep(.pooling, window: window(3, stride: 2, ceilMode: true), input: 8),
    ] {
      let svg = try ParsedSVG(sweep.svg(.rows))
      // Taps are 20 pixels wide, pixels 26; positions are as wide and filled, but round.
      let taps = svg.elements(named: "rect").filter { $0["width"] == "20" }
      #expect(taps.count == sweep.positions * sweep.window.kernel)
      let cells = svg.elements(named: "rect").filter { $0["width"] == "26" && $0["rx"] == nil }
      #expect(cells.count == sweep.positions * sweep.drawnPixels.count)
      let places = cells.compactMap { $0["x"].flatMap(Double.init) }
      let left = try #require(places.min())
      for (index, tap) in taps.enumerated() {
        let pixel = sweep.taps(at: index / sweep.window.kernel)[index % sweep.window.kernel]
        let x = left + Double(pixel - sweep.drawnPixels.lowerBound) * 26 + 3
        #expect(tap["x"] == SVGElement.pixels(x))
        // Those outside the image are hollow.
        #expect((tap["fill"] == Paint.paper.light) == !(0..<sweep.extent ~= pixel))
      }
      #expect(svg.texts.contains(sweep.formula))
    }
  }

  @Test func `frames show the first, the middle and the last positions`() throws {
    let sweep = try ConvolutionSweep(.convolution, window: window(3, padding: 1), input: 7)
    let svg = try ParsedSVG(sweep.svg(.frames))
    let names = svg.texts.filter { $0.hasPrefix("output ") }
    #expect(names.count == 9)
    #expect(names.contains("output 0, 3") && names.contains("output 6, 6"))
    let taps = svg.elements(named: "rect").filter { $0["fill"] == Paint.orange.light }
    #expect(taps.count == 9 * 9)
  }

  @Test func `an animation stops at every position`() throws {
    let sweep = try ConvolutionSweep(
      .transposedConvolution, window: window(2, stride: 2), input: 3)
    let svg = try ParsedSVG(sweep.svg(.animation))
    let motions = svg.elements(named: "animateTransform")
    #expect(motions.count == 2)
    for motion in motions {
      #expect(motion["values"]?.split(separator: ";").count == 9)
      #expect(motion["calcMode"] == "discrete")
    }
    #expect(motions[0]["values"]?.hasSuffix(";112 112") == true, "two strides of two pixels")
  }

  @Test func `what makes no picture is refused`() throws {
    #expect(throws: DrawingError.windowTooLarge(reach: 7, padded: 5)) {
      try ConvolutionSweep(.convolution, window: window(7), input: 5)
    }
    #expect(throws: DrawingError.nothingLeft(-1)) {
      try ConvolutionSweep(.transposedConvolution, window: window(3, padding: 2), input: 1)
    }
    for (kind, window, input, more) in [
      (.convolution, try window(3), 0, 0), (.convolution, try window(3), 5, 1),
      (.transposedConvolution, try window(3, stride: 2), 5, 2),
      (.transposedConvolution, try window(3, ceilMode: true), 5, 0),
      (.pooling, try window(2, padding: 2), 5, 0),
    ] as [(ConvolutionSweep.Kind, Window, Int, Int)] {
      #expect(throws: DrawingError.self) {
        try ConvolutionSweep(kind, window: window, input: input, outputPadding: more)
      }
    }
    let large = try ConvolutionSweep(.convolution, window: window(3), input: 1000)
    for style in ConvolutionSweep.Style.allCases {
      #expect(throws: DrawingError.self) { try large.svg(style) }
    }
  }
}
