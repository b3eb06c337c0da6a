import FoveaLayers

extension ZooModel {
  /// LeNet-5 in its modern form: ReLU and max-pooling where the paper has tanh and trained pooling.
  public static let lenet5 = ZooModel(
    name: "lenet5",
    summary: "two convolutions with max-pooling and three dense layers, for 28×28 digits",
    source: "Y. LeCun et al., Proc. IEEE 86 (1998), doi:10.1109/5.726791",
    defaultInput: [1, 28, 28], defaultClasses: 10, parameterCount: 61_706
  ) { classes in
    Sequential {
      Conv2d(6, kernel: 5, padding: 2).named("conv1")
      ReLU()
      MaxPool2d(kernel: 2)
      Conv2d(16, kernel: 5).named("conv2")
      ReLU()
      MaxPool2d(kernel: 2)
      Flatten()
      Linear(120).named("fc1")
      ReLU()
      Linear(84).named("fc2")
      ReLU()
      Linear(classes).named("fc3")
    }
  }
}
