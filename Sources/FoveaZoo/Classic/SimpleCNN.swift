import FoveaLayers

/// Convolution with stride 2, ReLU, batch normalisation: half the size at each step.
struct SimpleBlock: CompositeLayer {
  let channels: Int
  var kernel = 3
  var body: some Layer {
    Conv2d(channels, kernel: Extent2d(kernel), stride: 2, padding: .all(kernel / 2))
    ReLU()
    BatchNorm2d()
  }
}

extension ZooModel {
  /// Five strided convolutions for MNIST, with batch normalisation.
  public static let simpleCNN = ZooModel(
    name: "simple-cnn",
    summary: "five strided convolutions 8-16-32-64-10 with batch normalisation, for 28×28 digits",
    source: "J. Howard and S. Gugger, Deep Learning for Coders, chapter 13",
    defaultInput: [1, 28, 28], defaultClasses: 10, parameterCount: 30_542
  ) { classes in
    Sequential {
      SimpleBlock(channels: 8, kernel: 5)
      SimpleBlock(channels: 16)
      SimpleBlock(channels: 32)
      SimpleBlock(channels: 64)
      Sequential {
        Conv2d(classes, kernel: 3, stride: 2, padding: 1)
        BatchNorm2d()
      }
      Flatten()
    }
  }

  /// The first network of the same chapter: threes against sevens, without normalisation.
  public static let simpleCNN3v7 = ZooModel(
    name: "simple-cnn-3v7",
    summary: "five strided convolutions 4-8-16-32-2, for threes against sevens",
    source: "J. Howard and S. Gugger, Deep Learning for Coders, chapter 13",
    defaultInput: [1, 28, 28], defaultClasses: 2, parameterCount: 6_722
  ) { classes in
    Sequential {
      for channels in [4, 8, 16, 32] {
        Sequential {
          Conv2d(channels, kernel: 3, stride: 2, padding: 1)
          ReLU()
        }
      }
      Conv2d(classes, kernel: 3, stride: 2, padding: 1)
      Flatten()
    }
  }
}
