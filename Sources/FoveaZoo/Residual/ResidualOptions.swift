public import FoveaLayers

/// Which published form of residual networks is meant: where strides stand, and what comes first.
///
/// Version 2 has blocks of its own: `PreActivationBlock`.
///
/// - SeeAlso: K. He et al., arXiv:1512.03385 (v1); T. He et al., *Bag of Tricks for Image Classification
///   with Convolutional Neural Networks*, arXiv:1812.01187, figure 2 (B, C, D).
public enum ResidualVariant: String, Hashable, Codable, Sendable, CaseIterable {
  /// The first paper's: a bottleneck's first 1×1 convolution has the stride.
  case v1
  /// The 3×3 convolution has the stride, also called v1.5: torchvision's networks.
  case b
  /// B with three 3×3 convolutions in place of the first 7×7.
  case c
  /// C whose projections average what they would skip.
  case d
}

/// What the blocks of a residual network have in common.
public struct ResidualOptions: Sendable {
  /// Which published form the blocks have.
  public var variant: ResidualVariant
  /// Groups of a bottleneck's 3×3 convolution: ResNeXt's cardinality.
  public var groups: Int
  /// Channels of one such group where the block has 64: 4 in ResNeXt-50 32x4d, 128 in Wide-ResNet-50-2.
  public var widthPerGroup: Int
  /// Makes each normalisation.
  public var normalization: @Sendable () -> any Layer
  /// Makes what weighs the channels of each branch, given their number.
  public var gate: (@Sendable (_ channels: Int) -> any Layer)?

  /// Makes options; the defaults are those of torchvision's `resnet50`.
  ///
  /// - Parameters:
  ///   - variant: Which published form the blocks have.
  ///   - groups: Groups of a bottleneck's 3×3 convolution (arXiv:1611.05431).
  ///   - widthPerGroup: Channels of one such group where the block has 64 (arXiv:1605.07146).
  ///   - normalization: Makes each normalisation; batch normalisation by default.
  ///   - gate: Makes what weighs the channels of each branch, such as squeeze-and-excitation; given their number.
  public init(
    variant: ResidualVariant = .b, groups: Int = 1, widthPerGroup: Int = 64,
    normalization: @escaping @Sendable () -> any Layer = { BatchNorm2d() },
    gate: (@Sendable (_ channels: Int) -> any Layer)? = nil
  ) {
    self.variant = variant
    self.groups = groups
    self.widthPerGroup = widthPerGroup
    self.normalization = normalization
    self.gate = gate
  }
}
