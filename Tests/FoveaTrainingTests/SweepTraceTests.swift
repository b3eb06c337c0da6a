import Foundation
import FoveaData
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import FoveaZoo
import Synchronization
import Testing

@testable import FoveaTraining

/// Something wrong with a file, which comes and goes.
private final class Fault: Sendable {
  private let state = Mutex(false)
  var isThere: Bool {
    get { state.withLock { $0 } }
    set { state.withLock { $0 = newValue } }
  }
}

/// Images of which one cannot be read while the fault is there.
private struct FaultyImages: LabelledImages {
  let images: any LabelledImages
  let fault: Fault

  var description: DatasetDescription { images.description }
  var count: Int { images.count }
  func label(of index: Int) -> Int32 { images.label(of: index) }

  func write(
    _ index: Int, epoch: Int, to target: UnsafeMutableBufferPointer<Float>
  ) throws(DamagedImage) {
    if fault.isThere, index == 200 {
      throw DamagedImage(index: index, name: "200.png", reason: "it is cut off")
    }
    try images.write(index, epoch: epoch, to: target)
  }
}

/// A learning-rate sweep changes no byte of what a checkpoint holds, nor of what comes after.
@Suite struct SweepTraceTests {
  /// How a sweep ends.
  enum Ending { case complete, diverged, stopped, damaged }

  struct Setup: CustomTestStringConvertible {
    let testDescription: String
    let settings: LearnerSettings
    var rates = 1e-5...0.1
    var steps = 16
    var isAugmented = false
    var ending = Ending.complete

    init(
      _ name: String, optimizer: Optimizer = .sgd(), loss: Loss = .crossEntropy,
      precision: Precision = .float32, updates: UpdateOptions = UpdateOptions(), batches: Int = 1,
      averaging: WeightAveraging? = nil
    ) {
      testDescription = name
      settings = LearnerSettings(
        loss: loss, optimizer: optimizer, seed: 5, precision: precision, updates: updates,
        accumulatedBatches: batches, averaging: averaging)
    }

    func with(_ change: (inout Setup) -> Void) -> Setup {
      var result = self
      change(&result)
      return result
    }
  }

  /// The model of them all has dropout and batch normalisation.
  static let setups = [
    Setup("SGD with momentum"), Setup("AdamW", optimizer: .adamW()),
    Setup("Muon", optimizer: .muon()),
    Setup("accumulation", optimizer: .adamW(), batches: 3),
    Setup("an exponential average", averaging: .exponential(decay: 0.9)),
    Setup("a stochastic average", averaging: .stochastic(start: 0)),
    Setup("mixed and augmented images", loss: .softCrossEntropy()).with { $0.isAugmented = true },
    Setup("16 bits with a scaled loss", optimizer: .adamW(), precision: .float16),
    // Rates at which gradients overflow, updates are left out, and the scale falls.
    Setup("16 bits that overflow", precision: .float16).with {
      $0.rates = 1...1e4
      $0.ending = .diverged
    },
    Setup(
      "frozen groups",
      updates: UpdateOptions(groups: [
        ParameterGroup("0.*", isFrozen: true), ParameterGroup("4.*", frozenEpochs: 1),
      ])),
    Setup("a loss that explodes", optimizer: .adamW(), averaging: .exponential(decay: 0.9)).with {
      $0.rates = 1e-3...1e4
      $0.steps = 40
      $0.ending = .diverged
    },
    Setup("a loss that is no number", batches: 2, averaging: .exponential(decay: 0.9)).with {
      $0.rates = 1e30...1e32
      $0.ending = .diverged
    },
    Setup("an observer that stops", optimizer: .adamW(), batches: 2).with { $0.ending = .stopped },
    Setup("an image that cannot be read", averaging: .exponential(decay: 0.9)).with {
      $0.ending = .damaged
    },
  ]

  private let fault = Fault()

  private func learner(_ setup: Setup) throws -> Learner {
    let digits = try MNIST.mini(.training).prefix(400)
    let images: any LabelledImages =
      try setup.isAugmented
      ? ImagePipeline(
        StoredImages(digits),
        transforms: [
          .randomAffine(degrees: 10, shift: 0.1), .randomErasing(),
          .randomCrop(28, padding: 2),
        ], size: 28, normalization: .mnist, seed: 7)
      : digits
    let training = DataLoader(
      FaultyImages(images: images, fault: fault), batchSize: 64, shuffleSeed: 3,
      mixing: setup.isAugmented ? .mixupOrCutMix() : nil)
    return try Learner(
      LearnerTests.model(), training: training,
      validation: DataLoader(MNIST.mini(.test).prefix(128), batchSize: 128),
      settings: setup.settings, threads: 1)
  }

