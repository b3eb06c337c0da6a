import Foundation
import FoveaFormats
public import FoveaLayers
public import FoveaRuntime
public import FoveaTensors
import FoveaTraining
import FoveaZoo

/// Measures how fast a network is on this machine, and where its time goes.
///
/// Inputs are random numbers of a fixed seed, and so are the weights of a network by name.
public struct BenchCommand: Hashable, Codable, Sendable {
  /// The network's name, or a checkpoint's file or run's folder.
  public var model: String
  /// One input of a network by name, `[C, H, W]`; the published one where left out.
  public var input: Shape?
  /// Whether a whole training step is measured: forward, cross-entropy, gradients, and SGD with momentum.
  public var isTraining: Bool
  /// How exact arithmetic has to be, and in how many bits activations wait for the backward pass.
  public var precision: Precision
  /// Whether the backward pass of a training step computes cheap activations anew.
  public var recomputes: Bool
  /// Images of a batch.
  public var batch: Int
  /// Threads; one for each core where left out.
  public var threads: Int?
  /// How many runs are timed; as many as fit some seconds where left out.
  public var runs: Int?
  /// The file for a trace of one run, in Chrome's trace format.
  public var trace: String?

  /// What is measured, before it is.
  public struct Setup: Hashable, Codable, Sendable {
    /// The shape of a batch, `[N, C, H, W]`.
    public let input: Shape
    /// Whether whole training steps run.
    public let mode: Mode
    /// The threads that work.
    public let threads: Int
    /// The kernels' instruction set.
    public let instructionSet: InstructionSet
    /// Memory that the plan asks for, in bytes, besides the weights.
    ///
    /// All values between inputs and outputs, in one arena, and weights in the order of the kernels.
    public let plannedBytes: Int
    /// What a training step saves; `nil` where it is plain.
    public let trainingMemory: TrainingMemory?
  }

  /// How a measurement goes on.
  public enum Progress: Hashable, Sendable {
    /// The network is planned.
    case prepared(Setup)
    /// Some of the runs are done.
    case measuring(run: Int, runs: Int, imagesPerSecond: Double)
    /// Runs are repeated layer by layer, on a machine that has these limits.
    case profiling(run: Int, runs: Int, Roofline)
  }

  /// Asks for a measurement.
  public init(
    model: String, input: Shape? = nil, isTraining: Bool = false, precision: Precision = .float32,
    recomputes: Bool = false, batch: Int = 1, threads: Int? = nil, runs: Int? = nil,
    trace: String? = nil
  ) {
    self.model = model
    self.input = input
    self.isTraining = isTraining
    self.precision = precision
    self.recomputes = recomputes
    self.batch = batch
    self.threads = threads
    self.runs = runs
    self.trace = trace
  }

  private static let seed: UInt64 = 0
  private static let warmUps = 3
  private static let secondsOfRuns = 3.0
  private static let secondsOfProfile = 1.0

