import FoveaGraph
import FoveaTensors
import FuzzSupport

extension SeededChoices {
  mutating func bool() -> Bool { integer(0...1) == 1 }

  /// A shape with few elements.
  mutating func shape(rank: ClosedRange<Int> = 0...5, largest: Int = 7) -> Shape {
    let rank = integer(rank)
    return Shape((0..<rank).map { _ in integer(1...min(largest, rank > 3 ? 4 : 7)) })
  }

  /// The shape of some small images; now and then one channel more or less than a vector has.
  mutating func image(channels: Int? = nil) -> Shape {
    let own = integer(0...4) == 0 ? element(of: [7, 8, 9, 17]) : integer(1...5)
    return [integer(1...3), channels ?? own, integer(1...7), integer(1...7)]
  }

  /// An axis of `shape`, counted from either end.
  mutating func axis(of shape: Shape) -> Int {
    let axis = integer(0...shape.rank - 1)
    return bool() ? axis : axis - shape.rank
  }

  /// A shape that broadcasts to `shape`: some extents are 1, some leading axes are left out.
  mutating func broadcastable(to shape: Shape) -> Shape {
    let extents = shape.dimensions.map { integer(0...2) == 0 ? 1 : $0 }
    return Shape(Array(extents.dropFirst(integer(0...2) == 0 ? integer(0...shape.rank) : 0)))
  }

  /// A window that fits on `extent` pixels, for pooling one that always sees a pixel.
  mutating func window(
    on extent: Int, pooling: Bool = false, dilated: Bool = true
  ) throws -> Window {
    while true {
      let kernel = integer(1...4)
      let largest = pooling ? kernel / 2 : 3
      let window = try Window(
        kernel: kernel, stride: integer(1...3), dilation: dilated ? integer(1...3) : 1,
        padding: Window.Padding(before: integer(0...largest), after: integer(0...largest)),
        ceilMode: pooling && bool())
      let seesPixels = !pooling || kernel == 1 || window.dilation <= extent
      if window.positions(on: extent) != nil, seesPixels { return window }
    }
  }
}
