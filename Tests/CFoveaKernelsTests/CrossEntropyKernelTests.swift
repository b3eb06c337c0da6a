import CFoveaKernels
import FoveaTensors
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

private typealias Support = OperationKernelSupport

struct CrossEntropyCase: CustomTestStringConvertible {
  let rows, classes: Int
  var isSoft = false
  var smoothing: Float = 0
  var isMean = true
  /// One row in this many is ignored; 0 for none.
  var ignoredEvery = 0

  var testDescription: String {
    "\(rows)×\(classes)" + (isSoft ? ", soft" : "") + ", smoothing \(smoothing)"
      + (isMean ? ", mean" : ", sum") + ", ignores 1 in \(ignoredEvery)"
  }

  static let ignored: Int32 = -100

  static let all = [(1, 1), (1, 2), (64, 10), (37, 3), (5, 8), (9, 1000), (1200, 21), (3, 5003)]
    .flatMap { rows, classes in
      [
        CrossEntropyCase(rows: rows, classes: classes),
        CrossEntropyCase(rows: rows, classes: classes, isMean: false, ignoredEvery: 3),
        CrossEntropyCase(rows: rows, classes: classes, smoothing: 0.1, ignoredEvery: 2),
        CrossEntropyCase(rows: rows, classes: classes, ignoredEvery: 1),
        CrossEntropyCase(rows: rows, classes: classes, isSoft: true),
        CrossEntropyCase(rows: rows, classes: classes, isSoft: true, smoothing: 0.2, isMean: false),
      ]
    }

  var labels: [Int32] {
    let numbers = RandomStream(seed: 5, stream: 1)
    return (0..<rows).map { row in
      ignoredEvery > 0 && row % ignoredEvery == 0
        ? Self.ignored : Int32(numbers.integer(at: UInt64(row), below: classes))
    }
  }

  /// Soft targets: no smaller than 0, but not all rows add up to 1.
  var targets: [Float] {
    OperationKernelSupport.random(rows * classes, stream: 2).map { max($0, 0) / Float(classes) }
  }
}

/// The results of one run: loss, gradients, status, and where they are.
private struct CrossEntropyRun {
  let loss: KernelBuffer
  let logitsGradient: KernelBuffer
  let targetsGradient: KernelBuffer
  var status: Int32 = 0

  init(
    _ test: CrossEntropyCase, logits: [Float], labels: [Int32], upstream: Float, run: Support.Run,
    wantsTargetsGradient: Bool, runsForward: Bool = true, runsGradient: Bool = true
  ) throws {
    let (rows, classes) = (test.rows, test.classes)
    loss = run.buffer(count: 1)
    logitsGradient = run.buffer(count: rows * classes)
    targetsGradient = run.buffer(count: rows * classes)
    let (source, targets) = (run.buffer(logits), run.buffer(test.targets))
    let gradient = run.buffer([upstream])
    let workspace = run.buffer(bytes: fovea_cross_entropy_workspace_bytes(rows, classes))
    var arguments = fovea_cross_entropy_arguments()
    (arguments.rows, arguments.classes) = (rows, classes)
    arguments.logits = UnsafePointer(source.start)
    if test.isSoft { arguments.targets = UnsafePointer(targets.start) }
    arguments.ignore_index = CrossEntropyCase.ignored
    arguments.smoothing = test.smoothing
    arguments.is_mean = test.isMean
    arguments.workspace = UnsafeMutableRawPointer(workspace.start)
      .assumingMemoryBound(to: Double.self)
    arguments.loss = loss.start
    arguments.gradient = UnsafePointer(gradient.start)
    arguments.logits_gradient = logitsGradient.start
    if wantsTargetsGradient { arguments.targets_gradient = targetsGradient.start }
    try labels.withUnsafeBufferPointer { labels in
      if !test.isSoft { arguments.labels = labels.baseAddress }
      try withUnsafeMutablePointer(to: &status) { status in
        arguments.status = status
        try withArguments(arguments) { arguments in
          if runsForward {
            try run(kernelSteps { fovea_cross_entropy_steps(run.kernels, arguments, $0) })
          }
          if runsGradient {
            try run(kernelSteps { fovea_cross_entropy_gradient_steps(run.kernels, arguments, $0) })
          }
        }
      }
    }
    #expect(workspace.marginIsIntact)
  }

  var results: [KernelBuffer] { [loss, logitsGradient, targetsGradient] }
}

