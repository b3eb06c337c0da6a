import FoveaGraph
import Foundation

/// Cross-entropy takes softmax itself: a softmax before it leaves it little to tell classes apart by.
///
/// Of probabilities, softmax is at most `e / (e + C − 1)`, so that the loss stays above `ln(1 + (C − 1) / e)`.
/// The logarithm of softmax is left unchanged by another one: that is only done twice.
struct SoftmaxBeforeCrossEntropy: LintRule {
  let identifier = "softmax-before-cross-entropy"
  let severity = LintSeverity.error
  let finds = "a softmax whose result goes into cross-entropy, which takes softmax once more"
  let source =
    "J. Bridle, Probabilistic Interpretation of Feedforward Classification Network Outputs, 1990, "
    + "doi:10.1007/978-3-642-76153-9_28"

  func findings(in network: LintContext) -> [LintFinding] {
    let inLosses = [network.graph, network.training].compactMap(\.self).flatMap { graph in
      graph.nodes.compactMap { node in
        node.operation is CrossEntropy
          ? found(
            .error, behind: node.inputs[0], of: graph, "\(node.path) takes softmax of it again")
          : nil
      }
    }
    guard inLosses.isEmpty else { return inLosses }
    // What a network gives back while it learns is what the loss reads.
    if let training = network.training {
      return training.outputs.values.compactMap {
        found(.warning, behind: $0, of: training, "cross-entropy takes softmax of it again")
      }
    }
    return network.graph.outputs.values.compactMap {
      found(
        .note, behind: $0, of: network.graph,
        "a training with cross-entropy would take softmax of it again")
    }
  }

  private func found(
    _ severity: LintSeverity, behind value: Value, of graph: Graph, _ consequence: String
  ) -> LintFinding? {
    var node = graph.nodes[value.node]
    while node.operation is Flatten || node.operation is Reshape || node.operation is Unsqueeze {
      node = graph.nodes[node.inputs[0].node]
    }
    if node.operation is LogSoftmax {
      return finding(
        .note, at: node.path,
        "the network ends in the logarithm of softmax, and \(consequence): to no effect, but work",
        remedy: "give the loss the logits; its result stays the same")
    }
    guard let softmax = node.operation as? Softmax, let shapes = try? graph.shapes() else {
      return nil
    }
    let logits = shapes[node.inputs[0]]
    let classes = logits[softmax.axis < 0 ? softmax.axis + logits.rank : softmax.axis]
    let least = log(1 + Double(classes - 1) / M_E)
    let rounded = (least * 100).rounded() / 100
    return finding(
      severity, at: node.path,
      "the network ends in softmax over \(LintText.counted(classes, "class")), and \(consequence): "
        + "the loss cannot fall below \(rounded)",
      numbers: ["classes": Double(classes), "leastLoss": least],
      remedy: "leave the softmax out of the network that learns, and take it when it answers")
  }
}
