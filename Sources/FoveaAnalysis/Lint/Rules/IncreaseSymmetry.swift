import FoveaGraph

/// Images of objects have no preferred axis; a window that has one wants its counterpart.
struct IncreaseSymmetry: DesignPattern {
  let number = 4
  let title = "increase symmetry"
  let deviation =
    "windows with different heights and widths on square maps, without as many turned ones"

  func findings(in network: LintContext) -> [LintFinding] {
    let windows = network.layers.compactMap { layer -> (layer: LintLayer, extents: [Int])? in
      guard let windows = layer.windows, layer.inputs[0].gridHeight == layer.inputs[0].gridWidth,
        windows[0].reach != windows[1].reach || windows[0].stride != windows[1].stride
      else { return nil }
      return (layer, windows.map(\.reach) + windows.map(\.stride))
    }
    let groups = Dictionary(grouping: windows, by: \.extents)
    return groups.compactMap { extents, members -> (Int, LintFinding)? in
      let turned = [extents[1], extents[0], extents[3], extents[2]]
      let lacking = members.count - (groups[turned]?.count ?? 0)
      guard lacking > 0, let last = members.last else { return nil }
      let reach = LintText.extents(Array(extents[..<2]))
      let stride = LintText.extents(Array(extents[2...]))
      return (
        last.layer.index,
        finding(
          at: last.layer.path,
          "\(LintText.counted(members.count, "window")) of \(reach) pixels with stride \(stride) on "
            + "square maps, \(members.count - lacking) turned round",
          numbers: ["windows": Double(members.count), "lacking": Double(lacking)],
          remedy: "add the turned window, unless the axes mean different things, as in spectrograms"
        )
      )
    }.sorted { $0.0 < $1.0 }.map(\.1)
  }
}
