import CFoveaKernels
import FoveaTensors
import Testing

private typealias Support = OperationKernelSupport

/// A pooling window along one axis, and how many positions it takes.
struct Pool2dAxis {
  let extent, kernel, stride, dilation, before, after, positions: Int

  init(
    _ extent: Int, kernel: Int, stride: Int, dilation: Int = 1, before: Int = 0, after: Int = 0,
    ceil: Bool = false
  ) {
    self.extent = extent
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.before = before
    self.after = after
    let slack = extent + before + after - dilation * (kernel - 1) - 1
    let rounded = (slack + stride - 1) / stride
    let keeps = ceil && rounded * stride < extent + before
    positions = (keeps ? rounded : slack / stride) + 1
  }

  /// The pixels of a window that are inside the image.
  func pixels(_ position: Int) -> [Int] {
    (0..<kernel).map { position * stride - before + $0 * dilation }.filter { 0..<extent ~= $0 }
  }

  /// What an average counts along this axis.
  func divisor(_ position: Int, includesPadding: Bool) -> Int {
    let start = position * stride - before
    return includesPadding
      ? min(start + kernel, extent + after) - start : pixels(position).count
  }
}

struct Pool2dCase: CustomTestStringConvertible {
  let rows, columns: Pool2dAxis
  var batch = 2

  var testDescription: String {
    "\(batch)×\(rows.extent)×\(columns.extent), kernel \(rows.kernel)×\(columns.kernel), "
      + "stride \(rows.stride)×\(columns.stride), dilation \(rows.dilation)×\(columns.dilation), "
      + "padding \(rows.before)+\(rows.after)"
  }

  static let all: [Pool2dCase] = [
    Pool2dCase(
      rows: Pool2dAxis(1, kernel: 1, stride: 1), columns: Pool2dAxis(1, kernel: 1, stride: 1)),
    Pool2dCase(
      rows: Pool2dAxis(8, kernel: 2, stride: 2), columns: Pool2dAxis(6, kernel: 2, stride: 2)),
    Pool2dCase(
      rows: Pool2dAxis(9, kernel: 3, stride: 2, before: 1, after: 1),
      columns: Pool2dAxis(8, kernel: 3, stride: 2, before: 1, after: 1)),
    Pool2dCase(
      rows: Pool2dAxis(9, kernel: 3, stride: 2, ceil: true),
      columns: Pool2dAxis(8, kernel: 3, stride: 2, before: 1, after: 1, ceil: true)),
    Pool2dCase(
      rows: Pool2dAxis(7, kernel: 3, stride: 1, before: 1, after: 0),
      columns: Pool2dAxis(5, kernel: 2, stride: 3, before: 0, after: 1), batch: 1),
    Pool2dCase(
      rows: Pool2dAxis(6, kernel: 4, stride: 4, before: 2, after: 2, ceil: true),
      columns: Pool2dAxis(10, kernel: 5, stride: 4, before: 2, after: 2, ceil: true)),
    Pool2dCase(
      rows: Pool2dAxis(5, kernel: 5, stride: 1), columns: Pool2dAxis(3, kernel: 3, stride: 1)),
    Pool2dCase(
      rows: Pool2dAxis(40, kernel: 2, stride: 2), columns: Pool2dAxis(40, kernel: 2, stride: 2),
      batch: 3),
  ]

  static let dilated: [Pool2dCase] = [
    Pool2dCase(
      rows: Pool2dAxis(9, kernel: 3, stride: 2, dilation: 2, before: 1, after: 1),
      columns: Pool2dAxis(8, kernel: 2, stride: 1, dilation: 3, before: 1, after: 1)),
    Pool2dCase(
      rows: Pool2dAxis(7, kernel: 3, stride: 1, dilation: 3, before: 1, after: 1, ceil: true),
      columns: Pool2dAxis(7, kernel: 2, stride: 2, dilation: 2)),
    // The only window jumps over the image.
    Pool2dCase(
      rows: Pool2dAxis(1, kernel: 2, stride: 1, dilation: 2, before: 1, after: 1),
      columns: Pool2dAxis(1, kernel: 2, stride: 1, dilation: 2, before: 1, after: 1)),
    Pool2dCase(
      rows: Pool2dAxis(2, kernel: 2, stride: 1, dilation: 3, before: 1, after: 1),
      columns: Pool2dAxis(4, kernel: 1, stride: 1)),
  ]

