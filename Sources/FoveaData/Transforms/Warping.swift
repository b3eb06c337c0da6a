import Foundation

/// A turn, then a zoom, a shear and a shift of a picture.
public struct AffineMotion: Hashable, Codable, Sendable {
  /// Counterclockwise.
  public var degrees: Double
  /// Pixels to the right.
  public var shiftX: Int
  /// Pixels down.
  public var shiftY: Int
  /// 2 shows everything twice as large.
  public var zoom: Double
  /// By how much columns lean, in degrees.
  public var shearX: Double
  /// By how much rows lean, in degrees.
  public var shearY: Double
  /// Whether the upper left corner stays in place, not the middle.
  public var keepsCorner: Bool

  /// Names a motion; what is left out does nothing.
  public init(
    degrees: Double = 0, shiftX: Int = 0, shiftY: Int = 0, zoom: Double = 1, shearX: Double = 0,
    shearY: Double = 0, keepsCorner: Bool = false
  ) {
    self.degrees = degrees
    self.shiftX = shiftX
    self.shiftY = shiftY
    self.zoom = zoom
    self.shearX = shearX
    self.shearY = shearY
    self.keepsCorner = keepsCorner
  }

  /// From a place in the new picture to the old one: the inverse of
  /// shift · center · turn · zoom · shear · center⁻¹, as torchvision defines it.
  func inverse(for size: ImageSize) -> Projection {
    let turn = -degrees * .pi / 180
    let (leanX, leanY) = (shearX * .pi / 180, shearY * .pi / 180)
    let (cx, cy) =
      keepsCorner ? (0, 0) : (Double(size.width) / 2, Double(size.height) / 2)
    let a = clean(cos(turn - leanY) / cos(leanY))
    let b = clean(-cos(turn - leanY) * tan(leanX) / cos(leanY) - sin(turn))
    let c = clean(sin(turn - leanY) / cos(leanY))
    let d = clean(-sin(turn - leanY) * tan(leanX) / cos(leanY) + cos(turn))
    // Without the zoom, the determinant is 1: this is its inverse.
    let (m0, m1, m3, m4) = (d / zoom, -b / zoom, -c / zoom, a / zoom)
    let (x, y) = (-cx - Double(shiftX), -cy - Double(shiftY))
    return Projection(m0, m1, m0 * x + m1 * y + cx, m3, m4, m3 * x + m4 * y + cy)

    // 15 decimals, so that a quarter turn is one, as Pillow has it.
    func clean(_ value: Double) -> Double { (value * 1e15).rounded() / 1e15 }
  }
}

/// The corners of a picture, each as x and y: upper left, upper right, lower right, lower left.
public struct PictureCorners: Hashable, Codable, Sendable {
  /// x of the four corners.
  public let x: [Int]
  /// y of the four corners.
  public let y: [Int]

  /// Names four corners.
  public init(x: [Int], y: [Int]) {
    self.x = x
    self.y = y
  }

  /// From a place in the picture whose corners these are to the whole picture of `size`; `nil` where
  /// there is no such map, because three corners lie on a line or there are not four.
  func inverse(for size: ImageSize) -> Projection? {
    guard x.count == 4, y.count == 4 else { return nil }
    let oldX = [0, size.width - 1, size.width - 1, 0].map(Double.init)
    let oldY = [0, 0, size.height - 1, size.height - 1].map(Double.init)
    var rows: [[Double]] = []
    for corner in 0..<4 {
      let (u, v) = (Double(x[corner]), Double(y[corner]))
      let (p, q) = (oldX[corner], oldY[corner])
      rows.append([u, v, 1, 0, 0, 0, -p * u, -p * v, p])
      rows.append([0, 0, 0, u, v, 1, -q * u, -q * v, q])
    }
    guard let solution = Self.solved(rows) else { return nil }
    // torchvision rounds them so, too.
    let values = solution.map { Double(Float($0)) }
    return Projection(
      values[0], values[1], values[2], values[3], values[4], values[5], values[6], values[7])
  }

  /// Gaussian elimination with the largest pivots; the right side is the last column.
  private static func solved(_ system: [[Double]]) -> [Double]? {
    var rows = system
    let count = rows.count
    for pivot in 0..<count {
      let best = (pivot..<count).max { abs(rows[$0][pivot]) < abs(rows[$1][pivot]) } ?? pivot
      rows.swapAt(pivot, best)
      guard abs(rows[pivot][pivot]) > 1e-9 else { return nil }
      for row in 0..<count where row != pivot {
        let factor = rows[row][pivot] / rows[pivot][pivot]
        for column in pivot...count { rows[row][column] -= factor * rows[pivot][column] }
      }
    }
    return (0..<count).map { rows[$0][count] / rows[$0][$0] }
  }
}

