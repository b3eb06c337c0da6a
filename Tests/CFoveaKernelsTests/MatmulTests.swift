import CFoveaKernels
import FoveaTensors
import Testing

/// A product of matrices, each stored by rows or by columns.
struct MatmulCase: CustomTestStringConvertible {
  let rows, inner, columns: Int
  let aIsTransposed, bIsTransposed: Bool

  var testDescription: String {
    "\(rows)×\(inner)\(aIsTransposed ? "ᵀ" : "") times \(inner)×\(columns)\(bIsTransposed ? "ᵀ" : "")"
  }

  /// Both sides of every choice of method, and lengths beside the widths of tiles and passes.
  static let all = [1, 3, 8, 9, 64, 250].flatMap { rows in
    [1, 31, 257, 600].flatMap { inner in
      [1, 3, 10, 64, 300].flatMap { columns in
        [(false, false), (false, true), (true, false), (true, true)].map {
          MatmulCase(
            rows: rows, inner: inner, columns: columns, aIsTransposed: $0.0, bIsTransposed: $0.1)
        }
      }
    }
  }
}

@Suite struct MatmulTests {
  @Test(arguments: MatmulCase.all)
  func `agrees with plain loops, with the same bits for any number of threads`(
    _ test: MatmulCase
  ) throws {
    let a = KernelBuffer(random: test.rows * test.inner, RandomStream(seed: 3, stream: 1))
    let b = KernelBuffer(random: test.inner * test.columns, RandomStream(seed: 3, stream: 2))
    let bias = KernelBuffer(random: test.columns, RandomStream(seed: 3, stream: 3))
    let hasBias = (test.rows + test.columns) % 2 == 0
    let aStrides = test.aIsTransposed ? (1, test.rows) : (test.inner, 1)
    let bStrides = test.bIsTransposed ? (1, test.inner) : (test.columns, 1)

    var exact = ExactSums(count: test.rows * test.columns)
    for index in 0..<test.rows * test.columns {
      let (i, j) = index.quotientAndRemainder(dividingBy: test.columns)
      if hasBias { exact.add(bias.start[j], 1, at: index) }
      for p in 0..<test.inner {
        exact.add(
          a.start[i * aStrides.0 + p * aStrides.1], b.start[p * bStrides.0 + j * bStrides.1],
          at: index)
      }
    }

    for kernels in kernelTables {
      var recorded: [UInt32]?
      for threads in 1...3 {
        let pool = try KernelPool(threads: threads)
        let out = KernelBuffer(count: test.rows * test.columns)
        let arguments = fovea_matmul_arguments(
          rows: test.rows, inner: test.inner, columns: test.columns, a: a.start,
          a_row_stride: aStrides.0, a_column_stride: aStrides.1, b: b.start,
          b_row_stride: bStrides.0, b_column_stride: bStrides.1,
          bias: hasBias ? UnsafePointer(bias.start) : nil, out: out.start)
        withArguments(arguments) { arguments in
          pool.run(
            kernelSteps { fovea_matmul_steps(kernels, arguments, $0) },
            scratchBytes: fovea_matmul_scratch_bytes(kernels, arguments))
        }
        exact.expectClose(out, String(cString: kernels.pointee.name))
        #expect(out.bits == recorded ?? out.bits, "\(threads) threads")
        recorded = out.bits
      }
    }
  }
}
