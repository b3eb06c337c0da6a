import FoveaGraph
import FoveaLayers

/// Multiplies each channel by a number from 0 to 1 that two dense layers make of all channels' means.
///
/// - SeeAlso: J. Hu et al., *Squeeze-and-Excitation Networks*, arXiv:1709.01507.
struct SqueezeExcitation: Layer {
  /// The channels between the two layers.
  let squeezed: Int
  var activation: any Layer = ReLU()
  var gate: any Layer = Sigmoid()

  func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let weigh = Sequential {
      GlobalAvgPool2d().named("avgpool")
      Conv2d(squeezed, kernel: 1, weightInitializer: .kaimingNormal(fan: .fanOut)).named("fc1")
      [activation]
      Conv2d(input.shape[1], kernel: 1, weightInitializer: .kaimingNormal(fan: .fanOut))
        .named("fc2")
      [gate]
    }
    return try input * weigh.forward(input)
  }
}
