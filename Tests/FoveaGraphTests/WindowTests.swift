import FoveaGraph
import FoveaTensors
import FuzzSupport
import Testing

/// A window along one axis, and the number of positions that PyTorch 2 gives it
/// (`torch.nn.functional.max_pool2d`).
struct WindowCase: CustomTestStringConvertible {
  let extent: Int
  let kernel: Int
  let stride: Int
  var padding = 0
  var dilation = 1
  var ceilMode = false
  let positions: Int

  var testDescription: String {
    "\(extent): kernel \(kernel), stride \(stride), padding \(padding), dilation \(dilation)"
      + (ceilMode ? ", ceil" : "")
  }

  static let recorded = [
    WindowCase(extent: 28, kernel: 5, stride: 2, padding: 2, positions: 14),
    WindowCase(extent: 224, kernel: 7, stride: 2, padding: 3, positions: 112),
    WindowCase(extent: 112, kernel: 3, stride: 2, padding: 1, positions: 56),
    WindowCase(extent: 32, kernel: 3, stride: 1, padding: 1, positions: 32),
    WindowCase(extent: 1, kernel: 1, stride: 1, positions: 1),
    WindowCase(extent: 9, kernel: 3, stride: 1, dilation: 3, positions: 3),
    WindowCase(extent: 6, kernel: 3, stride: 2, dilation: 2, positions: 1),
    // (28 − 3) / 2 + 1 is 13.5: the formula without its floor names half a pixel.
    WindowCase(extent: 28, kernel: 3, stride: 2, positions: 13),
    WindowCase(extent: 55, kernel: 3, stride: 2, positions: 27),
    WindowCase(extent: 5, kernel: 2, stride: 2, positions: 2),
    // Rounded up, a last window may hang over the end …
    WindowCase(extent: 5, kernel: 2, stride: 2, ceilMode: true, positions: 3),
    WindowCase(extent: 112, kernel: 3, stride: 2, padding: 1, ceilMode: true, positions: 57),
    WindowCase(extent: 7, kernel: 3, stride: 2, padding: 1, ceilMode: true, positions: 4),
    WindowCase(extent: 13, kernel: 3, stride: 2, ceilMode: true, positions: 6),
    WindowCase(extent: 8, kernel: 2, stride: 5, padding: 1, ceilMode: true, positions: 2),
    WindowCase(extent: 3, kernel: 2, stride: 3, padding: 1, ceilMode: true, positions: 2),
    // … but not start behind the last pixel.
    WindowCase(extent: 2, kernel: 2, stride: 3, padding: 1, ceilMode: true, positions: 1),
    WindowCase(extent: 3, kernel: 2, stride: 2, padding: 1, ceilMode: true, positions: 2),
  ]
}

@Suite struct WindowTests {
  @Test(arguments: WindowCase.recorded)
  func `has as many positions as in PyTorch`(recorded: WindowCase) throws {
    let window = try Window(
      kernel: recorded.kernel, stride: recorded.stride, dilation: recorded.dilation,
      padding: Window.Padding(recorded.padding), ceilMode: recorded.ceilMode)
    #expect(window.positions(on: recorded.extent) == recorded.positions)
  }

  /// The definition: where each position starts, found by walking along the padded axis.
  private static func starts(_ window: Window, on extent: Int) -> [Int] {
    var starts: [Int] = []
    var start = -window.padding.before
    while start + window.reach <= extent + window.padding.after {
      starts.append(start)
      start += window.stride
    }
    guard window.ceilMode, let last = starts.last else { return starts }
    if last + window.reach < extent + window.padding.after { starts.append(start) }
    return starts.last.map { $0 >= extent } == true ? starts.dropLast() : starts
  }

  @Test func `agrees with a walk along the axis`() throws {
    var random = SeededChoices(seed: 1603, named: "windows")
    for _ in 0..<2000 {
      let extent = random.integer(1...24)
      let window = try Window(
        kernel: random.integer(1...7), stride: random.integer(1...5),
        dilation: random.integer(1...3),
        padding: Window.Padding(before: random.integer(0...4), after: random.integer(0...4)),
        ceilMode: random.integer(0...1) == 1)
      let starts = Self.starts(window, on: extent)
      #expect((window.positions(on: extent) ?? 0) == starts.count, "\(window) on \(extent)")
      if let last = starts.last {
        let unused = max(0, extent + window.padding.after - last - window.reach)
        #expect(window.unusedPixels(on: extent) == unused, "\(window) on \(extent)")
      }
    }
  }

  @Test func `does not fit where its reach passes the padded axis`() throws {
    let window = try Window(kernel: 3, dilation: 2, padding: Window.Padding(before: 1, after: 0))
    #expect(window.reach == 5)
    #expect(window.positions(on: 3) == nil)
    #expect(window.positions(on: 4) == 1)
  }

  @Test func `says how many pixels its stride leaves over`() throws {
    #expect(try Window(kernel: 3, stride: 2).unusedPixels(on: 28) == 1)
    #expect(try Window(kernel: 2, stride: 2).unusedPixels(on: 28) == 0)
  }

  @Test(arguments: [
    (0, 1, 1, 0), (3, 0, 1, 0), (3, 1, 0, 0), (3, 1, 1, -1), (Window.largest + 1, 1, 1, 0),
    (3, 1, .max, 0), (3, 1, 1, .max), (.min, 1, 1, 0),
  ])
  func `refuses what no window has`(kernel: Int, stride: Int, dilation: Int, padding: Int) {
    let both = Window.Padding(padding)
    #expect(
      throws: OperationError.window(
        kernel: kernel, stride: stride, dilation: dilation, padding: both)
    ) {
      try Window(kernel: kernel, stride: stride, dilation: dilation, padding: both)
    }
  }

  @Test func `the largest window overflows nothing`() throws {
    let largest = Window.largest
    let window = try Window(
      kernel: largest, stride: largest, dilation: largest, padding: Window.Padding(largest),
      ceilMode: true)
    #expect(window.positions(on: Shape.largestElementCount) != nil)
    #expect(window.unusedPixels(on: Shape.largestElementCount) >= 0)
  }
}