/// (x, y) to ((ax + by + c) / (gx + hy + 1), (dx + ey + f) / (gx + hy + 1)).
struct Projection {
  let (a, b, c, d, e, f): (Double, Double, Double, Double, Double, Double)
  let (g, h): (Double, Double)

  init(
    _ a: Double, _ b: Double, _ c: Double, _ d: Double, _ e: Double, _ f: Double, _ g: Double = 0,
    _ h: Double = 0
  ) {
    (self.a, self.b, self.c, self.d, self.e, self.f) = (a, b, c, d, e, f)
    (self.g, self.h) = (g, h)
  }

  func applied(x: Double, y: Double) -> (x: Double, y: Double) {
    let scale = g * x + h * y + 1
    return ((a * x + b * y + c) / scale, (d * x + e * y + f) / scale)
  }
}

extension RasterImage {
  /// The picture of the same size whose pixel at a place is the old one at `projection` of it.
  func warped(_ projection: Projection, filter: ResizeFilter, fill: [UInt8]) -> RasterImage {
    let fill = fillColor(fill)
    return RasterImage(filling: size, channels: channels) { target in
      bytes.withUnsafeBufferPointer { source in
        guard let source = source.baseAddress, var pixel = target.baseAddress else { return }
        let sampler = PixelSampler(
          source: source, height: height, width: width, channels: channels)
        for row in 0..<height {
          for column in 0..<width {
            let (x, y) = projection.applied(x: Double(column) + 0.5, y: Double(row) + 0.5)
            // Written so that a place that is no number is outside, too.
            if x >= 0, x < Double(width), y >= 0, y < Double(height) {
              sampler.write(x, y, filter, to: pixel)
            } else {
              for channel in 0..<channels { pixel[channel] = fill[channel] }
            }
            pixel += channels
          }
        }
      }
    }
  }
}

/// Finds colours between pixels, whose middles are at halves; beyond the edge, the edge goes on.
private struct PixelSampler {
  let source: UnsafePointer<UInt8>
  let height: Int
  let width: Int
  let channels: Int

  @inline(__always)
  func write(
    _ x: Double, _ y: Double, _ filter: ResizeFilter, to pixel: UnsafeMutablePointer<UInt8>
  ) {
    switch filter {
    case .nearest:
      let start = (Int(y) * width + Int(x)) * channels
      for channel in 0..<channels { pixel[channel] = source[start + channel] }
    case .bilinear:
      let (left, top) = ((x - 0.5).rounded(.down), (y - 0.5).rounded(.down))
      let (dx, dy) = (x - 0.5 - left, y - 0.5 - top)
      let rows = (row(Int(top)), row(Int(top) + 1))
      let columns = (column(Int(left)), column(Int(left) + 1))
      for channel in 0..<channels {
        let upper = mix(
          at(rows.0, columns.0, channel), at(rows.0, columns.1, channel), dx)
        let lower = mix(
          at(rows.1, columns.0, channel), at(rows.1, columns.1, channel), dx)
        pixel[channel] = UInt8(mix(upper, lower, dy))
      }
    case .bicubic:
      let (left, top) = ((x - 0.5).rounded(.down), (y - 0.5).rounded(.down))
      let (dx, dy) = (x - 0.5 - left, y - 0.5 - top)
      for channel in 0..<channels {
        let lines = SIMD4(
          line(Int(top) - 1, Int(left) - 1, channel, dx),
          line(Int(top), Int(left) - 1, channel, dx),
          line(Int(top) + 1, Int(left) - 1, channel, dx),
          line(Int(top) + 2, Int(left) - 1, channel, dx))
        pixel[channel] = UInt8(max(0, min(255, cubic(lines, dy))))
      }
    }
  }

  private func row(_ y: Int) -> Int { max(0, min(height - 1, y)) * width * channels }

  private func column(_ x: Int) -> Int { max(0, min(width - 1, x)) * channels }

  private func at(_ row: Int, _ column: Int, _ channel: Int) -> Double {
    Double(source[row + column + channel])
  }

  private func mix(_ first: Double, _ second: Double, _ share: Double) -> Double {
    first + (second - first) * share
  }

  private func line(_ y: Int, _ x: Int, _ channel: Int, _ share: Double) -> Double {
    let row = row(y)
    let values = SIMD4(
      at(row, column(x), channel), at(row, column(x + 1), channel),
      at(row, column(x + 2), channel), at(row, column(x + 3), channel))
    return cubic(values, share)
  }

  /// The cubic through the two in the middle whose slopes there are half of what is between their
  /// neighbours' neighbours: Keys' with a = −1, as Pillow warps.
  private func cubic(_ v: SIMD4<Double>, _ share: Double) -> Double {
    let (p2, p3) = (-v[0] + v[2], 2 * (v[0] - v[1]) + v[2] - v[3])
    return v[1] + share * (p2 + share * (p3 + share * (-v[0] + v[1] - v[2] + v[3])))
  }
}
