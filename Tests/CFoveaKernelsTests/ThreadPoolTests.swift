import CFoveaKernels
import Testing

/// Elements that the tasks of all steps share.
private struct CountArguments {
  /// How often each task has run, and how often it found that wrong.
  let counts, failures: UnsafeMutablePointer<Int>
  let tasks: Int
  /// What every count is before the step.
  let expected: Int
}

/// Adds one to the task's count.
private let count: fovea_kernel = { arguments, _, task in
  let arguments = arguments.assumingMemoryBound(to: CountArguments.self).pointee
  if arguments.counts[task] != arguments.expected { arguments.failures[task] += 1 }
  arguments.counts[task] += 1
}

/// Looks at all counts: every task of the step before must be done and visible.
private let check: fovea_kernel = { arguments, _, _ in
  let arguments = arguments.assumingMemoryBound(to: CountArguments.self).pointee
  for task in 0..<arguments.tasks where arguments.counts[task] != arguments.expected {
    arguments.failures[task] += 1
  }
}

@Suite struct ThreadPoolTests {
  @Test(arguments: 1...5)
  func `every task of a step runs once, after the step before it`(threads: Int) throws {
    let pool = try KernelPool(threads: threads)
    #expect(pool.threads == threads)
    let (tasks, rounds) = (7, 300)
    let elements = KernelIntegers(count: 2 * tasks)
    let arguments = UnsafeMutablePointer<CountArguments>.allocate(capacity: 2 * rounds)
    defer { arguments.deallocate() }
    let steps = (0..<2 * rounds).map { step in
      (arguments + step).initialize(
        to: CountArguments(
          counts: elements.start, failures: elements.start + tasks, tasks: tasks,
          expected: (step + 1) / 2))
      return step % 2 == 0
        ? fovea_step(kernel: count, arguments: arguments + step, tasks: tasks)
        : fovea_step(kernel: check, arguments: arguments + step, tasks: 1)
    }
    for _ in 1...20 {
      elements.clear()
      pool.run(steps)
      #expect(elements.values[..<tasks].allSatisfy { $0 == rounds })
      #expect(elements.values[tasks...].allSatisfy { $0 == 0 })
    }
  }

  @Test func `callers on one pool wait for each other`() async throws {
    let pool = try SharedPool(threads: 2)
    let total = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<4 { group.addTask { pool.countTasks(of: 100) } }
      return await group.reduce(0, +)
    }
    #expect(total == 4 * 100 * 3)
  }

  @Test func `a pool without threads is refused`() {
    #expect(fovea_pool_create(0) == nil)
    #expect(fovea_pool_create(-1) == nil)
  }
}

/// A pool for several callers at a time, which `fovea_pool_run` allows.
private final class SharedPool: @unchecked Sendable {
  private let pool: KernelPool

  init(threads: Int) throws { pool = try KernelPool(threads: threads) }

  /// Runs `steps` steps of three tasks and returns how many tasks have run.
  func countTasks(of steps: Int) -> Int {
    let elements = KernelIntegers(count: 6)
    let arguments = (0..<steps).map {
      CountArguments(
        counts: elements.start, failures: elements.start + 3, tasks: 3, expected: $0)
    }
    arguments.withUnsafeBufferPointer { arguments in
      guard let start = arguments.baseAddress else { return }
      pool.run(
        arguments.indices.map { fovea_step(kernel: count, arguments: start + $0, tasks: 3) })
    }
    return elements.values[..<3].reduce(0, +) - elements.values[3...].reduce(0, +)
  }
}

/// Integers at one address.
private final class KernelIntegers {
  let start: UnsafeMutablePointer<Int>
  private let count: Int

  init(count: Int) {
    self.count = count
    start = .allocate(capacity: count)
    start.initialize(repeating: 0, count: count)
  }

  deinit { start.deallocate() }

  var values: UnsafeMutableBufferPointer<Int> { .init(start: start, count: count) }

  func clear() { start.update(repeating: 0, count: count) }
}
