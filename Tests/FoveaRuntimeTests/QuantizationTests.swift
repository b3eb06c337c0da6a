import FoveaGraph
import FoveaLayers
import FoveaTensors
import Testing

@testable import FoveaRuntime

@Suite struct QuantizationTests {
  /// A stem, a block with a residual, a depthwise layer, and an end without normalisation.
  static func network() throws -> Model {
    try Model(input: [3, 14, 13]) {
      Conv2d(12, kernel: 5, stride: 2, padding: 2, bias: false)
      BatchNorm2d()
      ReLU()
      Residual {
        Conv2d(12, kernel: 3, padding: 1)
        SiLU()
        Conv2d(12, kernel: 1, bias: false)
        BatchNorm2d()
      }
      ReLU()
      Conv2d(12, kernel: 3, padding: 1, groups: 12)
      Conv2d(20, kernel: 3, stride: 2)
    }
  }

  static func images(_ count: Int, stream: UInt64 = 1) -> [String: Tensor] {
    let numbers = RandomStream(seed: 5, stream: stream)
    return [
      Model.inputName: Tensor(
        [count, 3, 14, 13],
        (0..<count * 3 * 14 * 13).map { Float(numbers.normal(at: UInt64($0))) })
    ]
  }

  static func quantization(
    _ model: Model, tolerance: Double = 0.05, isForced: Bool = true
  ) throws -> Quantization {
    let quantizer = try Quantizer(
      model.inference, variables: VariableStore(model.initialWeights(seed: 3)),
      pool: ThreadPool(threads: 2))
    return try quantizer.quantization(
      calibration: [images(4), images(3, stream: 2)], timing: images(1), tolerance: tolerance,
      isForced: isForced)
  }

  static func answer(
    _ model: Model, _ quantization: Quantization?, threads: Int = 2,
    instructionSet: InstructionSet? = nil, fuses: Bool = true
  ) throws -> [Float] {
    let program = try Program(
      model.inference, inputs: [Model.inputName: [2, 3, 14, 13]],
      variables: VariableStore(model.initialWeights(seed: 3)), pool: ThreadPool(threads: threads),
      instructionSet: instructionSet,
      options: PlanOptions(fuses: fuses, quantization: quantization))
    try program.run(images(2, stream: 3))
    return try program.output(Model.outputName).floats
  }

  @Test func `a forced network is near its float one, also unfused`() throws {
    let model = try Self.network()
    let quantization = try Self.quantization(model)
    #expect(quantization.layers.count == 5)
    #expect(quantization.quantizedLayers.count == 4)
    for layer in quantization.quantizedLayers {
      let error = try #require(layer.error)
      #expect(error > 0 && error < 0.01, "\(layer.path)")
      #expect(try #require(layer.floatMilliseconds) > 0)
      #expect(try #require(layer.int8Milliseconds) > 0)
    }
    let float = try Self.answer(model, nil)
    let scale = try #require(float.map(abs).max())
    for fuses in [true, false] {
      let int8 = try Self.answer(model, quantization, fuses: fuses)
      let difference = zip(float, int8).map { abs($0 - $1) }.max() ?? .nan
      #expect(difference > 0 && difference < 0.05 * scale)
    }
  }

  @Test func `bits are the same for any number of threads`() throws {
    let model = try Self.network()
    let quantization = try Self.quantization(model)
    let bits = try [1, 2, 3].map { threads in
      try Self.answer(model, quantization, threads: threads).map(\.bitPattern)
    }
    #expect(bits[0] == bits[1] && bits[0] == bits[2])
  }

  @Test func `bits are the same for every instruction set where all is quantised`() throws {
    let model = try Model(input: [3, 14, 13]) {
      Conv2d(12, kernel: 5, stride: 2, padding: 2)
      ReLU()
      Conv2d(20, kernel: 3, stride: 2)
    }
    let quantization = try Self.quantization(model)
    let bits = try InstructionSet.available.map { isa in
      try Self.answer(model, quantization, instructionSet: isa).map(\.bitPattern)
    }
    #expect(Set(bits).count == 1)
  }