  func arguments(channels: Int) -> fovea_pool2d_arguments {
    var arguments = fovea_pool2d_arguments()
    (arguments.batch, arguments.channels) = (batch, channels)
    (arguments.in_height, arguments.in_width) = (rows.extent, columns.extent)
    (arguments.out_height, arguments.out_width) = (rows.positions, columns.positions)
    (arguments.kernel_height, arguments.kernel_width) = (rows.kernel, columns.kernel)
    (arguments.stride_height, arguments.stride_width) = (rows.stride, columns.stride)
    (arguments.dilation_height, arguments.dilation_width) = (rows.dilation, columns.dilation)
    (arguments.pad_top, arguments.pad_bottom) = (rows.before, rows.after)
    (arguments.pad_left, arguments.pad_right) = (columns.before, columns.after)
    return arguments
  }
}

@Suite struct Pool2dKernelTests {
  static let channels = [1, 3, 5, 8, 17, 64, 100]

  /// A window of one image: its output element, its input elements and its divisor, for channel 0.
  private struct Window {
    let out: Int
    let pixels: [Int]
    let divisor: Int
  }

  private func windows(
    _ arguments: fovea_pool2d_arguments, rows: (Int) -> ([Int], Int),
    columns: (Int) -> ([Int], Int)
  ) -> [Window] {
    let a = arguments
    return (0..<a.batch).flatMap { image in
      (0..<a.out_height).flatMap { y in
        (0..<a.out_width).map { x in
          let ((ys, height), (xs, width)) = (rows(y), columns(x))
          return Window(
            out: ((image * a.out_height + y) * a.out_width + x) * a.channels,
            pixels: ys.flatMap { y in
              xs.map { x in ((image * a.in_height + y) * a.in_width + x) * a.channels }
            }, divisor: height * width)
        }
      }
    }
  }

  private func forward(
    _ kernel: KeyPath<fovea_kernel_table, fovea_kernel>, _ arguments: fovea_pool2d_arguments,
    _ image: [Float]
  ) throws -> [KernelBuffer] {
    let count = arguments.batch * arguments.out_height * arguments.out_width * arguments.channels
    return try Support.results { run in
      let (source, out) = (run.buffer(image), run.buffer(count: count))
      var arguments = arguments
      (arguments.in, arguments.out) = (UnsafePointer(source.start), out.start)
      try run(kernel, arguments, tasks: fovea_pool2d_tasks)
      return [out]
    }.map { $0[0] }
  }

  private func backward(
    _ kernel: KeyPath<fovea_kernel_table, fovea_kernel>, _ arguments: fovea_pool2d_arguments,
    _ image: [Float]?, count: Int, gradient: [Float]
  ) throws -> [KernelBuffer] {
    try Support.results { run in
      let (gradient, out) = (run.buffer(gradient), run.buffer(count: count))
      let source = image.map { run.buffer($0) }
      var arguments = arguments
      (arguments.in, arguments.out_gradient) =
        (source.map { UnsafePointer($0.start) }, UnsafePointer(gradient.start))
      arguments.out = out.start
      try run(kernel, arguments, tasks: fovea_pool2d_gradient_tasks)
      return [out]
    }.map { $0[0] }
  }

  @Test(arguments: Pool2dCase.all + Pool2dCase.dilated, channels)
  func `the largest of a window, and its gradient`(test: Pool2dCase, channels: Int) throws {
    let arguments = test.arguments(channels: channels)
    let count = test.batch * test.rows.extent * test.columns.extent * channels
    let windows = windows(
      arguments, rows: { (test.rows.pixels($0), 1) }, columns: { (test.columns.pixels($0), 1) })
    var special = Support.ties(count, stream: 1)
    for place in stride(from: 3, to: count, by: 7) { special[place] = .nan }
    let contents = [
      Support.random(count, stream: 2), Support.ties(count, stream: 1), special,
      [Float](repeating: -.infinity, count: count),
    ]
    let gradient = Support.random(windows.count * channels, stream: 3)
    for image in contents {
      var largest = [Float](repeating: -.infinity, count: windows.count * channels)
      var expected = [Double](repeating: 0, count: count)
      var magnitudes = expected
      for window in windows {
        for channel in 0..<channels {
          var place = window.pixels.first
          for pixel in window.pixels {
            let (value, best) = (image[pixel + channel], largest[window.out + channel])
            guard value > best || value.isNaN else { continue }
            largest[window.out + channel] = value
            place = pixel
          }
          guard let place else { continue }
          let g = Double(gradient[window.out + channel])
          expected[place + channel] += g
          magnitudes[place + channel] += abs(g)
        }
      }
      for out in try forward(\.max_pool2d, arguments, image) { Support.expectSame(out, largest) }
      for out in try backward(
        \.max_pool2d_gradient, arguments, image, count: count, gradient: gradient)
      {
        Support.expectClose(out, expected) { magnitudes[$0] * 1e-6 }
      }
    }
  }

