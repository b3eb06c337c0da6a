import FoveaLayers
import FoveaTensors
import Testing

@testable import FoveaRuntime

@Suite struct ProfileTests {
  let pool: ThreadPool

  init() throws { pool = try ThreadPool(threads: 2) }

  @Test func `stages cut all steps, in order`() throws {
    let model = try Model(input: [3, 8, 8]) {
      Conv2d(4, kernel: 3, padding: 1)
      BatchNorm2d()
      ReLU()
      Flatten()
      Linear(5)
    }
    for graph in [model.inference, model.training] {
      let program = try Program(
        graph, variables: VariableStore(model.initialWeights(seed: 0)), pool: pool,
        options: PlanOptions(fuses: false))
      #expect(program.stages.map(\.steps.lowerBound).first == 0)
      #expect(program.stages.map(\.steps.upperBound).last == program.steps.count)
      for (stage, next) in zip(program.stages, program.stages.dropFirst()) {
        #expect(stage.steps.upperBound == next.steps.lowerBound)
      }
      #expect(Array(program.stages.map(\.path).prefix(3)) == ["0", "1", "2"])
    }
  }

  @Test func `a profile computes what runs compute`() throws {
    func result(_ run: (Program) throws -> Void) throws -> (loss: [Float], weights: Weights) {
      let store = try VariableStore(Weights(["w": Tensor([3], [Float(1), 0.5, -2])]))
      let program = try Program(ProgramTests.descent(), variables: store, pool: pool)
      try run(program)
      return (try program.output("loss").floats, store.snapshot())
    }
    let inputs = ["x": ProgramTests.x]
    let expected = try result { program in
      for step in 0..<3 { try program.run(inputs, step: UInt64(step)) }
    }
    var begun: [Int] = []
    let actual = try result { program in
      let profile = try program.profile(inputs, runs: 3) { begun.append($0) }
      let product = try #require(profile.stages.first)
      #expect(product.path == "product" && product.operation == "Multiply")
      #expect(product.outputShape == [2, 3])
      // Six elements and three weights are read, six written.
      #expect(product.byteCount == 15 * 4)
      for stage in profile.stages {
        #expect(stage.seconds >= 0 && stage.duration >= 0 && stage.start <= profile.seconds)
      }
    }
    #expect(begun == [0, 1, 2])
    #expect(actual.loss == expected.loss && actual.weights == expected.weights)
  }

  @Test func `a roofline is the larger of two times`() throws {
    let roofline = try Roofline(measuredOn: pool)
    let arithmetic = roofline.seconds(multiplyAdds: 1_000_000_000, byteCount: 0)
    let traffic = roofline.seconds(multiplyAdds: 0, byteCount: 1_000_000_000)
    #expect(arithmetic > 0 && traffic > 0 && arithmetic.isFinite && traffic.isFinite)
    #expect(
      roofline.seconds(multiplyAdds: 1_000_000_000, byteCount: 1_000_000_000)
        == max(arithmetic, traffic))
  }
}