  @Test func `groups stay float, and so does what errs too much or is not finite`() throws {
    let model = try Self.network()
    let strict = try Self.quantization(model, tolerance: 1e-9, isForced: false)
    #expect(strict.quantizedLayers.isEmpty)
    #expect(strict.layers.map(\.verdict).filter { $0 == .unsupported }.count == 1)
    #expect(strict.layers.map(\.verdict).filter { $0 == .inaccurate }.count == 4)
    #expect(try Self.answer(model, strict) == Self.answer(model, nil))

    let loose = try Self.quantization(model, tolerance: 1, isForced: false)
    for layer in loose.layers where layer.verdict != .unsupported {
      let (float, int8) = (layer.floatMilliseconds ?? 0, layer.int8Milliseconds ?? 0)
      #expect((layer.verdict == .kept) == (int8 <= Quantizer.worthwhileShare * float))
    }

    var histogram = ValueHistogram()
    [Float(1), .nan, 2].withUnsafeBufferPointer { histogram.widen(to: $0) }
    #expect(histogram.input == nil)
  }

  @Test func `a range leaves out what is rare and far`() throws {
    func input(_ numbers: [Float]) throws -> Quantization.Input {
      var histogram = ValueHistogram()
      numbers.withUnsafeBufferPointer { histogram.widen(to: $0) }
      numbers.withUnsafeBufferPointer { histogram.count($0) }
      return try #require(histogram.input)
    }
    let ramp = (0...10_000).map { Float($0) / 10_000 }
    let plain = try input(ramp)
    #expect(plain.zeroPoint == 0)
    #expect(abs(plain.scale * 255 - 1) < 0.02)
    // One number that far costs less than a coarser step for so many.
    let outlier = try input((0...100).flatMap { _ in ramp } + [1.8])
    #expect(outlier.scale * 255 < 1.4)
    let both = try input(ramp.map { $0 - 0.25 })
    #expect(abs(both.zeroPoint - 64) <= 1)
    let negative = try input(ramp.map { -$0 })
    #expect(negative.zeroPoint == 255)
    var empty = ValueHistogram()
    [Float(0), 0].withUnsafeBufferPointer { empty.widen(to: $0) }
    #expect(empty.input == nil)
  }

  @Test func `what belongs to no such network is refused`() throws {
    let model = try Self.network()
    let path = "0"
    let good = Quantization.Input(scale: 0.1, zeroPoint: 3)
    func check(
      _ path: String, _ input: Quantization.Input?, _ error: QuantizationError, twice: Bool = false
    ) {
      let layer = Quantization.Layer(path: path, verdict: .kept, input: input)
      let quantization = Quantization(layers: twice ? [layer, layer] : [layer])
      #expect(throws: error) { try quantization.check(for: model.inference) }
      #expect(throws: error) { try Self.answer(model, quantization) }
      #expect(error.description.contains(path) && error.description.contains("; "))
    }
    check(path, good, .duplicateLayer(path), twice: true)
    check("nowhere", good, .unknownLayer("nowhere"))
    let grouped = try #require(
      model.inference.nodes.first { ($0.operation as? FoveaGraph.Conv2d)?.groups == 12 })
    check(grouped.path, good, .unsupportedLayer(grouped.path))
    check(path, nil, .missingInput(path))
    for scale: Float in [0, -1, .infinity, 0x1p-133, 1e35] {
      check(path, .init(scale: scale, zeroPoint: 3), .scale(path, scale))
    }
    for zeroPoint in [-1, 256, .max, .min] {
      check(path, .init(scale: 1, zeroPoint: zeroPoint), .zeroPoint(path, zeroPoint))
    }
    let nan = Quantization(
      layers: [.init(path: path, verdict: .kept, input: .init(scale: .nan, zeroPoint: 0))])
    #expect(throws: QuantizationError.self) { try nan.check(for: model.inference) }
  }

  @Test func `a training cannot run on 8-bit numbers`() throws {
    let quantization = Quantization(
      layers: [.init(path: "x", verdict: .forced, input: .init(scale: 1, zeroPoint: 0))])
    var builder = GraphBuilder()
    let x = try builder.input("x", [1, 1, 3, 3])
    let w = try builder.variable("w", [1, 1, 1, 1], role: .parameter)
    let window = try Window(kernel: 1)
    let y = try builder.apply(
      FoveaGraph.Conv2d(rows: window, columns: window), x, w, path: "x")
    try builder.output("y", y)
    try quantization.check(for: builder.graph)
    try builder.update("w", with: try builder.apply(Scale(2, shift: 0), w, path: "s"))
    #expect(throws: QuantizationError.unsupportedLayer("x")) {
      try quantization.check(for: builder.graph)
    }
  }
}
