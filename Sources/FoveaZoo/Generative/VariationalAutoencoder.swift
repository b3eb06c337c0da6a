public import FoveaGraph
public import FoveaLayers

/// A convolutional variational autoencoder: `[N, C, H, W]` in 0…1 to itself, through a few numbers an image.
///
/// The encoder makes the mean and the logarithm of the variance of each latent number, which are the further outputs
/// `mean` and `log_variance`, `[N, latent]`. The decoder's input is `mean + exp(log_variance / 2) · ε` with normal ε
/// in training (the reparameterisation), and `mean` in inference. Each convolution halves height and width,
/// rounding down, and each transposed one undoes that to the pixel.
///
/// - SeeAlso: D. Kingma and M. Welling, *Auto-Encoding Variational Bayes* (2013), arXiv:1312.6114.
public struct VariationalAutoencoder: Layer {
  /// The latent numbers of an image.
  public let latent: Int
  /// The channels behind each convolution of the encoder.
  public let widths: [Int]

  /// Makes an autoencoder.
  ///
  /// - Parameters:
  ///   - latent: The latent numbers of an image.
  ///   - widths: The channels behind each convolution of the encoder; at least one.
  public init(latent: Int = 128, widths: [Int] = [32, 64, 128, 256]) {
    self.latent = latent
    self.widths = widths
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    guard !widths.isEmpty else {
      throw .operation(
        path: tracer.path,
        .setting("VariationalAutoencoder", name: "widths", value: "[]", allowed: "one or more"))
    }
    var sizes: [Extent2d] = []
    var value = input
    for (index, width) in widths.enumerated() {
      sizes.append(try value.extent())
      value = try Conv2d(width, kernel: 4, stride: 2, padding: 1).named("encoder.\(2 * index)")(
        value)
      value = try relu(value)
    }
    let grid = value.shape
    let features = try Flatten()(value)
    let mean = try Linear(latent).named("mean")(features)
    let logVariance = try Linear(latent).named("log_variance")(features)
    tracer.output("mean", mean)
    tracer.output("log_variance", logVariance)

    value = try Linear(grid.elementCount / grid[0]).named("decoder_input")(
      tracer.mode == .training ? sample(mean, logVariance) : mean)
    value = try Reshape(grid[1], grid[2], grid[3])(value)
    let channels = [try input.channels] + widths.dropLast()
    for (index, (width, size)) in zip(channels, sizes).reversed().enumerated() {
      let enlarge = ConvTranspose2d(
        width, kernel: 4, stride: 2, padding: 1,
        outputPadding: Extent2d(
          size.height - 2 * value.shape[2], size.width - 2 * value.shape[3]))
      value = try enlarge.named("decoder.\(2 * index)")(value)
      value = try index < channels.count - 1 ? relu(value) : sigmoid(value)
    }
    return value
  }

  /// A number from the normal distribution of that mean and logarithm of the variance.
  private func sample(_ mean: SymbolicTensor, _ logVariance: SymbolicTensor)
    throws(GraphError) -> SymbolicTensor
  {
    let tracer = mean.tracer
    let half = try tracer.append(Scale(0.5, shift: 0), [logVariance])
    let deviation = try tracer.append(Unary(.exp), half)[0]
    return try mean + deviation * randomNormal(like: mean)
  }
}

extension ZooModel {
  /// A convolutional variational autoencoder of our own widths.
  public static let vae = ZooModel(
    name: "vae",
    summary: "a convolutional variational autoencoder of 128 latent numbers, for 64×64 images",
    source: "D. Kingma and M. Welling (2013), arXiv:1312.6114",
    defaultInput: [3, 64, 64], parameterCount: 2_957_251
  ) { VariationalAutoencoder() }
}
