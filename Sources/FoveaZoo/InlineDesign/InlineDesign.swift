public import FoveaGraph
public import FoveaLayers
public import FoveaTensors

/// A few layers as a line of text: `conv3x3*3 at 64 channels 56x56`.
///
/// | part | layer |
/// | --- | --- |
/// | `conv3x3`, `conv1x3`, `conv7x7/2` | convolution, with its stride behind the slash |
/// | `dw3x3` | depthwise convolution |
/// | `separable3x3` | depthwise convolution, then 1×1 |
/// | `basic`, `bottleneck`, `inverted` | residual blocks of ResNet and MobileNetV2; a stride as in `basic/2` |
/// | `maxpool2`, `avgpool3/2` | pooling, whose stride is its kernel where it has none of its own |
/// | `gap`, `flatten`, `relu` | global average pooling, flattening, ReLU |
/// | `fc10`, `fc` | dense layer to 10 features, or to as many as come in; it flattens maps |
///
/// Parts are joined by `+`; `*3` repeats one. Behind a part may stand, where it has such a thing: `c128` (channels that go
/// out; as many as come in by default), `g4` (groups), `d2` (dilation), `p0` (padding; by default convolutions keep the
/// size but for the stride, and pooling has none), `x6` (expansion), `bias` (convolutions have none by default, dense
/// layers have one), `bn` (batch normalisation behind it). A ReLU stands behind each convolution and dense layer but the
/// design's last one. `at 64 channels 56x56`, or `at 64x56x56`, says what comes in.
public struct InlineDesign: Hashable, Sendable {
  /// The layers as they were written, without what comes in.
  public let text: String
  /// One input, `[C, H, W]`, where it was written.
  public let input: Shape?

  let layers: [InlineLayer]

  /// The most characters of a text.
  public static let longestText = 4096
  /// The most layers of a design, repeats counted.
  public static let mostLayers = 256
  /// The largest number that may be written.
  public static let largestNumber = 1 << 20

  init(text: String, input: Shape?, layers: [InlineLayer]) {
    self.text = text
    self.input = input
    self.layers = layers
  }

  /// Whether a text begins like a design, as opposed to a name or a path.
  public static func resembles(_ text: String) -> Bool {
    let first = text.drop { $0 == " " }
    let name = first.prefix { $0.isASCII && $0.isLetter }
    guard InlineLayer.Kind(rawValue: String(name)) != nil else {
      return text.contains { " +*".contains($0) }
    }
    return first.dropFirst(name.count).first.map { " +*/".contains($0) || $0.isNumber } ?? true
  }

  /// Builds the layers for one input, `[C, H, W]`.
  ///
  /// - Throws: `GraphError` with the layer's place and name, where shapes do not fit.
  public func build(input: Shape) throws(GraphError) -> Model {
    try Model(input: input) { input throws(GraphError) in
      var value = input
      for (index, layer) in layers.enumerated() {
        value = try layer.named("\(index + 1)-\(layer.name)")(value)
        if isActivated(index) { value = try relu(value) }
      }
      return value
    }
  }

  /// Whether a ReLU stands behind a layer that was not written: another layer with weights must follow.
  private func isActivated(_ index: Int) -> Bool {
    let following = layers.dropFirst(index + 1)
    return layers[index].kind.isLinear && following.first?.kind != .relu
      && following.contains { $0.kind.hasWeights }
  }
}
