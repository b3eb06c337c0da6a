import FoveaChecks
import FoveaFormats
import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import FoveaTraining
import Foundation
import Testing

/// Losses as PyTorch and torchvision have them, recorded by `Tools/golden/losses.py`.
struct RecordedLoss: Decodable, CustomTestStringConvertible {
  struct Arguments: Decodable { let loss: Loss }
  let name: String
  let arguments: Arguments
  let inputs: [String: String]
  let outputs: [String: String]
  let outputGradients: [String: String]
  let gradients: [String: String]

  var testDescription: String { name }

  static func file() throws -> (cases: [RecordedLoss], tensors: Weights) {
    let url = try #require(
      Bundle.module.url(
        forResource: "losses", withExtension: "safetensors", subdirectory: "Golden"))
    let contents = try Safetensors(contentsOf: url)
    let cases = Data(try #require(contents.metadata["cases"]).utf8)
    return (try JSONDecoder().decode([RecordedLoss].self, from: cases), contents.weights)
  }
}

@Suite struct LossTests {
  /// The loss of a network that does nothing, and its gradient by the network's input.
  static func graph(_ loss: Loss, output: Shape) throws -> Graph {
    let model = try Model(input: Shape(Array(output.dimensions.dropFirst()))) {
      input throws(GraphError) in input
    }
    let step = try TrainingStep(model, loss: loss, optimizer: .sgd())
    return try differentiate(
      step.evaluation, loss: TrainingStep.lossName, withRespectTo: [Model.inputName])
  }

  static func evaluate(
    _ loss: Loss, _ output: Tensor, target: Tensor, teacher: Tensor? = nil
  ) throws -> (loss: Float, gradient: [Float]) {
    let graph = try graph(loss, output: output.shape)
    let names = Set(graph.inputs.map(\.name))
    let inputs = try loss.prepare(target, output: output.shape, teacher: teacher).inputs
      .merging([Model.inputName: output]) { $1 }.filter { names.contains($0.key) }
    let program = try Program(
      graph, inputs: inputs.mapValues(\.shape), variables: VariableStore(),
      pool: ThreadPool(threads: 1))
    try program.run(inputs)
    return (
      try program.output(TrainingStep.lossName).floats[0],
      try program.output(Graph.gradientName(of: Model.inputName)).floats
    )
  }

  @Test func `values and gradients agree with PyTorch`() throws {
    let (cases, tensors) = try RecordedLoss.file()
    #expect(cases.count == 78)
    for recorded in cases {
      func tensor(_ names: [String: String], _ role: String) -> Tensor? {
        names[role].flatMap { tensors[$0] as Tensor? }
      }
      let output = try #require(tensor(recorded.inputs, "input"))
      let found = try Self.evaluate(
        recorded.arguments.loss, output,
        target: try #require(tensor(recorded.inputs, "target")),
        teacher: tensor(recorded.inputs, "teacher"))
      let expected = try #require(tensor(recorded.outputs, "output")).floats[0]
      #expect(abs(found.loss - expected) <= 2e-6 * max(1, abs(expected)), "\(recorded.name)")
      let upstream = try #require(tensor(recorded.outputGradients, "output")).floats[0]
      let gradient = try #require(tensor(recorded.gradients, "input")).floats
      let scale = gradient.map(abs).max() ?? 0
      let worst = zip(found.gradient, gradient).map { abs($0 * upstream - $1) }.max() ?? .nan
      #expect(worst <= 1e-5 * scale + 1e-8, "\(recorded.name): \(worst) of \(scale)")
    }
  }

