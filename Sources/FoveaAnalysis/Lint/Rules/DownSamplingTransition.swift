import FoveaGraph

/// Where the map shrinks, channels take up what it held.
struct DownSamplingTransition: DesignPattern {
  let number = 13
  let title = "down-sampling transition"
  let deviation = "a smaller map with as many channels as the larger one before it"

  func findings(in network: LintContext) -> [LintFinding] {
    let stages = network.pyramid
    return zip(stages, stages.dropFirst()).filter { $0.channels == $1.channels }.map {
      large, small in
      let before = large.height * large.width * large.channels
      let after = small.height * small.width * small.channels
      return finding(
        at: small.layer,
        "\(large.height)×\(large.width) become \(small.height)×\(small.width) with "
          + "\(small.channels) channels on both: \(LintText.percent(share(after, of: before))) of the "
          + "numbers are left",
        numbers: ["channels": Double(small.channels), "share": share(after, of: before)],
        remedy: "make more channels where the map shrinks, as a rule twice as many")
    }
  }
}
