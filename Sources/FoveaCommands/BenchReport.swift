import FoveaRuntime
public import FoveaTensors

/// How fast a network is, and where its time goes.
public struct BenchReport: Hashable, Codable, Sendable {
  /// A layer, or one of the passes that training makes of it.
  public struct Layer: Hashable, Codable, Sendable {
    /// Its path, such as `layer1.0.conv1`.
    public let path: String
    /// Its operation, such as `Conv2d`.
    public let operation: String
    /// The shape of its result, batch first.
    public let outputShape: Shape
    /// Its multiply-adds, for the whole batch.
    public let multiplyAdds: Int
    /// What it must read and write, in bytes.
    public let bytes: Int
    /// Its time: the median of some runs.
    public let milliseconds: Double
    /// The least time that arithmetic and main memory allow, each at this machine's measured best.
    public let rooflineMilliseconds: Double

    /// The least time as a share of the time; above 1 where data come from a cache, or where an
    /// algorithm saves multiplications.
    public var rooflineShare: Double { rooflineMilliseconds / milliseconds }
  }

  /// The median time of a run.
  public let medianMilliseconds: Double
  /// The time that 95 of 100 runs stay within.
  public let p95Milliseconds: Double
  /// The time of the fastest run.
  public let minMilliseconds: Double
  /// Images of a batch by the median time.
  public let imagesPerSecond: Double
  /// The most memory that the process has had resident, making the random weights included.
  public let peakBytes: Int
  /// What a training step saves; `nil` where it is plain.
  public let trainingMemory: TrainingMemory?
  /// The layers, in the order in which they run.
  public let layers: [Layer]

  init(
    seconds: [Double], batch: Int, peakBytes: Int, trainingMemory: TrainingMemory?,
    profile: ProgramProfile, roofline: Roofline
  ) {
    let sorted = seconds.sorted()
    /// The smallest time that a share of the runs does not exceed.
    func quantile(_ share: Double) -> Double {
      let rank = Int((share * Double(sorted.count)).rounded(.up)) - 1
      return sorted.isEmpty ? .nan : sorted[min(max(rank, 0), sorted.count - 1)]
    }
    medianMilliseconds = quantile(0.5) * 1000
    p95Milliseconds = quantile(0.95) * 1000
    minMilliseconds = quantile(0) * 1000
    imagesPerSecond = Double(batch) / quantile(0.5)
    self.peakBytes = peakBytes
    self.trainingMemory = trainingMemory
    layers = profile.stages.map {
      Layer(
        path: $0.path, operation: $0.operation, outputShape: $0.outputShape,
        multiplyAdds: $0.multiplyAdds, bytes: $0.byteCount, milliseconds: $0.seconds * 1000,
        rooflineMilliseconds: 1000
          * roofline.seconds(multiplyAdds: $0.multiplyAdds, byteCount: $0.byteCount))
    }
  }
}