  @Test func `gradients are those of finite differences`() throws {
    let (cases, tensors) = try RecordedLoss.file()
    let step = 1e-5
    var seen: Set<String> = []
    // One case of each loss is enough: the others have the same nodes.
    for recorded in cases where seen.insert(recorded.arguments.loss.name).inserted {
      let loss = recorded.arguments.loss
      let output = try #require(recorded.inputs["input"].flatMap { tensors[$0] as Tensor? })
      let target = try #require(recorded.inputs["target"].flatMap { tensors[$0] as Tensor? })
      let teacher = recorded.inputs["teacher"].flatMap { tensors[$0] as Tensor? }
      let gradient = try Self.evaluate(loss, output, target: target, teacher: teacher).gradient
      let graph = try Self.graph(loss, output: output.shape)
      let names = Set(graph.inputs.map(\.name))
      let others = try loss.prepare(target, output: output.shape, teacher: teacher).inputs
        .filter { names.contains($0.key) }.mapValues(ReferenceTensor.init)
      func value(_ index: Int, _ shift: Double) throws -> Double {
        var moved = ReferenceTensor(output)
        moved.values[index] += shift
        let inputs = others.merging([Model.inputName: moved]) { $1 }
        let results = try ReferenceInterpreter(graph).run(inputs)
        return try #require(results.outputs[TrainingStep.lossName]).values[0]
      }
      for index in stride(from: 0, to: output.elementCount, by: 7) {
        let slope = try (value(index, step) - value(index, -step)) / (2 * step)
        #expect(abs(slope - Double(gradient[index])) < 1e-5, "\(recorded.name), element \(index)")
      }
    }
  }

  @Test func `far logits lose neither value nor gradient`() throws {
    let output = Tensor([1, 4], [Float(-200), 200, -30, 30])
    let target = Tensor([1, 4], [Float(0), 1, 1, 0])
    for loss in [Loss.binaryCrossEntropy(), .sigmoidFocal(), .sigmoidFocal(gamma: 0.5)] {
      let found = try Self.evaluate(loss, output, target: target)
      #expect(found.loss.isFinite)
      #expect(!found.gradient.contains { !$0.isFinite })
    }
    let labels = Tensor([1], [Int32(1)])
    for gamma in [Float(0), 0.5, 2] {
      let found = try Self.evaluate(.softmaxFocal(gamma: gamma), output, target: labels)
      #expect(found.loss.isFinite)
      #expect(!found.gradient.contains { !$0.isFinite })
    }
    let wrong = try Self.evaluate(
      .binaryCrossEntropy(), output, target: Tensor([1, 4], [1, 0, 0, 1] as [Float]))
    #expect(abs(wrong.loss - 100) < 1e-3)
  }

  @Test func `class indices stand for probabilities`() throws {
    let output = Tensor([2, 3], [Float(0.1), 2, -1, 0.5, 0, 1])
    let (labels, mixed) = (
      Tensor([2], [Int32(1), 2]), Tensor([2, 3], [0, 1, 0, 0, 0, 1] as [Float])
    )
    for loss in [Loss.softCrossEntropy(), .binaryCrossEntropy(), .sigmoidFocal(), .softmaxFocal()] {
      let (hard, soft) = try (
        Self.evaluate(loss, output, target: labels), Self.evaluate(loss, output, target: mixed)
      )
      #expect(hard.loss == soft.loss)
      #expect(hard.gradient == soft.gradient)
    }
  }

  @Test func `mixup of two classes is the mixture of their losses`() throws {
    let output = Tensor([1, 3], [Float(0.3), -1, 2])
    let mixed = try Self.evaluate(
      .softCrossEntropy(), output, target: Tensor([1, 3], [Float(0.25), 0, 0.75])
    ).loss
    let parts = try [Int32(0), 2].map {
      try Self.evaluate(.crossEntropy, output, target: Tensor([1], [$0])).loss
    }
    #expect(abs(mixed - (0.25 * parts[0] + 0.75 * parts[1])) < 1e-6)
  }

  @Test func `images of a batch make triplets and pairs`() throws {
    let output: Shape = [4, 2]
    let labels = Tensor([4], [Int32(0), 1, 0, 2])
    let triplets = try Loss.tripletMargin().prepare(labels, output: output)
    // Only the two images of class 0 have another one of their class.
    #expect(triplets.weight == 2)
    #expect(triplets.inputs["loss/row-0"] == Tensor([4], [Int32(0), 1, 2, 3]))
    #expect(triplets.inputs["loss/row-1"] == Tensor([4], [Int32(2), 0, 0, 0]))
    #expect(triplets.inputs["loss/row-2"] == Tensor([4], [Int32(1), 0, 3, 0]))
    let pairs = try Loss.contrastive().prepare(Tensor([3], [Int32(5), 5, 1]), output: [3, 2])
    #expect(pairs.inputs["target"] == Tensor([3], [Float(1), 0, 0]))
    #expect(pairs.inputs["loss/row-1"] == Tensor([3], [Int32(1), 2, 0]))
  }

