/// How each place along an axis is a weighted sum of the places of another: a sparse matrix by rows.
///
/// `out[i] = Σ weights[t] · in[indices[t]]` for t in `starts[i] ..< starts[i + 1]`.
public struct ResamplingTable: Hashable, Sendable {
  /// Places along the axis that is read.
  public let inputExtent: Int
  /// Where each row's terms begin, and the number of all terms.
  public private(set) var starts: [Int32] = [0]
  /// For each term, the place that is read.
  public private(set) var indices: [Int32] = []
  /// For each term, its factor.
  public private(set) var weights: [Float] = []

  /// The longest axis that is resampled, so that a file cannot ask for a table past any memory.
  public static let largestExtent = 1 << 24

  /// Starts a table without rows.
  init(inputExtent: Int) { self.inputExtent = inputExtent }

  /// Rows, and so places along the axis that is written.
  public var outputExtent: Int { starts.count - 1 }

  /// Appends a row; neighbouring terms of one place are added up.
  mutating func appendRow(_ terms: some Sequence<(index: Int, weight: Double)>) {
    var last: (index: Int, weight: Double)?
    for term in terms {
      if let previous = last, previous.index == term.index {
        last = (term.index, previous.weight + term.weight)
      } else {
        append(last)
        last = term
      }
    }
    append(last)
    starts.append(Int32(indices.count))
  }

  private mutating func append(_ term: (index: Int, weight: Double)?) {
    guard let term, term.weight != 0 else { return }
    indices.append(Int32(term.index))
    weights.append(Float(term.weight))
  }

  /// Whether every place is itself.
  public var isIdentity: Bool {
    outputExtent == inputExtent && indices.count == inputExtent
      && indices.indices.allSatisfy { indices[$0] == $0 && starts[$0] == $0 && weights[$0] == 1 }
  }

  /// The table that takes gradients of the result to those of the input.
  public func transposed() -> ResamplingTable {
    var result = ResamplingTable(inputExtent: outputExtent)
    var counts = [Int32](repeating: 0, count: inputExtent + 1)
    for index in indices { counts[Int(index) + 1] += 1 }
    for place in 0..<inputExtent { counts[place + 1] += counts[place] }
    result.starts = counts
    result.indices = Array(repeating: 0, count: indices.count)
    result.weights = Array(repeating: 0, count: indices.count)
    var next = counts
    for row in 0..<outputExtent {
      for term in Int(starts[row])..<Int(starts[row + 1]) {
        let place = Int(indices[term])
        result.indices[Int(next[place])] = Int32(row)
        result.weights[Int(next[place])] = weights[term]
        next[place] += 1
      }
    }
    return result
  }
}
