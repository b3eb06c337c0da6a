import FoveaLayers

/// The first layers for images of 224×224, which leave a 56×56 grid.
struct ResidualStem: CompositeLayer {
  let options: ResidualOptions

  var body: some Layer {
    switch options.variant {
    case .v1, .b: convolution(64, kernel: 7, stride: 2).named("conv1")
    case .c, .d:
      Sequential {
        convolution(32, kernel: 3, stride: 2)
        options.normalization()
        ReLU()
        convolution(32, kernel: 3)
        options.normalization()
        ReLU()
        convolution(64, kernel: 3)
      }.named("conv1")
    }
    options.normalization().named("bn1")
    ReLU().named("relu")
    MaxPool2d(kernel: 3, stride: 2, padding: 1).named("maxpool")
  }
}