  @Test func `a wrong target is refused before anything runs`() {
    func refuse(
      _ loss: Loss, _ target: Tensor, output: Shape = [2, 3], _ error: TargetError,
      sourceLocation: SourceLocation = #_sourceLocation
    ) {
      #expect(throws: error, sourceLocation: sourceLocation) {
        try loss.prepare(target, output: output)
      }
    }
    let soft = Tensor([2, 3], [Float](repeating: 0.5, count: 6))
    refuse(
      .crossEntropy, Tensor([2], [Int32(0), 3]), .classIndex(3, place: 1, classes: 3))
    refuse(
      .crossEntropy, Tensor([2], [Int32(-1), 0]), .classIndex(-1, place: 0, classes: 3))
    refuse(
      .crossEntropy, Tensor([3], [Int32(0), 0, 0]),
      .shape(loss: "cross-entropy", expected: [2], actual: [3]))
    refuse(
      .crossEntropy, soft,
      .elementType(loss: "cross-entropy", expected: .int32, actual: .float32))
    refuse(
      .crossEntropy(ignoreIndex: 0), Tensor([2], [Int32(0), 0]),
      .nothingCounts(loss: "cross-entropy"))
    refuse(
      .softCrossEntropy(), Tensor([2, 2], [Float](repeating: 0, count: 4)),
      .shape(loss: "cross-entropy with probabilities", expected: [2, 3], actual: [2, 2]))
    refuse(
      .softCrossEntropy(), Tensor([2, 3], [Float(1), 0, 0, 2, 0, 0]),
      .value(2, place: 3, allowed: "a probability, 0 to 1"))
    refuse(
      .sigmoidFocal(), soft, .value(0.5, place: 0, allowed: "0 or 1"))
    refuse(
      .meanSquaredError, Tensor([2, 3], [Float(1), 0, .infinity, 2, 0, 0]),
      .value(.infinity, place: 2, allowed: "a finite number"))
    refuse(.distillation(), Tensor([2], [Int32(0), 1]), .noTeacher)
    refuse(
      .tripletMargin(), Tensor([1, 3], [Int32(0), 1, 2]), .row(2, place: 2, batch: 2))
    refuse(
      .contrastive(), Tensor([1, 3], [Int32(0), 1, 2]),
      .value(2, place: 2, allowed: "1 for alike, 0 for different"))
    refuse(
      .tripletMargin(), Tensor([2], [Int32(0), 1]), .nothingCounts(loss: "triplet margin loss"))
    refuse(
      .crossEntropy(classWeights: [1]), Tensor([2], [Int32(0), 1]),
      .output(loss: "cross-entropy", actual: [2, 3]))
    refuse(
      .crossEntropy, Tensor([2], [Int32(0), 1]), output: [2],
      .output(loss: "cross-entropy", actual: [2]))
    #expect(throws: TargetError.self) {
      try Loss.meanSquaredError.prepare(Tensor([1], [Float.nan]), output: [1])
    }
  }

  @Test(arguments: [
    Loss.crossEntropy(labelSmoothing: 2), .crossEntropy(classWeights: [1, -1, 1]),
    .softCrossEntropy(classWeights: [1]), .binaryCrossEntropy(positiveWeights: [.nan, 1, 1]),
    .sigmoidFocal(gamma: -1), .sigmoidFocal(alpha: 2), .softmaxFocal(gamma: .infinity), .dice(),
    .huber(delta: 0), .smoothL1(beta: -1), .distillation(temperature: 0), .distillation(share: 2),
    .tripletMargin(margin: 0), .contrastive(margin: -1),
  ])
  func `settings that no loss has are refused`(loss: Loss) {
    #expect(throws: GraphError.self) { try Self.graph(loss, output: [2, 3]) }
  }

  @Test func `losses are written and read, also those of earlier versions`() throws {
    let all: [Loss] = [
      .crossEntropy(labelSmoothing: 0.1, classWeights: [1, 2], ignoreIndex: 255),
      .dice(activation: .sigmoid, smooth: 0), .tripletMargin(margin: 2, swap: true),
    ]
    let coded = try JSONEncoder().encode(all)
    #expect(try JSONDecoder().decode([Loss].self, from: coded) == all)
    let earlier = Data(#"{"crossEntropy":{"labelSmoothing":0.5}}"#.utf8)
    #expect(
      try JSONDecoder().decode(Loss.self, from: earlier) == .crossEntropy(labelSmoothing: 0.5))
  }
}
