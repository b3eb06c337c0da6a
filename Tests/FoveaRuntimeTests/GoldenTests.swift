import FoveaGraph
import FoveaRuntime
import FoveaTensors
import Testing

/// Every operation against what PyTorch gave, forward and backward, on every instruction set.
@Suite struct GoldenTests {
  static let operations = [
    "conv2d", "conv_transpose2d", "linear", "matmul", "max_pool2d", "avg_pool2d",
    "adaptive_avg_pool2d",
    "batch_norm2d", "relu", "exp", "log", "sqrt", "neg", "tanh", "add", "sub", "mul", "div", "sum",
    "mean",
    "maximum", "minimum",
    "amax", "softmax", "log_softmax", "cross_entropy", "concat", "slice", "flatten", "reshape",
    "leaky_relu", "hardtanh", "sigmoid", "silu", "hardsigmoid", "hardswish",
    "conv1d", "conv_transpose1d", "conv3d", "embedding",
    "conv1d", "conv_transpose1d", "conv3d",
    "gelu", "elu", "prelu", "softplus", "mish",
    "group_norm", "layer_norm", "layer_norm2d", "local_response_norm",
  ]

  /// The operation, and the roles of its inputs in its own order.
  static func operation(_ name: String, _ recorded: GoldenCase) throws
    -> (operation: any Operation, roles: [String])
  {
    if let moving = try movingOperation(name, recorded) { return moving }
    let arguments = recorded.arguments
    let affine = ["weight", "bias"].filter { recorded.inputs[$0] != nil }
    switch name {
    case "conv2d":
      let (rows, columns) = try arguments.windows
      let operation = Conv2d(
        rows: rows, columns: columns, groups: try #require(arguments.groups))
      return (operation, ["input", "weight"] + (recorded.inputs["bias"] == nil ? [] : ["bias"]))
    case "conv_transpose2d":
      let (rows, columns) = try arguments.windows
      let operation = ConvTranspose2d(
        rows: rows, columns: columns, outputPadding: try #require(arguments.outputPadding),
        groups: try #require(arguments.groups))
      return (operation, ["input", "weight"] + (recorded.inputs["bias"] == nil ? [] : ["bias"]))
    case "conv1d", "conv_transpose1d", "conv3d":
      return try signalOperation(name, recorded)
    case "embedding":
      return (Embedding(paddingIndex: recorded.arguments.paddingIndex), ["weight", "indices"])
    case "linear":
      return (Linear(), ["input", "weight"] + (recorded.inputs["bias"] == nil ? [] : ["bias"]))
    case "matmul":
      let operation = MatMul(
        transposeLeft: try #require(arguments.transposeLeft as Bool?),
        transposeRight: try #require(arguments.transposeRight as Bool?))
      return (operation, ["input", "other"])
    case "max_pool2d":
      let (rows, columns) = try arguments.windows
      return (MaxPool2d(rows: rows, columns: columns), ["input"])
    case "avg_pool2d":
      let (rows, columns) = try arguments.windows
      let operation = AvgPool2d(
        rows: rows, columns: columns,
        countIncludePad: try #require(arguments.countIncludePad as Bool?))
      return (operation, ["input"])
    case "adaptive_avg_pool2d":
      let size = try #require(arguments.outputSize)
      return (AdaptiveAvgPool2d(height: size[0], width: size[1]), ["input"])
    case "batch_norm2d":
      let epsilon = Float(try #require(arguments.epsilon))
      let roles = ["input", "running_mean", "running_var"] + affine
      return try #require(arguments.training as Bool?)
        ? (
          BatchNorm2dTraining(
            epsilon: epsilon, momentum: Float(try #require(arguments.momentum))), roles
        ) : (BatchNorm2d(epsilon: epsilon), roles)
    case "relu": return (ReLU(), ["input"])
    case "exp": return (Unary(.exp), ["input"])
    case "log": return (Unary(.log), ["input"])
    case "sqrt": return (Unary(.sqrt), ["input"])
    case "neg": return (Unary(.negate), ["input"])
    case "tanh": return (Unary(.tanh), ["input"])
    case "leaky_relu":
      return (LeakyReLU(negativeSlope: try #require(arguments.negativeSlope)), ["input"])
    case "hardtanh":
      let operation = Hardtanh(
        minimum: try #require(arguments.minimum), maximum: try #require(arguments.maximum))
      return (operation, ["input"])
    case "sigmoid": return (Sigmoid(), ["input"])
    case "silu": return (SiLU(), ["input"])
    case "hardsigmoid": return (Hardsigmoid(), ["input"])
    case "hardswish": return (Hardswish(), ["input"])
    case "gelu":
      return (GELU(approximate: try #require(arguments.approximate)), ["input"])
    case "elu": return (ELU(alpha: try #require(arguments.alpha)), ["input"])
    case "prelu": return (PReLU(), ["input", "weight"])
    case "softplus":
      let operation = Softplus(
        beta: try #require(arguments.beta), threshold: try #require(arguments.threshold))
      return (operation, ["input"])
    case "mish": return (Mish(), ["input"])
    case "group_norm":
      let operation = GroupNorm(
        groups: try #require(arguments.groups), epsilon: Float(try #require(arguments.epsilon)))
      return (operation, ["input"] + affine)
    case "layer_norm", "layer_norm2d":
      let operation = LayerNorm(
        axes: name == "layer_norm2d" ? .channels : .trailing(try #require(arguments.trailingAxes)),
        epsilon: Float(try #require(arguments.epsilon)))
      return (operation, ["input"] + affine)
    case "local_response_norm":
      let operation = LocalResponseNorm(
        size: try #require(arguments.size).all[0], alpha: try #require(arguments.alpha),
        beta: try #require(arguments.beta), k: try #require(arguments.k))
      return (operation, ["input"])
    case "add": return (Binary(.add), ["input", "other"])
    case "sub": return (Binary(.subtract), ["input", "other"])
    case "mul": return (Binary(.multiply), ["input", "other"])
    case "div": return (Binary(.divide), ["input", "other"])
    case "maximum": return (Binary(.maximum), ["input", "other"])
    case "minimum": return (Binary(.minimum), ["input", "other"])
    case "sum", "mean", "amax":
      let function: Reduce.Function = name == "amax" ? .max : name == "sum" ? .sum : .mean
      let operation = Reduce(
        function, axes: try #require(arguments.axes),
        keepDimensions: try #require(arguments.keepDimensions as Bool?))
      return (operation, ["input"])
    case "softmax": return (Softmax(axis: try #require(arguments.axis)), ["input"])
    case "log_softmax": return (LogSoftmax(axis: try #require(arguments.axis)), ["input"])
    case "cross_entropy":
      let operation = CrossEntropy(
        target: try #require(arguments.target),
        labelSmoothing: try #require(arguments.labelSmoothing),
        ignoreIndex: arguments.ignoreIndex ?? -100, reduction: try #require(arguments.reduction))
      return (operation, ["input", "target"])
    case "concat":
      let roles = recorded.inputs.keys.sorted {
        ($0.count, $0) < ($1.count, $1)
      }
      return (Concat(axis: try #require(arguments.axis)), roles)
    case "slice":
      let operation = Slice(
        axis: try #require(arguments.axis), start: try #require(arguments.start),
        end: try #require(arguments.end))
      return (operation, ["input"])
    case "flatten":
      let operation = Flatten(
        startAxis: try #require(arguments.startAxis), endAxis: try #require(arguments.endAxis))
      return (operation, ["input"])
    default: return (Reshape(try #require(arguments.shape)), ["input"])
    }
  }

  @Test(arguments: operations + movingOperations, InstructionSet.available)
  func `agrees with PyTorch`(name: String, isa: InstructionSet) throws {
    let file = try GoldenFile(name)
    let pool = try ThreadPool(threads: 2)
    #expect(!file.cases.isEmpty)
    for recorded in file.cases {
      let (operation, roles) = try Self.operation(name, recorded)
      let wanted = (recorded.gradients ?? [:]).keys.sorted()

      // loss = Σ output · upstream, so that the loss's gradients are the recorded ones.
      var builder = GraphBuilder()
      var inputs: [String: Tensor] = [:]
      var values: [Value] = []
      for role in roles {
        let tensor = try file.tensor(role, recorded.inputs)
        inputs[role] = tensor
        values.append(try builder.input(role, tensor.shape, tensor.elementType))
      }
      let results = try builder.append(operation, values, path: recorded.name)
      try builder.output("output", results[0])
      if results.count == 5 {
        try builder.output("new_running_mean", results[3])
        try builder.output("new_running_var", results[4])
      }
      if !wanted.isEmpty {
        let upstream = try file.tensor("output", recorded.outputGradients)
        inputs["upstream"] = upstream
        let weights = try builder.input("upstream", upstream.shape)
        let product = try builder.apply(Binary(.multiply), results[0], weights, path: "product")
        let axes = Array(0..<upstream.shape.rank)
        try builder.output(
          "loss",
          try builder.apply(
            Reduce(.sum, axes: axes, keepDimensions: false), product, path: "loss"))
      }
      let graph =
        try wanted.isEmpty
        ? builder.graph : differentiate(builder.graph, loss: "loss", withRespectTo: wanted)
      let program = try Program(
        graph, variables: VariableStore(), pool: pool, instructionSet: isa)
      try program.run(inputs)
      for role in recorded.outputs.keys.sorted() {
        expectClose(
          try program.output(role), try file.tensor(role, recorded.outputs), relative: 1e-5,
          "\(name), \(recorded.name), \(role)")
      }
      for role in wanted {
        expectClose(
          try program.output(Graph.gradientName(of: role)),
          try file.tensor(role, recorded.gradients), relative: 1e-4,
          "\(name), \(recorded.name), gradient of \(role)")
      }
    }
  }

  @Test(arguments: ["sgd", "adam", "adamw"], InstructionSet.available)
  func `an optimiser follows PyTorch over ten steps`(name: String, isa: InstructionSet) throws {
    let file = try GoldenFile(name)
    let pool = try ThreadPool(threads: 1)
    for recorded in file.cases {
      let arguments = recorded.arguments
      let start = try file.tensor("parameter", recorded.inputs)
      let gradients = try file.tensor("gradients", recorded.inputs)
      let expected = try file.tensor("parameters", recorded.outputs)
      let rate = try #require(arguments.learningRate)
      let decay = Float(try #require(arguments.weightDecay))

      var builder = GraphBuilder()
      var states = ["parameter"]
      let settingCount = name == "sgd" ? SGDUpdate.settingCount : AdamUpdate.settingCount
      var inputs = [
        try builder.variable("parameter", start.shape, role: .parameter),
        try builder.input("gradient", start.shape),
      ]
      for state in name == "sgd" ? ["velocity"] : ["mean", "variance"] {
        inputs.append(try builder.variable(state, start.shape, role: .optimizerState))
        states.append(state)
      }
      inputs.append(try builder.input("settings", [settingCount]))
      let operation: any Operation =
        name == "sgd"
        ? SGDUpdate(weightDecay: decay, nesterov: try #require(arguments.nesterov as Bool?))
        : AdamUpdate(
          beta2: Float(try #require(arguments.betas)[1]),
          epsilon: Float(try #require(arguments.epsilon)), weightDecay: decay,
          decoupled: name == "adamw")
      let results = try builder.append(operation, inputs, path: "update")
      for (state, result) in zip(states, results) { try builder.update(state, with: result) }
      try builder.output("parameter", results[0])

      let store = try VariableStore(Weights(["parameter": start]))
      try store.addOptimizerState(of: builder.graph)
      let program = try Program(
        builder.graph, variables: store, pool: pool, instructionSet: isa)
      let size = start.elementCount
      for step in 0..<gradients.shape[0] {
        var settings = [Float(rate), Float(arguments.momentum ?? 0)]
        if let betas = arguments.betas {
          settings = [Float(rate), Float(betas[0])]
          for beta in betas {
            var power = 1.0
            for _ in 0...step { power *= beta }
            settings.append(Float(1 - power))
          }
        }
        let part = Array(gradients.floats[(step * size)..<((step + 1) * size)])
        try program.run([
          "gradient": Tensor(start.shape, part), "settings": Tensor([settingCount], settings),
        ])
        let recordedStep = Array(expected.floats[(step * size)..<((step + 1) * size)])
        expectClose(
          try program.output("parameter"), Tensor(start.shape, recordedStep), relative: 2e-6,
          "\(name), \(recorded.name), step \(step)")
      }
    }
  }
}
