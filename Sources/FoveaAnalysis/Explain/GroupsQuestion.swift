/// What cutting channels into groups saves.
public struct GroupsQuestion: Hashable, Codable, Sendable {
  /// The convolution, with the number of groups that is asked about.
  public var convolution: ConvolutionQuestion

  /// Asks about a convolution's groups.
  public init(_ convolution: ConvolutionQuestion) { self.convolution = convolution }

  /// How many numbers of groups are listed.
  private static let mostRows = 12

  /// Works it out: the convolution, and a row for each number of groups that divides its channels.
  ///
  /// Results: as in `ConvolutionQuestion`.
  ///
  /// - Throws: `ExplainError` for numbers out of range, and where the groups do not divide the channels.
  public func working() throws(ExplainError) -> Working {
    var working = try convolution.working()
    let (input, filters) = (convolution.input.channels, convolution.filters)
    let divisors = (1...min(input, filters)).filter { input % $0 == 0 && filters % $0 == 0 }
    // The ends tell most: a plain convolution, and as many groups as there can be.
    var shown = divisors
    if shown.count > Self.mostRows {
      shown = Array(divisors.prefix(Self.mostRows - 2) + divisors.suffix(2))
    }
    if !shown.contains(convolution.groups) { shown = (shown + [convolution.groups]).sorted() }
    var rows: [[Working.Cell]] = []
    for groups in shown {
      var question = convolution
      question.groups = groups
      // Fewer groups may have more weights than can be counted.
      let work = try? ConvolutionWork(question)
      let counts = work.map { [$0.weights, $0.parameters, $0.multiplyAdds] }
      rows.append(
        [.count(groups), .count(input / groups)]
          + (counts?.map { .count($0) } ?? Array(repeating: "too many", count: 3)))
    }
    working.table = Working.Table(
      columns: ["groups", "channels a filter", "weights", "parameters", "multiply-adds"], rows: rows
    )
    if shown.count < divisors.count {
      working.notes.append(
        "\(divisors.count) numbers of groups divide both \(input) and \(filters); some in the middle are left out."
      )
    }
    working.notes.append(
      "No number crosses from one group to another: a 1×1 convolution or a shuffle of channels has to mix them."
    )
    working.sources.append("S. Xie et al., arXiv:1611.05431")
    return working
  }
}
