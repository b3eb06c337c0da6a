import FoveaData
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import FoveaTraining
import Foundation
import Testing

@Suite struct TeacherTests {
  @Test func `distillation learns from a teacher, and needs one that fits`() async throws {
    let (training, validation) = try LearnerTests.loaders(images: 1600, batchSize: 64)
    let model = try AccumulationTests.model()
    let first = try Learner(model, training: training, threads: 2)
    try await first.fitOneCycle(epochs: 2, maxLearningRate: 0.1)
    let teacher = Teacher(model, weights: first.weights)
    let settings = LearnerSettings(loss: .distillation(temperature: 2, share: 1), seed: 9)
    let student = try Learner(
      model, training: training, settings: settings, threads: 2, teacher: teacher)
    let before = try await student.evaluate(validation)
    try await student.fitOneCycle(epochs: 2, maxLearningRate: 0.1)
    let after = try await student.evaluate(validation)
    #expect(after.loss < before.loss / 2)
    #expect(throws: TrainingError.self) {
      try Learner(model, training: training, settings: settings)
    }
    #expect(throws: TrainingError.self) {
      try Learner(model, training: training, teacher: teacher)
    }
    let other = try Model(input: [1, 28, 28]) {
      Flatten()
      Linear(3)
    }
    #expect(throws: TrainingError.self) {
      try Learner(
        model, training: training, settings: settings,
        teacher: Teacher(other, weights: other.initialWeights(seed: 0)))
    }
  }
}
