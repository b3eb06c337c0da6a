import FoveaGraph
import FoveaTensors

/// Two linear layers one after the other compute what one could.
///
/// Where the pair is a factorisation (narrow between, one of them depthwise, 1×k and k×1) it saves parameters, and is
/// a choice: MobileNetV2 narrows without an activation on purpose (arXiv:1801.04381).
struct MissingActivation: LintRule {
  let identifier = "missing-activation"
  let severity = LintSeverity.warning
  let finds = "two convolutions or linear layers with no activation between them: one could do"
  let source =
    "M. Leshno et al., Multilayer Feedforward Networks with a Nonpolynomial Activation Function, "
    + "1993, doi:10.1016/S0893-6080(05)80131-5"

  func findings(in network: LintContext) -> [LintFinding] {
    network.products.compactMap { first in
      guard let (second, isDirect) = nextProduct(after: first, network) else { return nil }
      let parameters = first.weightCount + second.weightCount
      var numbers = ["parameters": Double(parameters)]
      var comparison = ""
      if isDirect, let folded = foldedWeights(first, second) {
        numbers["foldedParameters"] = Double(folded)
        comparison =
          "; their \(LintText.count(parameters)) weights do what one layer with "
          + "\(LintText.count(folded)) could"
      }
      if let reason = factorisation(first, second) {
        return finding(
          .note, at: second.path,
          "no activation between \(first.path) and this layer\(comparison): a factorisation, "
            + "since \(reason)",
          numbers: numbers,
          remedy: "keep it if it was meant, as MobileNetV2's linear bottlenecks are "
            + "(arXiv:1801.04381); else put an activation between")
      }
      return finding(
        at: second.path, "no activation between \(first.path) and this layer\(comparison)",
        numbers: numbers, remedy: "put an activation between them, or make them one layer")
    }
  }

  /// The layer with weights that alone reads another's result, through linear layers at most, and whether none but
  /// batch normalisation lies between.
  private func nextProduct(
    after first: LintLayer, _ network: LintContext
  ) -> (LintLayer, isDirect: Bool)? {
    var layer = first
    var isDirect = true
    while let reader = network.onlyReader(ofNode: layer.index) {
      let isFirstInput =
        reader.node.inputs[0].node == layer.index
        && reader.node.inputs.filter { $0.node == layer.index }.count == 1
      guard isFirstInput else { return nil }
      if reader.product != nil { return (reader, isDirect) }
      switch reader.node.operation {
      case is BatchNorm2d, is BatchNorm2dTraining, is Scale, is Dropout: break
      case is GroupNorm, is LayerNorm: break
      case is AvgPool2d, is AdaptiveAvgPool2d, is Flatten, is Reshape: isDirect = false
      case let reduce as Reduce where reduce.function != .max: isDirect = false
      default: return nil
      }
      layer = reader
    }
    return nil
  }

  private func factorisation(_ first: LintLayer, _ second: LintLayer) -> String? {
    guard let left = first.product, let right = second.product else { return nil }
    if left.outChannels < min(left.inChannels, right.outChannels) {
      return "\(left.inChannels) channels become \(left.outChannels), then \(right.outChannels)"
    }
    if (left.groups > 1) != (right.groups > 1) { return "one of them is convolved in groups" }
    guard let one = first.windows?.map(\.kernel), let other = second.windows?.map(\.kernel),
      one[0] != one[1], one == other.reversed()
    else { return nil }
    return "\(LintText.extents(one)) and \(LintText.extents(other)) make a square"
  }

  /// The weights of one layer in place of both; `nil` where no such layer is known.
  private func foldedWeights(_ first: LintLayer, _ second: LintLayer) -> Int? {
    guard let left = first.product, let right = second.product else { return nil }
    var taps = 1
    if let one = first.windows, let other = second.windows {
      taps = zip(one, other).reduce(1) { taps, pair in
        saturated(
          taps.multipliedReportingOverflow(
            by: pair.0.reach + saturatedProduct(pair.1.reach - 1, pair.0.stride)))
      }
    } else if !(first.node.operation is Linear && second.node.operation is Linear) {
      return nil
    }
    // Groups of one stay groups of both where the other has none to break up.
    let groups = left.groups == right.groups && left.groups == left.inChannels ? left.groups : 1
    return saturatedProduct(
      saturatedProduct(left.inChannels / groups, right.outChannels), taps)
  }
}

private func saturatedProduct(_ left: Int, _ right: Int) -> Int {
  saturated(left.multipliedReportingOverflow(by: right))
}

extension LintLayer {
  /// The elements of its weight.
  fileprivate var weightCount: Int { inputs[1].elementCount }
}