  /// Measures.
  ///
  /// - Parameter progress: Is told what happens, between runs; what it throws ends the measurement.
  /// - Throws: `CommandError` for a wrong request, `GraphError` where the network does not take such an
  ///   input, what the runtime throws, and `FileWriteError` for the trace.
  public func run(progress: (Progress) throws -> Void = { _ in }) throws -> BenchReport {
    if let runs, !(1...1_000_000 ~= runs) {
      throw CommandError.option("--runs", value: "\(runs)", allowed: "1 to 1000000")
    }
    if let threads, !(1...ThreadPool.largestThreadCount ~= threads) {
      throw CommandError.option(
        "--threads", value: "\(threads)", allowed: "1 to \(ThreadPool.largestThreadCount)")
    }
    if recomputes, !isTraining {
      throw CommandError.conflict(
        "--recompute", reason: "inference has no backward pass; add --training")
    }
    let network = try MeasuredNetwork(requested: model, input: input)
    let shape = try network.batchShape(batch)
    let pool = try ThreadPool(threads: threads)
    let (program, inputs, trainingMemory) = try plan(network, shape, pool)
    try progress(
      .prepared(
        Setup(
          input: shape, mode: isTraining ? .training : .inference, threads: pool.threadCount,
          instructionSet: InstructionSet.chosen(),
          plannedBytes: program.arenaByteCount + program.preparedByteCount,
          trainingMemory: trainingMemory)))

    let clock = ContinuousClock()
    var step: UInt64 = 0
    func timedRun() throws -> Double {
      defer { step += 1 }
      return try clock.measure { try program.run(inputs, step: step) } / .seconds(1)
    }
    // The first runs also prepare weights and bring the memory in.
    let expected = try (0..<Self.warmUps).map { _ in try timedRun() }.min() ?? 1
    func count(in seconds: Double, _ range: ClosedRange<Int>) -> Int {
      min(max(Int(seconds / max(expected, 1e-6)), range.lowerBound), range.upperBound)
    }
    let runs = runs ?? count(in: Self.secondsOfRuns, 5...1000)
    var times: [Double] = []
    var total = 0.0
    for run in 0..<runs {
      times.append(try timedRun())
      total += times[run]
      try progress(
        .measuring(
          run: run + 1, runs: runs, imagesPerSecond: Double((run + 1) * batch) / max(total, 1e-9)))
    }
    let peakBytes = ProcessMemory.peakResidentBytes

    let roofline = try Roofline(measuredOn: pool)
    let profileRuns = min(runs, count(in: Self.secondsOfProfile, 3...100))
    let profile = try program.profile(inputs, runs: profileRuns) { run in
      try progress(.profiling(run: run + 1, runs: profileRuns, roofline))
    }
    if let trace {
      try AtomicFile.write(
        ReportCoding.encode(ChromeTrace(profile, name: model)), to: URL(fileURLWithPath: trace))
    }
    return BenchReport(
      seconds: times, batch: batch, peakBytes: peakBytes, trainingMemory: trainingMemory,
      profile: profile, roofline: roofline)
  }

  /// The program to measure, and what goes in.
  private func plan(
    _ network: MeasuredNetwork, _ shape: Shape, _ pool: ThreadPool
  ) throws -> (program: Program, inputs: [String: Tensor], memory: TrainingMemory?) {
    let variables = try VariableStore(network.weights)
    var inputs = [Model.inputName: MeasuredNetwork.randomImages(shape)]
    guard isTraining else {
      let program = try Program(
        network.model.inference, inputs: [Model.inputName: shape], variables: variables,
        pool: pool,
        options: PlanOptions(
          precision: precision, quantization: network.checkpoint?.quantization),
        tuner: .chosen())
      return (program, inputs, nil)
    }
    let optimizer = Optimizer.sgd()
    let trainingStep = try TrainingStep(
      network.model, loss: .crossEntropy, optimizer: optimizer, scalesLoss: precision == .float16)
    let step = trainingStep.step
    try variables.addOptimizerState(of: step)
    let output = try network.model.outputShape
    let labels = RandomStream(seed: Self.seed, named: "bench/labels")
    let targetShape = Shape([batch] + output.dimensions.dropFirst())
    inputs[TrainingStep.targetName] = Tensor(
      targetShape,
      (0..<targetShape.elementCount).map {
        Int32(labels.integer(at: UInt64($0), below: output[0]))
      })
    // Small, so that weights stay what they are through any number of steps.
    let settings = Schedule.constant(learningRate: 1e-4)
      .settings(step: 0, of: 1, momentum: optimizer.momentum)
    inputs[Optimizer.settingsName] = optimizer.settings(settings, step: 0)
    let shapes = [Model.inputName: shape, TrainingStep.targetName: targetShape]
    let tuner = AlgorithmTuner.chosen()
    if precision == .float16 { inputs[TrainingStep.lossScaleName] = Tensor(LossScale().scale) }
    let options = PlanOptions(
      precision: precision, backwardStart: trainingStep.backwardStart, recomputes: recomputes)
    let program = try Program(
      step, inputs: shapes, variables: variables, pool: pool, seed: Self.seed, options: options,
      tuner: tuner)
    guard recomputes || precision != .float32 else { return (program, inputs, nil) }
    let memory = TrainingMemory(
      .sgd, try ProgramNeeds(of: step, inputs: shapes, options: options, tuner: tuner),
      plain: try ProgramNeeds(of: step, inputs: shapes, tuner: tuner), options: options)
    return (program, inputs, memory)
  }
}
