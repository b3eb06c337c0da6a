import FoveaLayers

extension ZooModel {
  /// GhostNet 1.0 as timm has it.
  public static let ghostNet = ZooModel(
    name: "ghostnet-100",
    summary: "16 blocks half of whose channels are made cheaply, for 224×224 images",
    source: "K. Han et al., arXiv:1911.11907; names of timm",
    defaultInput: [3, 224, 224], defaultClasses: 1000, parameterCount: 5_182_508,
    ofWidth: { classes, width in
      Sequential {
        Conv2d(scaled(16, width), kernel: 3, stride: 2, padding: 1, bias: false).named("conv_stem")
        BatchNorm2d().named("bn1")
        ReLU().named("act1")
        ghostStages(width: width).named("blocks")
        GlobalAvgPool2d().named("global_pool")
        Conv2d(1280, kernel: 1).named("conv_head")
        ReLU().named("act2")
        Flatten()
        Dropout(0.2)
        Linear(classes).named("classifier")
      }
    })

  private static func scaled(_ channels: Int, _ width: Double) -> Int {
    roundedChannels(Double(channels) * width, divisor: 4)
  }

  /// The stages of the paper's table 1, and the convolution behind them.
  private static func ghostStages(width: Double) -> Sequential {
    // Kernel, channels inside, channels that go out, gate, stride.
    let stages: [[(Int, Int, Int, Bool, Int)]] = [
      [(3, 16, 16, false, 1)], [(3, 48, 24, false, 2)], [(3, 72, 24, false, 1)],
      [(5, 72, 40, true, 2)], [(5, 120, 40, true, 1)], [(3, 240, 80, false, 2)],
      [
        (3, 200, 80, false, 1), (3, 184, 80, false, 1), (3, 184, 80, false, 1),
        (3, 480, 112, true, 1), (3, 672, 112, true, 1),
      ],
      [(5, 672, 160, true, 2)],
      [
        (5, 960, 160, false, 1), (5, 960, 160, true, 1), (5, 960, 160, false, 1),
        (5, 960, 160, true, 1),
      ],
    ]
    return Sequential {
      for stage in stages {
        Sequential(
          stage.map { kernel, expanded, channels, isGated, stride in
            let inside = scaled(expanded, width)
            return GhostBottleneck(
              scaled(channels, width), expandedChannels: inside, kernel: kernel, stride: stride,
              squeezed: isGated ? roundedChannels(Double(inside) / 4, divisor: 4) : nil)
          })
      }
      Sequential {
        Sequential {
          Conv2d(scaled(960, width), kernel: 1, bias: false).named("conv")
          BatchNorm2d().named("bn1")
          ReLU().named("act1")
        }
      }
    }
  }
}