  /// Sweeps, and expects the bytes of the checkpoint to stay.
  private func sweep(_ learner: Learner, _ setup: Setup, _ moment: String) async throws {
    let before = try Self.file(of: learner)
    fault.isThere = setup.ending == .damaged
    defer { fault.isThere = false }
    do {
      let sweep = try await learner.findLearningRate(
        from: setup.rates.lowerBound, to: setup.rates.upperBound, steps: setup.steps
      ) { step in setup.ending == .stopped && step == 4 ? .stop : .proceed }
      #expect(setup.ending != .damaged)
      #expect(sweep.hasDiverged == (setup.ending == .diverged), "\(moment)")
      if setup.ending == .stopped { #expect(sweep.points.count == 5) }
    } catch is DamagedImage {
      #expect(setup.ending == .damaged)
    }
    let isSame = try Self.file(of: learner) == before
    #expect(isSame, "\(moment)")
  }

  /// The bytes of the file that a learner's checkpoint becomes.
  private static func file(of learner: Learner) throws -> Data {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("fovea-\(UUID()).safetensors")
    defer { try? FileManager.default.removeItem(at: url) }
    try learner.checkpoint.write(to: url)
    return try Data(contentsOf: url)
  }

  /// The same without how long epochs took, in which two trainings differ.
  private static func timelessFile(of learner: Learner) throws -> Data {
    let file = try file(of: learner)
    let length = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = String(decoding: file.dropFirst(8).prefix(length), as: UTF8.self)
    let times = /\\"seconds\\":[-+.0-9e]+/
    #expect(header.contains(times) == (learner.progress?.finishedEpochs.isEmpty == false))
    let timeless = header.replacing(times, with: "").trimmingCharacters(in: .whitespaces)
    return Data(timeless.utf8) + file.dropFirst(8 + length)
  }

  @Test(arguments: setups)
  func `a sweep changes no byte, whatever is trained and however it ends`(
    setup: Setup
  ) async throws {
    let schedule = Schedule.fastaiOneCycle(maxLearningRate: 0.01)
    let (swept, plain) = (try learner(setup), try learner(setup))
    try await sweep(swept, setup, "before the first step")
    for learner in [swept, plain] {
      // 7 steps an epoch: in the middle of the second.
      let report = try await learner.fit(epochs: 2, schedule: schedule, observers: [StopAfter(11)])
      #expect(report.wasStopped)
    }
    try await sweep(swept, setup, "in an epoch")
    for learner in [swept, plain] { try await learner.resume() }
    try await sweep(swept, setup, "after a training")
    #expect(try Self.timelessFile(of: swept) == Self.timelessFile(of: plain))
    for learner in [swept, plain] { try await learner.fit(epochs: 1, schedule: schedule) }
    let isSame = try Self.timelessFile(of: swept) == Self.timelessFile(of: plain)
    #expect(isSame, "what was trained afterwards differs")
  }

  private static func trainsBody(_ learner: Learner) -> Bool {
    learner.graphs.step.variables.contains { $0.name == "optimizer/mean/0.weight" }
  }

  @Test func `fine-tuning is swept with what it freezes next`() async throws {
    let setup = Setup("fine-tuning", optimizer: .adamW())
    let (swept, plain) = (try learner(setup), try learner(setup))
    for learner in [swept, plain] {
      try await learner.fineTune(
        epochs: 2, frozenEpochs: 1, maxLearningRate: 0.01, observers: [StopAfter(4)])
    }
    try await sweep(swept, setup, "while the body is frozen")
    #expect(!Self.trainsBody(swept))
    for learner in [swept, plain] { try await learner.resume(observers: [StopAfter(6)]) }
    try await sweep(swept, setup, "once it has thawed")
    #expect(Self.trainsBody(swept))
    for learner in [swept, plain] { try await learner.resume() }
    try await sweep(swept, setup, "before it is tuned again")
    #expect(!Self.trainsBody(swept))
    for learner in [swept, plain] {
      try await learner.fineTune(epochs: 1, frozenEpochs: 1, maxLearningRate: 0.01)
    }
    let isSame = try Self.timelessFile(of: swept) == Self.timelessFile(of: plain)
    #expect(isSame)
  }
}
