import FoveaGraph
import FoveaLayers

// These blocks also stand, letter for letter, in the source that `StagedNetwork.swiftSource` writes.

/// A convolution that keeps the size but for its stride, batch normalisation and, where wanted, ReLU.
struct ConvolutionBlock: CompositeLayer {
  let channels: Int
  var kernel = 3
  var stride = 1
  var groups = 1
  var isActivated = true

  var body: some Layer {
    Conv2d(
      channels, kernel: Extent2d(kernel), stride: Extent2d(stride), padding: .all(kernel / 2),
      groups: groups, bias: false, weightInitializer: .kaimingNormal(fan: .fanOut))
    BatchNorm2d()
    if isActivated { ReLU() }
  }
}

/// Two 3×3 convolutions with a shortcut past them, a 1×1 convolution where the shape changes.
struct ResidualBlock: Layer {
  let channels: Int
  let stride: Int

  func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let isProjected = stride > 1 || input.shape[1] != channels
    let projection = ConvolutionBlock(
      channels: channels, kernel: 1, stride: stride, isActivated: false)
    let sum = Residual(shortcut: isProjected ? projection : nil) {
      ConvolutionBlock(channels: channels, stride: stride)
      ConvolutionBlock(channels: channels, isActivated: false)
    }
    return try relu(sum.forward(input))
  }
}

/// A 3×3 convolution of a quarter of the channels between 1×1 convolutions, with a shortcut past them.
struct BottleneckResidualBlock: Layer {
  let channels: Int
  let stride: Int

  func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let isProjected = stride > 1 || input.shape[1] != channels
    let projection = ConvolutionBlock(
      channels: channels, kernel: 1, stride: stride, isActivated: false)
    let sum = Residual(shortcut: isProjected ? projection : nil) {
      ConvolutionBlock(channels: channels / 4, kernel: 1)
      ConvolutionBlock(channels: channels / 4, stride: stride)
      ConvolutionBlock(channels: channels, kernel: 1, isActivated: false)
    }
    return try relu(sum.forward(input))
  }
}

/// A depthwise convolution of six times the channels between 1×1 convolutions, with a shortcut where the shape stays.
struct InvertedResidualBlock: Layer {
  let channels: Int
  let stride: Int

  func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let width = 6 * input.shape[1]
    let branch = Sequential {
      ConvolutionBlock(channels: width, kernel: 1)
      ConvolutionBlock(channels: width, stride: stride, groups: width)
      ConvolutionBlock(channels: channels, kernel: 1, isActivated: false)
    }
    let learnt = try branch.forward(input)
    return stride == 1 && input.shape[1] == channels ? try input + learnt : learnt
  }
}