@Suite struct CrossEntropyKernelTests {
  @Test(arguments: CrossEntropyCase.all)
  func `the loss and its gradients are those of the formula`(_ test: CrossEntropyCase) throws {
    let (rows, classes) = (test.rows, test.classes)
    let logits = Support.random(rows * classes, stream: 3, scale: 20)
    let (labels, targets) = (test.labels, test.targets)
    let upstream = Float(-1.7)
    let smoothing = Double(test.smoothing)
    let counted = (0..<rows).filter { test.isSoft || labels[$0] != CrossEntropyCase.ignored }
    let scale = test.isMean ? 1 / Double(counted.count) : 1
    var (loss, magnitude) = (0.0, 0.0)
    var logitsGradient = [Double](repeating: 0, count: rows * classes)
    var targetsGradient = [Double](repeating: .nan, count: rows * classes)
    for row in counted {
      let values = logits[row * classes..<(row + 1) * classes].map { Double($0) }
      let largest = values.max() ?? 0
      let logSum = largest + log(values.reduce(0) { $0 + exp($1 - largest) })
      let q = (0..<classes).map { i in
        let own = test.isSoft ? Double(targets[row * classes + i]) : Int32(i) == labels[row] ? 1 : 0
        return own * (1 - smoothing) + smoothing / Double(classes)
      }
      let total = q.reduce(0, +)
      for i in 0..<classes {
        let term = q[i] * (logSum - values[i])
        loss += term * scale
        magnitude += abs(term) * scale
        let gradient = Double(upstream) * scale
        logitsGradient[row * classes + i] = gradient * (exp(values[i] - logSum) * total - q[i])
        targetsGradient[row * classes + i] = gradient * (1 - smoothing) * (logSum - values[i])
      }
    }
    let isEmpty = counted.isEmpty && test.isMean
    for results in try Support.results({ run in
      let result = try CrossEntropyRun(
        test, logits: logits, labels: labels, upstream: upstream, run: run,
        wantsTargetsGradient: test.isSoft)
      #expect(result.status == 0)
      return result.results
    }) {
      Support.expectClose(results[0], [isEmpty ? .nan : loss], "loss") { _ in
        1e-6 * magnitude + 1e-7
      }
      Support.expectClose(results[1], logitsGradient, "logits") { _ in
        2e-6 * abs(Double(upstream)) * scale
      }
      if test.isSoft {
        Support.expectClose(results[2], targetsGradient, "targets") {
          1e-6 * abs(targetsGradient[$0]) + 1e-7
        }
      }
    }
  }

  @Test func `large logits do not overflow`() throws {
    let test = CrossEntropyCase(rows: 2, classes: 3)
    let logits: [Float] = [1e4, -1e4, 0, -.infinity, 5, 5]
    for results in try Support.results({ run in
      try CrossEntropyRun(
        test, logits: logits, labels: [0, 2], upstream: 2, run: run, wantsTargetsGradient: false
      ).results
    }) {
      Support.expectClose(results[0], [log(2.0) / 2]) { _ in 1e-7 }
      Support.expectClose(results[1], [0, 0, 0, 0, 0.5, -0.5]) { _ in 1e-7 }
    }
  }

  /// A label is never an index before it is checked, and the first bad row is reported whatever the
  /// order of tasks.
  @Test(arguments: [true, false], [(true, false), (false, true)])
  func `a label that is no class is reported, and its row counts for nothing`(
    isMean: Bool, parts: (runsForward: Bool, runsGradient: Bool)
  ) throws {
    let good = CrossEntropyCase(rows: 900, classes: 21, isMean: isMean, ignoredEvery: 5)
    let logits = Support.random(good.rows * good.classes, stream: 4)
    var (bad, skipped) = (good.labels, good.labels)
    for (row, label) in [(873, Int32(21)), (411, -1), (412, .max), (640, .min)] {
      bad[row] = label
      skipped[row] = CrossEntropyCase.ignored
    }
    let expected = try Support.results { run in
      let result = try CrossEntropyRun(
        good, logits: logits, labels: skipped, upstream: 1, run: run, wantsTargetsGradient: false,
        runsForward: parts.runsForward, runsGradient: parts.runsGradient)
      #expect(result.status == 0)
      return result.results
    }
    let actual = try Support.results { run in
      let result = try CrossEntropyRun(
        good, logits: logits, labels: bad, upstream: 1, run: run, wantsTargetsGradient: false,
        runsForward: parts.runsForward, runsGradient: parts.runsGradient)
      #expect(result.status == 412, "\(run.order)")
      return result.results
    }
    for (expected, actual) in zip(expected, actual) {
      #expect(zip(expected, actual).allSatisfy { $0.bits == $1.bits })
    }
  }
}
