import FoveaGraph

/// What is summed with an identity should be able to lower it as well.
struct SummationJoining: DesignPattern {
  let number = 12
  let title = "summation joining"
  let deviation = "a residual branch that ends in an activation without negative results"
  let evidence =
    "K. He et al., Identity Mappings in Deep Residual Networks, arXiv:1603.05027: ResNet-110 errs in "
    + "7.84 % of CIFAR-10 with ReLU before the sum, 6.61 % with ReLU after it, 6.37 % with it first in "
    + "the branch"

  func findings(in network: LintContext) -> [LintFinding] {
    network.residuals.filter { $0.depth > 0 && $0.branch.isNeverNegative }.map { residual in
      finding(
        at: residual.sum.path,
        "the branch ends in \(residual.branch.path), \(residual.branch.summary.type), and can only "
          + "raise what it is added to; \(LintText.counted(residual.depth, "layer")) with weights in it",
        numbers: ["layers": Double(residual.depth)],
        remedy: "put the activation after the sum, or first in the branch")
    }
  }
}

extension LintLayer {
  fileprivate var isNeverNegative: Bool {
    switch node.operation {
    case is ReLU, is Sigmoid, is Hardsigmoid: true
    case let bounded as Hardtanh: bounded.minimum >= 0
    default: false
    }
  }
}
