public import FoveaGraph

/// What queries find among keys: `softmax(query · keyᵀ / √features) · value`.
///
/// | tensor | shape |
/// | --- | --- |
/// | query | `[…, L, features]` |
/// | key | `[…, S, features]` |
/// | value | `[…, S, valueFeatures]` |
/// | result | `[…, L, valueFeatures]` |
///
/// - Parameters:
///   - query: What is looked for.
///   - key: What it is compared with.
///   - value: What is found there.
///   - mask: What is added to the scores `[…, L, S]`, broadcast; a large negative number hides a key.
///   - isCausal: Whether query `i` sees the keys `0...i` alone.
///
/// - SeeAlso: A. Vaswani et al., *Attention Is All You Need*, arXiv:1706.03762.
public func scaledDotProductAttention(
  _ query: SymbolicTensor, _ key: SymbolicTensor, _ value: SymbolicTensor,
  mask: SymbolicTensor? = nil, isCausal: Bool = false
) throws(GraphError) -> SymbolicTensor {
  let tracer = query.tracer
  guard let features = query.shape.dimensions.last, features > 0 else {
    throw .operation(path: tracer.path, .empty("attention", actual: query.shape))
  }
  let scaled = try tracer.append(Scale(1 / Float(features).squareRoot(), shift: 0), [query])[0]
  var scores = try matmul(scaled, key, transposeRight: true)
  if isCausal { scores = try scores + tracer.causalMask(of: scores) }
  if let mask { scores = try scores + mask }
  return try matmul(try tracer.append(FoveaGraph.Softmax(axis: -1), [scores])[0], value)
}

/// Attention in several heads at once, each on its share of the features: `[N, L, features]`, as it was.
///
/// Parameters are PyTorch's: `in_proj_weight` `[3 · features, features]` and `in_proj_bias` for query, key and value;
/// `out_proj.weight` `[features, features]` and `out_proj.bias`. The batch comes first.
///
/// - SeeAlso: A. Vaswani et al., arXiv:1706.03762.
public struct MultiheadAttention: Layer {
  /// How many shares the features are cut into.
  public let heads: Int
  /// Whether projections add numbers of their own.
  public let bias: Bool
  /// Whether each place sees those up to it alone.
  public let isCausal: Bool

  /// Makes a layer.
  public init(heads: Int, bias: Bool = true, isCausal: Bool = false) {
    self.heads = heads
    self.bias = bias
    self.isCausal = isCausal
  }

  /// Each place looks at all places of the input.
  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try run(input, input)
  }

  /// Each place of `query` looks at all places of `source`, `[N, S, features]`, with the parameters under `name`.
  public func attend(
    _ query: SymbolicTensor, to source: SymbolicTensor, named name: String
  ) throws(GraphError) -> SymbolicTensor {
    try query.tracer.scoped(.name(name)) { () throws(GraphError) in try run(query, source) }
  }

  private func run(
    _ query: SymbolicTensor, _ source: SymbolicTensor
  ) throws(GraphError) -> SymbolicTensor {
    let tracer = query.tracer
    for value in [query, source] where value.shape.rank != 3 {
      throw .operation(
        path: tracer.path, .rank("MultiheadAttention", expected: 3, actual: value.shape))
    }
    let features = query.shape[2]
    guard source.shape[2] == features else {
      throw .operation(
        path: tracer.path,
        .features("MultiheadAttention", expected: features, actual: source.shape))
    }
    guard heads > 0, features % heads == 0 else {
      throw .operation(
        path: tracer.path, .groups(heads, inChannels: features, outChannels: features))
    }
    let weight = try tracer.parameter("in_proj_weight", [3 * features, features], .xavierUniform())
    let added = bias ? try tracer.parameter("in_proj_bias", [3 * features], .constant(0)) : nil
    func projected(_ value: SymbolicTensor, _ part: Int) throws(GraphError) -> SymbolicTensor {
      var inputs = [value]
      for parameter in added.map({ [weight, $0] }) ?? [weight] {
        inputs.append(
          try tracer.append(
            Slice(axis: 0, start: part * features, end: (part + 1) * features), [parameter])[0])
      }
      return try split(try tracer.append(FoveaGraph.Linear(), inputs)[0])
    }
    let found = try scaledDotProductAttention(
      try projected(query, 0), try projected(source, 1), try projected(source, 2),
      isCausal: isCausal)
    let joined = try join(found, length: query.shape[1], features: features)
    return try tracer.scoped(.name("out_proj")) { () throws(GraphError) in
      try output(joined, features: features)
    }
  }

  private func output(
    _ joined: SymbolicTensor, features: Int
  ) throws(GraphError) -> SymbolicTensor {
    let tracer = joined.tracer
    let weight = try tracer.parameter("weight", [features, features], .pytorchDefault)
    let added = bias ? [try tracer.parameter("bias", [features], .constant(0))] : []
    return try tracer.append(FoveaGraph.Linear(), [joined, weight] + added)[0]
  }

  /// `[N, L, features] → [N · heads, L, features / heads]`.
  private func split(_ value: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let (length, features) = (value.shape[1], value.shape[2])
    let each = features / heads
    return try value.movingMiddleAxes([length, heads, each], to: [-1, length, each])
  }

  /// `[N · heads, L, features / heads] → [N, L, features]`.
  private func join(
    _ value: SymbolicTensor, length: Int, features: Int
  ) throws(GraphError) -> SymbolicTensor {
    try value.movingMiddleAxes([heads, length, features / heads], to: [-1, length, features])
  }
}

extension SymbolicTensor {
  /// Changes places of the first two of three axes behind the batch, then takes another shape.
  ///
  /// An axis of 1 keeps the elements in row-major order, which images are not in.
  fileprivate func movingMiddleAxes(
    _ extents: [Int], to shape: [Int]
  ) throws(GraphError) -> SymbolicTensor {
    let apart = try tracer.append(FoveaGraph.Reshape([-1] + extents + [1]), [self])[0]
    let moved = try tracer.append(FoveaGraph.Permute(axes: [0, 2, 1, 3, 4]), [apart])[0]
    return try tracer.append(FoveaGraph.Reshape(shape), [moved])[0]
  }
}

extension Tracer {
  /// Scores' mask `[L, S]`: 0 where a key is no later than the query, and a large negative number elsewhere.
  fileprivate func causalMask(of scores: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let (queries, keys) = (scores.shape[scores.shape.rank - 2], scores.shape[scores.shape.rank - 1])
    guard max(queries, keys) <= 4096 else {
      throw .operation(path: path, .tooLarge("the mask of attention"))
    }
    let hidden = try append(Constant(-1e30, shape: [1]), [])[0]
    let places = (0..<queries).flatMap { query in (0..<keys).map { Int32($0 <= query ? -1 : 0) } }
    return try taking(hidden, from: [1], to: [queries, keys], places: places)
  }
}
