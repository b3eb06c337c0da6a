public import FoveaGraph
import FoveaTensors

/// Numbers from the standard normal distribution in the shape of `value`, others in each step of a training.
///
/// PyTorch's `randn_like`. They follow from the run's seed and step and from the path of the layer that is being
/// built, which must draw no more than once.
public func randomNormal(like value: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
  let stream = RandomStream(seed: 0, named: value.tracer.path + ".normal").stream
  return try value.tracer.append(RandomNormal(stream: stream), [value])[0]
}
