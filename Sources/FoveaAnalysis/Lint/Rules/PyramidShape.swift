import FoveaGraph

/// Maps shrink and channels grow, step by step, from the image to the answer.
struct PyramidShape: DesignPattern {
  let number = 5
  let title = "pyramid shape"
  let deviation = "a smaller map with fewer channels than the larger one before it"

  func findings(in network: LintContext) -> [LintFinding] {
    let stages = network.pyramid
    return zip(stages, stages.dropFirst()).filter { $1.channels < $0.channels }.map {
      large, small in
      finding(
        at: small.layer,
        "\(large.channels) channels on \(large.height)×\(large.width) become \(small.channels) on "
          + "\(small.height)×\(small.width)",
        numbers: ["channelsBefore": Double(large.channels), "channels": Double(small.channels)],
        remedy:
          "let channels grow where the map shrinks: twice as many for half the extent keep the "
          + "work of a layer")
    }
  }
}
