public import FoveaGraph
import FoveaTensors

extension ReferenceTensor {
  /// The sum of each channel of an image batch.
  fileprivate func sumOfChannels() -> [Double] {
    var sums = [Double](repeating: 0, count: shape[1])
    shape.forEachIndex { sums[$0[1]] += self[$0] }
    return sums
  }

  /// An image batch with a function of each element and its channel.
  fileprivate func mapChannels(_ transform: (Double, Int) -> Double) -> ReferenceTensor {
    var result = self
    shape.forEachIndex { result[$0] = transform(self[$0], $0[1]) }
    return result
  }

  fileprivate init(vector values: [Double]) { self.init([values.count], values) }
}

extension BatchNorm2d: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let (mean, variance) = (inputs[1].values, inputs[2].values)
    return [
      inputs[0].mapChannels { x, channel in
        let normalised = (x - mean[channel]) / (variance[channel] + Double(epsilon)).squareRoot()
        guard inputs.count == 5 else { return normalised }
        return normalised * inputs[3].values[channel] + inputs[4].values[channel]
      }
    ]
  }
}

extension BatchNorm2dTraining: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let image = inputs[0]
    let count = Double(image.values.count / image.shape[1])
    let mean = image.sumOfChannels().map { $0 / count }
    let squares = image.mapChannels { ($0 - mean[$1]) * ($0 - mean[$1]) }.sumOfChannels()
    let inverseDeviation = squares.map { 1 / ($0 / count + Double(epsilon)).squareRoot() }
    let output = image.mapChannels { x, channel in
      let normalised = (x - mean[channel]) * inverseDeviation[channel]
      guard inputs.count == 5 else { return normalised }
      return normalised * inputs[3].values[channel] + inputs[4].values[channel]
    }
    func moved(_ running: ReferenceTensor, to batch: [Double]) -> ReferenceTensor {
      let momentum = Double(momentum)
      return ReferenceTensor(
        vector: zip(running.values, batch).map { (1 - momentum) * $0 + momentum * $1 })
    }
    return [
      output, ReferenceTensor(vector: mean), ReferenceTensor(vector: inverseDeviation),
      moved(inputs[1], to: mean), moved(inputs[2], to: squares.map { $0 / (count - 1) }),
    ]
  }
}

extension BatchNorm2dGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let (image, gradient) = (inputs[0], inputs[1])
    let (mean, inverseDeviation) = (inputs[2].values, inputs[3].values)
    let count = Double(image.values.count / image.shape[1])
    let normalised = image.mapChannels { ($0 - mean[$1]) * inverseDeviation[$1] }
    let biasGradient = gradient.sumOfChannels()
    let products = zip(gradient.values, normalised.values).map { $0 * $1 }
    let weightGradient = ReferenceTensor(image.shape, products).sumOfChannels()
    var imageGradient = ReferenceTensor(image.shape)
    image.shape.forEachIndex { index in
      let channel = index[1]
      let weight = inputs.count == 5 ? inputs[4].values[channel] : 1
      let centred =
        gradient[index] - biasGradient[channel] / count
        - normalised[index] * weightGradient[channel] / count
      imageGradient[index] = weight * inverseDeviation[channel] * centred
    }
    return [
      imageGradient, ReferenceTensor(vector: weightGradient), ReferenceTensor(vector: biasGradient),
    ]
  }
}
