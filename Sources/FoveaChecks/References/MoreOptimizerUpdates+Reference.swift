public import FoveaGraph
import FoveaTensors

extension RMSpropUpdate: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    var (weight, moves, squares) = (inputs[0], inputs[2], inputs[3])
    var means = centered ? inputs[4] : ReferenceTensor(weight.shape)
    let settings = inputs[centered ? 5 : 4].values
    let (alpha, decay) = (Double(alpha), Double(weightDecay))
    for index in weight.values.indices {
      let gradient = inputs[1].values[index] + decay * weight.values[index]
      squares.values[index] = alpha * squares.values[index] + (1 - alpha) * gradient * gradient
      if centered { means.values[index] = alpha * means.values[index] + (1 - alpha) * gradient }
      let variance = squares.values[index] - means.values[index] * means.values[index]
      let deviation = max(variance, 0).squareRoot() + Double(epsilon)
      moves.values[index] = settings[1] * moves.values[index] + gradient / deviation
      weight.values[index] -= settings[0] * moves.values[index]
    }
    return [weight, moves, squares] + (centered ? [means] : [])
  }
}

extension LionUpdate: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    var (weight, momentum) = (inputs[0], inputs[2])
    let (rate, beta1) = (inputs[3].values[0], inputs[3].values[1])
    for index in weight.values.indices {
      let (gradient, old) = (inputs[1].values[index], momentum.values[index])
      let mixed = beta1 * old + (1 - beta1) * gradient
      let sign = mixed > 0 ? 1.0 : mixed < 0 ? -1 : mixed
      weight.values[index] -= rate * (sign + Double(weightDecay) * weight.values[index])
      momentum.values[index] = Double(beta2) * old + (1 - Double(beta2)) * gradient
    }
    return [weight, momentum]
  }
}

extension AdamDirection: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    var (direction, first, second) = (inputs[0], inputs[2], inputs[3])
    let settings = inputs[4].values
    for index in direction.values.indices {
      let gradient = inputs[1].values[index]
      first.values[index] = settings[1] * first.values[index] + (1 - settings[1]) * gradient
      second.values[index] =
        Double(beta2) * second.values[index] + (1 - Double(beta2)) * gradient * gradient
      let deviation = (second.values[index] / settings[3]).squareRoot() + Double(epsilon)
      direction.values[index] =
        first.values[index] / settings[2] / deviation
        + Double(weightDecay) * direction.values[index]
    }
    return [direction, first, second]
  }
}
