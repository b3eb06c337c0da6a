/// How one axis is resized.
struct ResizedAxis {
  let operation: Resize
  let input: Int
  let output: Int
  /// The factor that was asked for, where one was.
  let scale: Double?

  init(_ operation: Resize, from input: Int, to output: Int, scale: Double?) {
    self.operation = operation
    self.input = input
    self.output = output
    self.scale = scale
  }

  /// Input elements for a number of output elements.
  private func scaled(_ length: Double) -> Double {
    if let scale { length / scale } else { length * Double(input) / Double(output) }
  }

  /// Where element `index` of the result lies.
  private func coordinate(_ index: Int) -> Double {
    switch operation.coordinates {
    case .pytorchHalfPixel where output == 1: 0
    case .halfPixel, .pytorchHalfPixel: scaled(Double(index) + 0.5) - 0.5
    case .alignCorners: output == 1 ? 0 : Double(index) * Double(input - 1) / Double(output - 1)
    case .asymmetric: scaled(Double(index))
    }
  }

  /// Whether each element is the same one of the input.
  var isUnchanged: Bool {
    input == output && (scale ?? 1) == 1 && (!operation.excludesOutside || !isCubic)
  }

  private var isCubic: Bool { if case .cubic = operation.interpolation { true } else { false } }

  /// The most terms of an element.
  var termCount: Int {
    let neighbours =
      switch operation.interpolation {
      case .nearest: 1
      case .linear: 2
      case .cubic: 4
      }
    guard operation.antialias else { return neighbours }
    return Int((Double(neighbours) * max(step, 1)).rounded(.up)) + 1
  }

  func table() -> ResamplingTable {
    var table = ResamplingTable(inputExtent: input)
    for index in 0..<output {
      if operation.antialias {
        table.appendRow(averagedTerms(index))
      } else {
        table.appendRow(
          terms(index).map { (index: min(max($0.index, 0), input - 1), weight: $0.weight) })
      }
    }
    return table
  }

  // MARK: Neighbours

  private func terms(_ index: Int) -> [(index: Int, weight: Double)] {
    switch operation.interpolation {
    case .nearest(let rounding): return [(nearest(index, rounding), 1)]
    case .linear:
      let (first, rest) = parts(coordinate(index))
      return [(first, 1 - rest), (first + 1, rest)]
    case .cubic(let coefficient):
      let (first, rest) = parts(coordinate(index))
      let terms = (-1...2).map { (first + $0, Self.cubic(Double($0) - rest, coefficient)) }
      guard operation.excludesOutside else { return terms }
      let inside = terms.filter { 0..<input ~= $0.0 }
      let sum = inside.reduce(0) { $0 + $1.1 }
      return inside.map { ($0.0, $0.1 / sum) }
    }
  }

  private func parts(_ coordinate: Double) -> (first: Int, rest: Double) {
    // Past the ends everything is the outermost element; and no integer is passed.
    let held = min(max(coordinate, -4), Double(input) + 4)
    let first = held.rounded(.down)
    return (Int(first), held - first)
  }

  private func nearest(_ index: Int, _ rounding: Resize.Rounding) -> Int {
    // PyTorch rounds to float32 on the way, which settles which element a coordinate on the edge means.
    let step = scale.map { Float(1 / $0) } ?? Float(input) / Float(output)
    switch (operation.coordinates, rounding) {
    case (.asymmetric, .floor): return whole(Double((Float(index) * step).rounded(.down)))
    case (.halfPixel, .roundPreferCeil):
      return whole(Double(Float((Double(index) + 0.5) * Double(step)).rounded(.down)))
    default: break
    }
    let coordinate = coordinate(index)
    switch rounding {
    case .floor: return whole(coordinate.rounded(.down))
    case .ceil: return whole(coordinate.rounded(.up))
    case .roundPreferFloor: return whole((coordinate - 0.5).rounded(.up))
    case .roundPreferCeil: return whole((coordinate + 0.5).rounded(.down))
    }
  }

  private func whole(_ coordinate: Double) -> Int {
    Int(min(max(coordinate, 0), Double(input - 1)))
  }

  /// The piecewise cubic polynomial of a coefficient at a distance.
  private static func cubic(_ distance: Double, _ a: Double) -> Double {
    let x = abs(distance)
    if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? ((x - 5) * x + 8) * x * a - 4 * a : 0
  }

  // MARK: Averages

  /// Input elements to a step.
  private var step: Double {
    guard operation.coordinates == .alignCorners else { return scaled(1) }
    return output == 1 ? 0 : Double(input - 1) / Double(output - 1)
  }

  /// The terms of the filter, widened by the step where that is above 1; they add up to 1.
  private func averagedTerms(_ index: Int) -> [(index: Int, weight: Double)] {
    let width = max(step, 1)
    let center = (Double(index) + 0.5) * step
    let support = isCubic ? 2 * width : width
    // Elements outside count like the outermost one, or not at all.
    let bounds = operation.excludesOutside ? 0...input : -4 * input...6 * input
    func held(_ end: Double) -> Int {
      Int(min(max(end.rounded(.down), Double(bounds.lowerBound)), Double(bounds.upperBound)))
    }
    let (first, end) = (held(center - support + 0.5), held(center + support + 0.5))
    let terms = (first..<max(first, end)).map { place in
      (
        index: min(max(place, 0), input - 1),
        weight: filter((Double(place) - center + 0.5) / width)
      )
    }
    let sum = terms.reduce(0) { $0 + $1.weight }
    return sum == 0 ? [] : terms.map { ($0.index, $0.weight / sum) }
  }

  private func filter(_ distance: Double) -> Double {
    if case .cubic(let coefficient) = operation.interpolation {
      return Self.cubic(distance, coefficient)
    }
    return max(0, 1 - abs(distance))
  }

  // MARK: Windows

  /// The window that an input element has over the result, where the axis grows by a whole factor.
  var enlargingWindow: Window? {
    guard output >= input, output % input == 0, scale == nil || scale == Double(output / input)
    else { return nil }
    let factor = output / input
    if factor == 1 { return try? Window(kernel: 1) }
    switch (operation.interpolation, operation.coordinates) {
    case (.nearest(.floor), .asymmetric), (.nearest(.roundPreferCeil), .halfPixel):
      return try? Window(kernel: factor, stride: factor)
    case (.linear, .halfPixel): return window(reaching: 1, factor)
    case (.cubic, .halfPixel): return window(reaching: 2, factor)
    default: return nil
    }
  }

  /// The elements of the result less than `distance` input elements away.
  private func window(reaching distance: Int, _ factor: Int) -> Window? {
    // An even factor puts no element of the result on one of the input, an odd one does.
    let kernel = 2 * distance * factor - factor % 2
    return try? Window(
      kernel: kernel, stride: factor, padding: Window.Padding((kernel - factor) / 2))
  }
}
