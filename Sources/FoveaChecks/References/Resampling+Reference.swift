public import FoveaGraph
public import FoveaTensors

/// An operation that resamples, with each place's terms straight from the definition.
public protocol ReferenceResampling: ResamplingOperation, ReferenceOperation {
  /// The places along an axis that `place` of the result is made of, and their weights.
  ///
  /// - Parameter axis: The axis' number in an input of shape `input`.
  func terms(of place: Int, axis: Int, input: Shape, output: Shape) -> [(
    place: Int, weight: Double
  )]
}

extension ReferenceResampling {
  /// For each axis that changes, the terms of all places.
  fileprivate func sums(input: Shape, output: Shape)
    -> [(axis: Int, terms: [[(place: Int, weight: Double)]])]
  {
    (0..<input.rank).compactMap { axis in
      let terms = (0..<output[axis]).map {
        self.terms(of: $0, axis: axis, input: input, output: output)
      }
      let isKept =
        input[axis] == output[axis]
        && terms.enumerated().allSatisfy { place, terms in
          terms.count == 1 && terms[0].place == place && terms[0].weight == 1
        }
      return isKept ? nil : (axis, terms)
    }
  }

  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    var current = inputs[0]
    let output = try outputShapes(for: [current.shape])[0]
    for (axis, terms) in sums(input: current.shape, output: output) {
      var next = ReferenceTensor(current.shape.replacing(axis, with: terms.count))
      next.shape.forEachIndex { index in
        var source = index
        var sum = terms[index[axis]].isEmpty ? Double(emptyValue) : 0
        for term in terms[index[axis]] {
          source[axis] = term.place
          sum += term.weight * current[source]
        }
        next[index] = sum
      }
      current = next
    }
    return [current]
  }
}

extension ResamplingGradient: ReferenceOperation where Resampled: ReferenceResampling {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    var current = inputs[0]
    let image = inputs[1].shape
    for (axis, terms) in operation.sums(input: image, output: current.shape) {
      var next = ReferenceTensor(current.shape.replacing(axis, with: image[axis]))
      current.shape.forEachIndex { index in
        var target = index
        for term in terms[index[axis]] {
          target[axis] = term.place
          next[target] += term.weight * current[index]
        }
      }
      current = next
    }
    return [current]
  }
}

extension Pad: ReferenceResampling {
  public func terms(of place: Int, axis: Int, input: Shape, output: Shape)
    -> [(place: Int, weight: Double)]
  {
    let number = axis - (input.rank - amounts.count)
    guard number >= 0 else { return [(place, 1)] }
    let (amount, extent) = (amounts[number], input[axis])
    var source = place - amount.before
    switch mode {
    case .constant: return 0..<extent ~= source ? [(source, 1)] : []
    case .replicate: source = min(max(source, 0), extent - 1)
    case .reflect:
      source = abs(source)
      source = min(source, 2 * extent - 2 - source)
    case .circular:
      // Of what is left where some is taken away.
      let (first, end) = (max(0, -amount.before), extent + min(0, amount.after))
      while source < first { source += end - first }
      while source >= end { source -= end - first }
    }
    return [(source, 1)]
  }
}

extension Resize: ReferenceResampling {
  public func terms(of place: Int, axis: Int, input: Shape, output: Shape)
    -> [(place: Int, weight: Double)]
  {
    let (extent, made) = (input[axis], output[axis])
    let scale: Double
    switch target {
    case .sizes(let sizes):
      guard axis >= input.rank - sizes.count else { return [(place, 1)] }
      scale = Double(made) / Double(extent)
    case .scales(let scales):
      guard axis >= input.rank - scales.count else { return [(place, 1)] }
      scale = scales[axis - (input.rank - scales.count)]
    }
    let halfPixel = (Double(place) + 0.5) / scale - 0.5
    let aligned = made == 1 ? 0 : Double(place) * Double(extent - 1) / Double(made - 1)
    let coordinate =
      switch coordinates {
      case .halfPixel: halfPixel
      case .pytorchHalfPixel: made == 1 ? 0 : halfPixel
      case .alignCorners: aligned
      case .asymmetric: Double(place) / scale
      }
    if antialias {
      let step =
        coordinates != .alignCorners
        ? 1 / scale : made == 1 ? 0 : Double(extent - 1) / Double(made - 1)
      let far = excludesOutside ? 0 : 4 * extent
      let terms = (-far..<extent + far).map {
        let distance = (Double($0) + 0.5 - (Double(place) + 0.5) * step) / max(step, 1)
        return (place: min(max($0, 0), extent - 1), weight: weight(at: distance))
      }
      let sum = terms.reduce(0) { $0 + $1.weight }
      return terms.filter { $0.weight != 0 }.map { ($0.place, $0.weight / sum) }
    }
    if case .nearest(let rounding) = interpolation {
      return [(min(max(nearest(coordinate, rounding), 0), extent - 1), 1)]
    }
    let near = Int(coordinate.rounded(.down))
    var terms = (near - 3...near + 3).map {
      (place: $0, weight: weight(at: Double($0) - coordinate))
    }
    if case .cubic = interpolation, excludesOutside {
      terms.removeAll { !(0..<extent ~= $0.place) }
      let sum = terms.reduce(0) { $0 + $1.weight }
      return terms.map { ($0.place, $0.weight / sum) }
    }
    return terms.map { (min(max($0.place, 0), extent - 1), $0.weight) }
  }

  private func nearest(_ coordinate: Double, _ rounding: Rounding) -> Int {
    // A coordinate on the edge, but for rounding, is on the edge.
    let exact = (coordinate * 1e6).rounded() / 1e6
    switch rounding {
    case .floor: return Int(exact.rounded(.down))
    case .ceil: return Int(exact.rounded(.up))
    case .roundPreferFloor: return Int((exact - 0.5).rounded(.up))
    case .roundPreferCeil: return Int((exact + 0.5).rounded(.down))
    }
  }

  /// Triangle, or the cubic convolution kernel.
  private func weight(at distance: Double) -> Double {
    let x = abs(distance)
    guard case .cubic(let a) = interpolation else { return max(0, 1 - x) }
    if x <= 1 { return (a + 2) * x * x * x - (a + 3) * x * x + 1 }
    return x < 2 ? a * (x * x * x - 5 * x * x + 8 * x - 4) : 0
  }
}
