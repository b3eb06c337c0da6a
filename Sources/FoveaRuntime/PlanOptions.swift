/// What planning a program may do.
public struct PlanOptions: Hashable, Codable, Sendable {
  /// How exact arithmetic has to be.
  public var precision: Precision
  /// Whether operations that follow each other are joined where one kernel can do both.
  public var fuses: Bool
  /// Which convolutions run on 8-bit numbers; none where left out.
  public var quantization: Quantization?

  /// Gathers the options.
  public init(
    precision: Precision = .float32, fuses: Bool = true, quantization: Quantization? = nil
  ) {
    self.precision = precision
    self.fuses = fuses
    self.quantization = quantization
  }
}