  @Test(arguments: Pool2dCase.all, channels)
  func `the mean of a window, and its gradient`(test: Pool2dCase, channels: Int) throws {
    for includesPadding in [false, true] {
      var arguments = test.arguments(channels: channels)
      arguments.count_include_pad = includesPadding
      let windows = windows(
        arguments,
        rows: { (test.rows.pixels($0), test.rows.divisor($0, includesPadding: includesPadding)) },
        columns: {
          (test.columns.pixels($0), test.columns.divisor($0, includesPadding: includesPadding))
        })
      try expectMeans(
        windows, arguments, kernels: (\.avg_pool2d, \.avg_pool2d_gradient))
    }
  }

  /// Grids of cells: one, as many as pixels, fewer, and more, where cells overlap.
  static let grids = [(7, 7, 1, 1), (6, 6, 6, 6), (7, 5, 3, 2), (4, 3, 7, 5), (13, 32, 5, 7)]

  @Test(arguments: grids, channels)
  func `the mean of a grid's cells, and its gradient`(
    grid: (height: Int, width: Int, rows: Int, columns: Int), channels: Int
  ) throws {
    var arguments = fovea_pool2d_arguments()
    (arguments.batch, arguments.channels) = (3, channels)
    (arguments.in_height, arguments.in_width) = (grid.height, grid.width)
    (arguments.out_height, arguments.out_width) = (grid.rows, grid.columns)
    (arguments.kernel_height, arguments.kernel_width) = (1, 1)
    func cell(_ position: Int, _ cells: Int, _ extent: Int) -> ([Int], Int) {
      let start = position * extent / cells
      let end = ((position + 1) * extent + cells - 1) / cells
      return (Array(start..<end), end - start)
    }
    let windows = windows(
      arguments, rows: { cell($0, grid.rows, grid.height) },
      columns: { cell($0, grid.columns, grid.width) })
    try expectMeans(
      windows, arguments, kernels: (\.adaptive_avg_pool2d, \.adaptive_avg_pool2d_gradient))
  }

  @Test func `the mean of a large image is accurate`() throws {
    var arguments = fovea_pool2d_arguments()
    (arguments.batch, arguments.channels) = (1, 9)
    (arguments.in_height, arguments.in_width) = (200, 200)
    (arguments.out_height, arguments.out_width) = (1, 1)
    (arguments.kernel_height, arguments.kernel_width) = (200, 200)
    let image = [Float](repeating: 0.1, count: 200 * 200 * 9)
    for out in try forward(\.adaptive_avg_pool2d, arguments, image) {
      Support.expectClose(out, [Double](repeating: Double(Float(0.1)), count: 9)) { _ in 1e-6 }
    }
  }

  private func expectMeans(
    _ windows: [Window], _ arguments: fovea_pool2d_arguments,
    kernels: (
      forward: KeyPath<fovea_kernel_table, fovea_kernel>,
      backward: KeyPath<fovea_kernel_table, fovea_kernel>
    )
  ) throws {
    let channels = arguments.channels
    let count = arguments.batch * arguments.in_height * arguments.in_width * channels
    var image = Support.random(count, stream: 4)
    image[count / 2] = .nan
    let gradient = Support.random(windows.count * channels, stream: 5)
    var means = [Double](repeating: 0, count: windows.count * channels)
    var expected = [Double](repeating: 0, count: count)
    var magnitudes = expected
    for window in windows {
      for channel in 0..<channels {
        let values = window.pixels.map { Double(image[$0 + channel]) }
        means[window.out + channel] = values.reduce(0, +) / Double(window.divisor)
        let share = Double(gradient[window.out + channel]) / Double(window.divisor)
        for pixel in window.pixels {
          expected[pixel + channel] += share
          magnitudes[pixel + channel] += abs(share)
        }
      }
    }
    for out in try forward(kernels.forward, arguments, image) {
      Support.expectClose(out, means) { _ in 2e-6 }
    }
    for out in try backward(
      kernels.backward, arguments, nil, count: count, gradient: gradient)
    {
      Support.expectClose(out, expected) { magnitudes[$0] * 1e-6 }
    }
  }
}
