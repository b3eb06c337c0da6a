extension StepRecord {
  /// The names of the columns of `csvRow`.
  public static let csvHeader =
    "epoch,step,loss,learning_rate,momentum,images,seconds,wait_seconds,gradient_norm"

  /// The record as comma-separated values, with epoch and step counted from 1 as people count.
  public var csvRow: String {
    "\(epoch + 1),\(step + 1),\(loss),\(learningRate),\(momentum),\(images),\(seconds),\(waitSeconds),"
      + (gradientNorm.map { "\($0)" } ?? "")
  }

  /// Larger numbers are damage, and may be none that can be counted on.
  private static let numbers = 1...(1 << 53)

  /// Reads a row that `csvRow` wrote; `nil` where it is something else, such as half a row.
  public init?(csvRow: some StringProtocol) {
    let cells = csvRow.split(separator: ",", omittingEmptySubsequences: false)
    // Tables of earlier versions end before the waiting, or before the norm.
    guard 7...9 ~= cells.count, let epoch = Int(cells[0]), let step = Int(cells[1]),
      Self.numbers.contains(epoch), Self.numbers.contains(step), let loss = Float(cells[2]),
      let learningRate = Float(cells[3]),
      let momentum = Float(cells[4]), let images = Int(cells[5]), let seconds = Double(cells[6]),
      let waitSeconds = cells.count > 7 ? Double(cells[7]) : 0
    else { return nil }
    let norm = cells.count > 8 && !cells[8].isEmpty ? cells[8] : nil
    let gradientNorm = norm.flatMap { Float($0) }
    guard norm == nil || gradientNorm != nil else { return nil }
    self.init(
      epoch: epoch - 1, step: step - 1, loss: loss, learningRate: learningRate,
      momentum: momentum, images: images, seconds: seconds, waitSeconds: waitSeconds,
      gradientNorm: gradientNorm)
  }
}
