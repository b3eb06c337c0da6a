import CFoveaKernels
import FoveaTensors
import Testing

/// Floats for kernels: aligned, and with a margin after them that nothing may write.
final class KernelBuffer {
  let count: Int
  let start: UnsafeMutablePointer<Float>
  private static let margin = 32

  /// `count` floats; NaN unless `value` says otherwise.
  init(count: Int, value: (Int) -> Float = { _ in .nan }) {
    self.count = count
    start = UnsafeMutableRawPointer.allocate(
      byteCount: (count + Self.margin) * MemoryLayout<Float>.stride, alignment: 64
    ).bindMemory(to: Float.self, capacity: count + Self.margin)
    for index in 0..<count { start[index] = value(index) }
    for index in count..<count + Self.margin { start[index] = 1234.5 }
  }

  convenience init(bytes: Int) { self.init(count: (bytes + 3) / 4) }

  /// Numbers in -1..<1.
  convenience init(random count: Int, _ stream: RandomStream) {
    self.init(count: count) { 2 * stream.uniform(at: UInt64($0)) - 1 }
  }

  deinit { start.deallocate() }

  var values: UnsafeBufferPointer<Float> { UnsafeBufferPointer(start: start, count: count) }
  var bits: [UInt32] { values.map(\.bitPattern) }
  var marginIsIntact: Bool { (count..<count + Self.margin).allSatisfy { start[$0] == 1234.5 } }
}

/// A pool of threads, and scratch memory for each.
final class KernelPool {
  private let handle: OpaquePointer

  init(threads: Int) throws { handle = try #require(fovea_pool_create(threads)) }

  deinit { fovea_pool_destroy(handle) }

  var threads: Int { fovea_pool_threads(handle) }

  func run(_ steps: [fovea_step], scratchBytes: Int = 0) {
    let stride = (scratchBytes + 63) / 64 * 64
    let scratch = KernelBuffer(bytes: stride * threads)
    fovea_pool_run(handle, steps, steps.count, scratch.start, stride)
    #expect(scratch.marginIsIntact)
  }
}

/// The steps that `fill` writes, at most four.
func kernelSteps(_ fill: (UnsafeMutablePointer<fovea_step>) -> Int) -> [fovea_step] {
  withUnsafeTemporaryAllocation(of: fovea_step.self, capacity: 4) { steps in
    guard let start = steps.baseAddress else { return [] }
    return (0..<fill(start)).map { start[$0] }
  }
}

/// Runs `body` with arguments that keep one address.
func withArguments<Arguments>(
  _ arguments: Arguments, _ body: (UnsafePointer<Arguments>) throws -> Void
) rethrows {
  try withUnsafePointer(to: arguments, body)
}

/// The instruction sets that this processor has.
var kernelTables: [UnsafePointer<fovea_kernel_table>] {
  [fovea_isa_portable, fovea_isa_avx2, fovea_isa_avx512, fovea_isa_neon]
    .compactMap { fovea_kernels_for($0) }
}

/// What a sum of products should be, and how far a kernel may be from it.
struct ExactSums {
  private(set) var sums: [Double]
  private var magnitudes: [Double]
  private var terms: [Int]

  init(count: Int) {
    sums = Array(repeating: 0, count: count)
    magnitudes = sums
    terms = Array(repeating: 1, count: count)
  }

  mutating func add(_ a: Float, _ b: Float, at index: Int) {
    let product = Double(a) * Double(b)
    sums[index] += product
    magnitudes[index] += abs(product)
    terms[index] += 1
  }

  /// The bound of the contract headers, `2 n 2⁻²⁴ Σ|products|`; NaN never passes.
  ///
  /// Minimal filtering mixes the sums of a tile, so that `factor` times the largest Σ|products| bounds
  /// them all.
  func expectClose(
    _ actual: KernelBuffer, _ what: String, factor: Double? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let largest = magnitudes.max() ?? 0
    let worst = sums.indices.first { index in
      let bound =
        factor.map { $0 * 0x1p-24 * largest } ?? 2 * Double(terms[index]) * 0x1p-24
        * magnitudes[index]
      return !(abs(Double(actual.values[index]) - sums[index]) <= bound)
    }
    if let worst {
      Issue.record(
        "\(what): element \(worst) is \(actual.values[worst]), not \(sums[worst])",
        sourceLocation: sourceLocation)
    }
    #expect(actual.marginIsIntact, "\(what)", sourceLocation: sourceLocation)
  }
}
