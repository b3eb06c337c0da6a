import Foundation
import FoveaGraph
import FoveaLayers

/// A bottleneck block of RegNet: as wide inside as outside, in groups of one width.
private struct RegNetBlock: Layer {
  let channels: Int
  let stride: Int
  let groupWidth: Int
  let isGated: Bool

  func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let inputChannels = try input.channels
    let isProjected = stride != 1 || inputChannels != channels
    let branch = Sequential {
      ConvNormActivation(channels: channels, activation: ReLU()).named("a")
      ConvNormActivation(
        channels: channels, kernel: 3, stride: stride, groups: channels / groupWidth,
        activation: ReLU()
      ).named("b")
      if isGated {
        SqueezeExcitation(squeezed: Int((Double(inputChannels) / 4).rounded(.toNearestOrEven)))
          .named("se")
      }
      ConvNormActivation(channels: channels).named("c")
    }
    let past =
      isProjected
      ? try ConvNormActivation(channels: channels, stride: stride).named("proj")(input) : input
    return try ReLU().named("activation")(past + branch.named("f")(input))
  }
}

/// Stages whose widths follow a line, rounded to powers and then to multiples of the groups' width.
///
/// Block j is to have `initialWidth + slope · j` channels; that is rounded to `initialWidth · multiplierⁿ`, and equal
/// widths make a stage.
///
/// - SeeAlso: I. Radosavovic et al., *Designing Network Design Spaces*, arXiv:2003.13678, §3.3.
private struct RegNet: CompositeLayer {
  let depth: Int
  let initialWidth: Double
  let slope: Double
  let multiplier: Double
  let groupWidth: Int
  let isGated: Bool
  let classes: Int

  /// The channels and the number of blocks of each stage.
  private var stages: [(channels: Int, depth: Int)] {
    var stages: [(channels: Int, depth: Int)] = []
    for block in 0..<depth {
      let power = (log((initialWidth + slope * Double(block)) / initialWidth) / log(multiplier))
        .rounded(.toNearestOrEven)
      let width = 8 * (initialWidth * pow(multiplier, power) / 8).rounded(.toNearestOrEven)
      let channels = roundedChannels(width, divisor: min(groupWidth, Int(width)))
      if stages.last?.channels == channels {
        stages[stages.count - 1].depth += 1
      } else {
        stages.append((channels, 1))
      }
    }
    return stages
  }

  var body: some Layer {
    ConvNormActivation(channels: 32, kernel: 3, stride: 2, activation: ReLU()).named("stem")
    Sequential {
      for (index, (channels, depth)) in stages.enumerated() {
        Sequential {
          for block in 0..<depth {
            RegNetBlock(
              channels: channels, stride: block == 0 ? 2 : 1,
              groupWidth: min(groupWidth, channels), isGated: isGated
            ).named("block\(index + 1)-\(block)")
          }
        }.named("block\(index + 1)")
      }
    }.named("trunk_output")
    GlobalAvgPool2d().named("avgpool")
    Flatten()
    Linear(classes, weightInitializer: .normal(deviation: 0.01)).named("fc")
  }
}

extension ZooModel {
  /// RegNetX-400MF as torchvision has it.
  public static let regNetX400MF = ZooModel(
    name: "regnet-x-400mf",
    summary: "22 bottleneck blocks in groups of 16 channels, for 224×224 images",
    source: "I. Radosavovic et al., arXiv:2003.13678; names of torchvision",
    defaultInput: [3, 224, 224], defaultClasses: 1000, parameterCount: 5_495_976
  ) { classes in
    RegNet(
      depth: 22, initialWidth: 24, slope: 24.48, multiplier: 2.54, groupWidth: 16, isGated: false,
      classes: classes)
  }

  /// RegNetY-400MF as torchvision has it.
  public static let regNetY400MF = ZooModel(
    name: "regnet-y-400mf",
    summary: "16 bottleneck blocks in groups of 8 channels, with gates, for 224×224 images",
    source: "I. Radosavovic et al., arXiv:2003.13678; names of torchvision",
    defaultInput: [3, 224, 224], defaultClasses: 1000, parameterCount: 4_344_144
  ) { classes in
    RegNet(
      depth: 16, initialWidth: 48, slope: 27.89, multiplier: 2.09, groupWidth: 8, isGated: true,
      classes: classes)
  }
}
