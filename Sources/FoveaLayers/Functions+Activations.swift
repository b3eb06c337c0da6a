public import FoveaGraph

/// Each element times the probability that a standard normal number is at most it.
public func gelu(_ input: SymbolicTensor, approximate: FoveaGraph.GELU.Approximation = .none)
  throws(GraphError) -> SymbolicTensor
{
  try input.tracer.append(FoveaGraph.GELU(approximate: approximate), [input])[0]
}

/// Each element where it is above 0, and `alpha · (eˣ − 1)` elsewhere.
public func elu(_ input: SymbolicTensor, alpha: Float = 1) throws(GraphError) -> SymbolicTensor {
  try input.tracer.append(FoveaGraph.ELU(alpha: alpha), [input])[0]
}

/// `1.0507 · elu(x, alpha: 1.6733)` of each element: with these numbers, activations keep mean 0 and
/// variance 1 from layer to layer.
///
/// - SeeAlso: G. Klambauer et al., *Self-Normalizing Neural Networks*, arXiv:1706.02515.
public func selu(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
  let bent = try elu(input, alpha: 1.6732632423543772)
  return try input.tracer.append(Scale(1.0507009873554805, shift: 0), [bent])[0]
}

/// Each element where it is above 0, and `slope` times it elsewhere; `slope` is `[C]` or `[1]`.
public func prelu(_ input: SymbolicTensor, slope: SymbolicTensor)
  throws(GraphError) -> SymbolicTensor
{
  try input.tracer.append(FoveaGraph.PReLU(), [input, slope])[0]
}

/// `log(1 + e^(beta · x)) / beta` of each element, and `x` where `beta · x` is above `threshold`.
public func softplus(_ input: SymbolicTensor, beta: Float = 1, threshold: Float = 20)
  throws(GraphError) -> SymbolicTensor
{
  try input.tracer.append(FoveaGraph.Softplus(beta: beta, threshold: threshold), [input])[0]
}

/// Each element times the hyperbolic tangent of its softplus.
public func mish(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
  try input.tracer.append(FoveaGraph.Mish(), [input])[0]
}
