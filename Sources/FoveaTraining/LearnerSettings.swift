public import FoveaRuntime

/// How a training is set up, apart from the model and the data.
public struct LearnerSettings: Hashable, Codable, Sendable {
  /// What is made small.
  public var loss: Loss
  /// How weights follow gradients.
  public var optimizer: Optimizer
  /// What is measured on the validation set.
  public var metrics: [Metric]
  /// What everything random comes from: initial weights and dropout.
  public var seed: UInt64
  /// How exact arithmetic has to be, and in how many bits activations wait for the backward pass.
  public var precision: Precision
  /// Whether the backward pass computes cheap activations anew, which then take no memory in between.
  ///
  /// It changes no result, save with a precision of 16 bits, where what is made anew is not rounded.
  public var recomputes: Bool
  /// Groups of parameters, clipping of gradients, and what weight decay leaves out.
  public var updates: UpdateOptions
  /// Batches whose gradients make one update, as one batch of all their images would.
  ///
  /// Sums of gradients are divided by what all images weigh, so that batches of any sizes, also the
  /// fewer that an epoch may leave for its last update, count image by image. Batch normalisation still
  /// sees each batch by itself.
  public var accumulatedBatches: Int
  /// Which average of the weights is kept beside them.
  public var averaging: WeightAveraging?

  /// Gathers settings.
  public init(
    loss: Loss = .crossEntropy, optimizer: Optimizer = .sgd(), metrics: [Metric] = [.accuracy],
    seed: UInt64 = 0, precision: Precision = .float32, recomputes: Bool = false,
    updates: UpdateOptions = UpdateOptions(), accumulatedBatches: Int = 1,
    averaging: WeightAveraging? = nil
  ) {
    self.loss = loss
    self.optimizer = optimizer
    self.metrics = metrics
    self.seed = seed
    self.precision = precision
    self.recomputes = recomputes
    self.updates = updates
    self.accumulatedBatches = accumulatedBatches
    self.averaging = averaging
  }

  /// Whether gradients are those of a scaled loss.
  var scalesLoss: Bool { precision == .float16 }

  /// Throws for what no training has.
  func check() throws(TrainingError) {
    try optimizer.check()
    guard 1...1_000_000 ~= accumulatedBatches else {
      throw .option(
        "accumulation", problem: "\(accumulatedBatches) batches an update; use 1 to 1000000")
    }
    try averaging?.check()
  }

  /// Reads settings; earlier ones say nothing of precision, memory and updates.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    loss = try values.decode(Loss.self, forKey: .loss)
    optimizer = try values.decode(Optimizer.self, forKey: .optimizer)
    metrics = try values.decode([Metric].self, forKey: .metrics)
    seed = try values.decode(UInt64.self, forKey: .seed)
    precision = try values.decodeIfPresent(Precision.self, forKey: .precision) ?? .float32
    recomputes = try values.decodeIfPresent(Bool.self, forKey: .recomputes) ?? false
    updates = try values.decodeIfPresent(UpdateOptions.self, forKey: .updates) ?? UpdateOptions()
    accumulatedBatches = try values.decodeIfPresent(Int.self, forKey: .accumulatedBatches) ?? 1
    averaging = try values.decodeIfPresent(WeightAveraging.self, forKey: .averaging)
  }
}
