import FoveaLayers

extension ZooModel {
  /// Network in network for CIFAR, as its authors gave it to Caffe: each convolution is followed by two of 1×1.
  ///
  /// Its names are those of Caffe's file; `cccp` stands for the paper's "cascaded cross channel
  /// parametric pooling", a 1×1 convolution.
  public static let ninCIFAR = ZooModel(
    name: "nin-cifar",
    summary: "three convolutions, each with two of 1×1 behind it, for 32×32 images",
    source: "M. Lin, Q. Chen, S. Yan, arXiv:1312.4400; names of Caffe's cifar10_nin",
    defaultInput: [3, 32, 32], defaultClasses: 10, parameterCount: 966_986
  ) { classes in
    Sequential {
      convolution("conv1", 192, kernel: 5)
      convolution("cccp1", 160)
      convolution("cccp2", 96)
      MaxPool2d(kernel: 3, stride: 2, ceilMode: true).named("pool1")
      Dropout().named("drop3")
      convolution("conv2", 192, kernel: 5)
      convolution("cccp3", 192)
      convolution("cccp4", 192)
      AvgPool2d(kernel: 3, stride: 2, ceilMode: true).named("pool2")
      Dropout().named("drop6")
      convolution("conv3", 192, kernel: 3)
      convolution("cccp5", 192)
      convolution("cccp6", classes)
      GlobalAvgPool2d().named("pool3")
      Flatten()
    }
  }

  /// A convolution that keeps the size, and ReLU.
  private static func convolution(_ name: String, _ channels: Int, kernel: Int = 1) -> some Layer {
    Sequential {
      Conv2d(
        channels, kernel: Extent2d(kernel), padding: .all(kernel / 2),
        weightInitializer: .kaimingNormal(fan: .fanOut)
      ).named(name)
      ReLU()
    }.inlined()
  }
}
