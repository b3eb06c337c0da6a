import FoveaLayers

extension ZooModel {
  /// AlexNet as published: two towers, and local response normalisation.
  ///
  /// The towers are groups of the second, fourth and fifth convolution. The images of 227×227 are what the
  /// paper's sizes need; its text says 224. `alpha` is 5 times the paper's, whose sum is not divided by `size`.
  public static let alexNetPaper = ZooModel(
    name: "alexnet-paper",
    summary: "five convolutions in two towers and three dense layers, for 227×227 images",
    source: "A. Krizhevsky, I. Sutskever, G. Hinton, NIPS 2012; names of Caffe's alexnet",
    defaultInput: [3, 227, 227], defaultClasses: 1000, parameterCount: 60_965_224
  ) { classes in
    Sequential {
      convolution(1, 96, kernel: 11, stride: 4)
      neighbourNormalisation(1)
      MaxPool2d(kernel: 3, stride: 2).named("pool1")
      convolution(2, 256, kernel: 5, padding: 2, groups: 2)
      neighbourNormalisation(2)
      MaxPool2d(kernel: 3, stride: 2).named("pool2")
      convolution(3, 384, kernel: 3, padding: 1)
      convolution(4, 384, kernel: 3, padding: 1, groups: 2)
      convolution(5, 256, kernel: 3, padding: 1, groups: 2)
      MaxPool2d(kernel: 3, stride: 2).named("pool5")
      denseLayers(classes)
    }
  }

  /// ZFNet: AlexNet in one tower, with a first convolution of 7×7 and stride 2.
  ///
  /// The paper gives the maps' sizes, from which padding follows, and no settings of its normalisation across
  /// maps; here it has AlexNet's, behind the pooling.
  public static let zfNet = ZooModel(
    name: "zfnet",
    summary: "five convolutions, the first of 7×7, and three dense layers, for 224×224 images",
    source: "M. Zeiler and R. Fergus, arXiv:1311.2901, figure 3",
    defaultInput: [3, 224, 224], defaultClasses: 1000, parameterCount: 62_357_608
  ) { classes in
    Sequential {
      convolution(1, 96, kernel: 7, stride: 2, padding: 1)
      MaxPool2d(kernel: 3, stride: 2, ceilMode: true).named("pool1")
      neighbourNormalisation(1)
      convolution(2, 256, kernel: 5, stride: 2)
      MaxPool2d(kernel: 3, stride: 2, ceilMode: true).named("pool2")
      neighbourNormalisation(2)
      convolution(3, 384, kernel: 3, padding: 1)
      convolution(4, 384, kernel: 3, padding: 1)
      convolution(5, 256, kernel: 3, padding: 1)
      MaxPool2d(kernel: 3, stride: 2).named("pool5")
      denseLayers(classes)
    }
  }

  private static func convolution(
    _ number: Int, _ channels: Int, kernel: Int, stride: Int = 1, padding: Int = 0, groups: Int = 1
  ) -> some Layer {
    Sequential {
      Conv2d(
        channels, kernel: Extent2d(kernel), stride: Extent2d(stride), padding: .all(padding),
        groups: groups, weightInitializer: .normal(deviation: 0.01)
      ).named("conv\(number)")
      ReLU().named("relu\(number)")
    }.inlined()
  }

  private static func neighbourNormalisation(_ number: Int) -> some Layer {
    LocalResponseNorm(5, alpha: 5e-4, beta: 0.75, k: 2).named("norm\(number)")
  }

  private static func denseLayers(_ classes: Int) -> some Layer {
    Sequential {
      Flatten()
      for number in [6, 7] {
        Linear(4096, weightInitializer: .normal(deviation: 0.005)).named("fc\(number)")
        ReLU().named("relu\(number)")
        Dropout().named("drop\(number)")
      }
      Linear(classes, weightInitializer: .normal(deviation: 0.01)).named("fc8")
    }.inlined()
  }
}
