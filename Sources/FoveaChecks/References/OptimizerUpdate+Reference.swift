public import FoveaGraph
import FoveaTensors

extension SGDUpdate: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    var (weight, velocity) = (inputs[0], inputs[2])
    let (learningRate, momentum) = (inputs[3].values[0], inputs[3].values[1])
    for index in weight.values.indices {
      let gradient = inputs[1].values[index] + Double(weightDecay) * weight.values[index]
      velocity.values[index] = momentum * velocity.values[index] + gradient
      let direction =
        nesterov ? gradient + momentum * velocity.values[index] : velocity.values[index]
      weight.values[index] -= learningRate * direction
    }
    return [weight, velocity]
  }
}

extension AdamUpdate: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    var (weight, first, second) = (inputs[0], inputs[2], inputs[3])
    let settings = inputs[4].values
    let (learningRate, beta1) = (settings[0], settings[1])
    let (correction1, correction2) = (settings[2], settings[3])
    let (beta2, decay) = (Double(beta2), Double(weightDecay))
    for index in weight.values.indices {
      var gradient = inputs[1].values[index]
      if decoupled {
        weight.values[index] -= learningRate * decay * weight.values[index]
      } else {
        gradient += decay * weight.values[index]
      }
      first.values[index] = beta1 * first.values[index] + (1 - beta1) * gradient
      second.values[index] = beta2 * second.values[index] + (1 - beta2) * gradient * gradient
      let deviation = (second.values[index] / correction2).squareRoot() + Double(epsilon)
      weight.values[index] -= learningRate * first.values[index] / correction1 / deviation
    }
    return [weight, first, second]
  }
}
