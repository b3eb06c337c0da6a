import FoveaData
import FoveaLayers
import FoveaTraining
import Foundation
import Testing

/// Trainings whose fault shows in their course: each is called by its name.
@Suite struct PlantedCourseTests {
  @Test func `a few images that are learned by heart are overfitting`() async throws {
    let model = try Model(input: [1, 28, 28]) {
      Flatten()
      Linear(64)
      ReLU()
      Linear(10)
    }
    let found = try await TrainingHealthTests.findings(
      model, MNIST.mini(.training).prefix(200), epochs: 60,
      schedule: .constant(learningRate: 0.01))
    let finding = try #require(found.first { $0.kind == .overfitting }, "\(found)")
    #expect(finding.evidence.contains("the validation loss rose from"), "\(finding)")
    #expect(finding.layer == nil && finding.step < 240)
  }

  @Test func `layers collapse and come back where the rate swings far too high`() async throws {
    let found = try await TrainingHealthTests.findings(
      TrainingHealthTests.model(isNormalised: false), MNIST.mini(.training), epochs: 3,
      schedule: .cosineRestarts(learningRate: 0.06, first: 24, multiplier: 1), interval: 2)
    let cycles = found.filter {
      $0.kind == .activationCollapse && $0.evidence.contains("came back")
    }
    #expect(!cycles.isEmpty, "\(found)")
    #expect(cycles.allSatisfy { $0.layer != nil })
    #expect(found.contains { $0.kind == .learningRateTooHigh }, "\(found)")
  }

  /// Images of a source that is far slower than a step.
  private struct SlowImages: LabelledImages {
    let images: any LabelledImages
    var description: DatasetDescription { images.description }
    var count: Int { images.count }
    func label(of index: Int) -> Int32 { images.label(of: index) }

    func write(
      _ index: Int, epoch: Int, to target: UnsafeMutableBufferPointer<Float>
    ) throws(DamagedImage) {
      Thread.sleep(forTimeInterval: 0.03)
      try images.write(index, epoch: epoch, to: target)
    }
  }

  @Test func `a source that is slower than the steps binds the loop`() async throws {
    let images = SlowImages(images: try MNIST.mini(.training).prefix(70))
    let model = try Model(input: [1, 28, 28]) {
      Flatten()
      Linear(10)
    }
    let learner = try Learner(
      model, training: DataLoader(images, batchSize: 1, shuffleSeed: 1, workers: 1),
      settings: LearnerSettings(seed: 1), threads: 1)
    let report = try await learner.fit(
      epochs: 1, schedule: .constant(learningRate: 0.01),
      observers: [Recorder(), try ActivationStats(), HealthWatcher()])
    let finding = try #require(report[HealthWatcher.self]?.first { $0.kind == .dataBound })
    #expect(finding.evidence.contains("% of the steps' time was spent waiting for images"))
    #expect(finding.remedy.contains("--workers"))
  }
}
