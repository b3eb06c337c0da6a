import Foundation

/// How signals go through a network before its first step: forward from the images, back from the loss.
///
/// Each layer with weights is a row. A network whose rows stay within a few powers of ten of each other can
/// begin to learn; where the signal dies or explodes, the first such layer is named.
public struct SignalReport: Hashable, Codable, Sendable {
  /// One layer's part.
  public struct Layer: Hashable, Codable, Sendable {
    /// The layer's path.
    public let path: String
    /// The mean of its output; `nil` where an element is infinite or no number.
    public let mean: Double?
    /// The standard deviation of its output.
    public let deviation: Double?
    /// How far outputs deviate from image to image: the signal, without what biases and borders add.
    public let spread: Double?
    /// The standard deviation of the loss's gradient with respect to its output.
    public let gradientDeviation: Double?
    /// The Euclidean norm of that gradient, which layers of different sizes can be compared by.
    public let gradientNorm: Double?
  }

  /// What is wrong with the signal.
  public struct Finding: Hashable, Codable, Sendable, CustomStringConvertible {
    /// Which way it goes wrong.
    public enum Kind: String, Hashable, Codable, Sendable, CaseIterable {
      /// Outputs shrink to nothing, and stay so.
      case signalDies = "signal dies"
      /// Outputs grow beyond measure, and stay so, or are no numbers.
      case signalExplodes = "signal explodes"
      /// Gradients shrink to nothing on their way back.
      case gradientDies = "gradient dies"
      /// Gradients grow beyond measure on their way back.
      case gradientExplodes = "gradient explodes"
    }

    /// What is wrong.
    public let kind: Kind
    /// The first layer that shows it, from the images for signals, from the loss for gradients.
    public let layer: String
    /// What was seen.
    public let evidence: String

    /// What usually helps.
    public var remedy: String {
      switch kind {
      case .signalDies, .gradientDies:
        "scale the initial weights to the layers (Kaiming for ReLU; --init lsuv), or normalise (BatchNorm)"
      case .signalExplodes, .gradientExplodes:
        "scale the initial weights to the layers (Kaiming for ReLU; --init lsuv), normalise (BatchNorm), "
          + "or mend the images' normalisation"
      }
    }

    /// Kind, layer, evidence and remedy.
    public var description: String { "\(kind.rawValue) in \(layer): \(evidence); \(remedy)" }
  }

  /// How far the images' numbers deviate from image to image.
  public let inputSpread: Double
  /// The loss of the batch.
  public let loss: Double
  /// The layers with weights, in the network's order.
  public let layers: [Layer]
  /// What is wrong, of each kind the first layer.
  public let findings: [Finding]
  /// Batch normalisations whose weight is zero (zero-γ): what feeds them alone gets no gradient in the first step.
  public let zeroNorms: [String]

  /// How many times less or more than the images outputs may deviate.
  public static let signalRange = 1e3
  /// How many times less or more than the last layer's gradient another's may have.
  public static let gradientRange = 1e4

  init(inputSpread: Double, loss: Double, layers: [Layer], zeroNorms: [String]) {
    self.inputSpread = inputSpread
    self.loss = loss
    self.layers = layers
    self.zeroNorms = zeroNorms
    findings =
      Self.findings(inSignals: layers, inputSpread: inputSpread)
      + Self.findings(inGradients: layers, hasZeroNorms: !zeroNorms.isEmpty)
  }

  /// A signal that recovers, as behind a normalisation, does no harm; so what counts lasts to the end.
  private static func findings(inSignals layers: [Layer], inputSpread: Double) -> [Finding] {
    if let layer = layers.first(where: { $0.spread == nil }) {
      return [
        Finding(
          kind: .signalExplodes, layer: layer.path,
          evidence: "it has outputs that are infinite or no numbers")
      ]
    }
    let scale = inputSpread > 0 && inputSpread.isFinite ? inputSpread : 1
    let shares = layers.map { ($0.spread ?? 0) / scale }
    func first(_ isBad: (Double) -> Bool) -> Int? {
      let start = (shares.lastIndex { !isBad($0) } ?? -1) + 1
      return start < shares.count ? start : nil
    }
    func finding(_ kind: Finding.Kind, _ index: Int) -> Finding {
      Finding(
        kind: kind, layer: layers[index].path,
        evidence: "from image to image its outputs deviate by \(text(layers[index].spread)), "
          + "the images by \(text(inputSpread)), and it stays so to the end")
    }
    if let index = first({ $0 < 1 / signalRange }) { return [finding(.signalDies, index)] }
    if let index = first({ $0 > signalRange }) { return [finding(.signalExplodes, index)] }
    return []
  }

  /// A branch that is scaled down, as in ConvNeXt, gets little; what counts lasts to the first layer.
  private static func findings(inGradients layers: [Layer], hasZeroNorms: Bool) -> [Finding] {
    // Without a signal there is nothing to say of its gradient.
    guard let last = layers.last?.gradientNorm, last > 0,
      layers.allSatisfy({ $0.spread != nil })
    else { return [] }
    if let layer = layers.last(where: { $0.gradientNorm == nil }) {
      return [
        Finding(
          kind: .gradientExplodes, layer: layer.path,
          evidence: "its gradient is infinite or no number")
      ]
    }
    let judged = layers.filter { !(hasZeroNorms && $0.gradientNorm == 0) }
    func first(_ isBad: (Double) -> Bool) -> Layer? {
      let end = judged.firstIndex { !isBad(($0.gradientNorm ?? 0) / last) } ?? judged.count
      return end > 0 ? judged[end - 1] : nil
    }
    func finding(_ kind: Finding.Kind, _ layer: Layer) -> Finding {
      Finding(
        kind: kind, layer: layer.path,
        evidence: "the norm of its gradient is \(text(layer.gradientNorm)), "
          + "the last layer's \(text(last)), and it stays so back to the first")
    }
    if let layer = first({ $0 < 1 / gradientRange }) { return [finding(.gradientDies, layer)] }
    if let layer = first({ $0 > gradientRange }) { return [finding(.gradientExplodes, layer)] }
    return []
  }

  private static func text(_ number: Double?) -> String {
    number.map { String(format: "%.2g", $0) } ?? "no number"
  }
}
