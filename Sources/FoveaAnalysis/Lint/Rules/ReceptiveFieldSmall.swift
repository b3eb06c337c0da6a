import FoveaGraph
import FoveaTensors

/// What is larger than the receptive field is seen in parts only.
struct ReceptiveFieldSmall: LintRule {
  let identifier = "receptive-field-small"
  let severity = LintSeverity.warning
  let finds =
    "a last map that sees less than the objects, where their size is given; a note where it sees less than the image"
  let source =
    "A. Araujo, W. Norris, J. Sim, Computing Receptive Fields of Convolutional Neural Networks, "
    + "Distill 2019, doi:10.23915/distill.00021"

  func findings(in network: LintContext) -> [LintFinding] {
    guard let image = network.image, let last = network.trunk.last,
      let rows = last.summary.receptiveField.rows,
      let columns = last.summary.receptiveField.columns
    else { return [] }
    let object = network.objectSize ?? PixelSize(height: image[2], width: image[3])
    let lacking = max(object.height - rows.size, object.width - columns.size)
    guard lacking > 0 else { return [] }
    let jump = max(rows.jump, columns.jump)
    // Each 3×3 convolution adds two jumps; nobody adds more than a billion.
    let more = Int(min((Double(lacking) / max(2 * jump, 1)).rounded(.up), 1e9))
    let what = network.objectSize == nil ? "the image has" : "the objects have"
    var message =
      "the last map sees \(rows.size)×\(columns.size) pixels at a time, \(what) "
      + "\(object.height)×\(object.width)"
    var severity = network.objectSize == nil ? LintSeverity.note : .warning
    let head = network.layers.first { layer in
      layer.index > last.index && network.flattenedMap(readBy: layer) != nil
    }
    if let head {
      message += "; \(head.path) joins all positions"
      severity = .note
    } else if case .global(let reason) = last.summary.receptiveField.status {
      message += "; it sees \(reason) besides"
      severity = .note
    }
    return [
      finding(
        severity, at: last.path, message,
        numbers: [
          "fieldHeight": Double(rows.size), "fieldWidth": Double(columns.size),
          "objectHeight": Double(object.height), "objectWidth": Double(object.width), "jump": jump,
          "more3x3": Double(more),
        ],
        remedy:
          "add \(LintText.counted(more, "more 3×3 convolution")) at this resolution, dilate some, or "
          + "reduce the map once more")
    ]
  }
}

extension LintContext {
  /// The map whose positions a linear layer reads in a row, or a convolution as large as it at once; `nil` without more than one.
  func flattenedMap(readBy layer: LintLayer) -> (height: Int, width: Int)? {
    func map(_ shape: Shape) -> (Int, Int)? {
      shape.rank == 4 && (shape[2] > 1 || shape[3] > 1) ? (shape[2], shape[3]) : nil
    }
    if let convolution = layer.node.operation as? Conv2d {
      let shape = layer.inputs[0]
      let isWhole = [convolution.rows.kernel, convolution.columns.kernel] == [shape[2], shape[3]]
      return isWhole && layer.pixels == 1 ? map(shape) : nil
    }
    guard layer.node.operation is Linear else { return nil }
    var value = layer.node.inputs[0]
    while let before = self.layer(making: value), before.summary.outputShape.rank == 2 {
      guard
        before.node.operation is Flatten || before.node.operation is Reshape
          || before.node.operation is Dropout
      else { return nil }
      value = before.node.inputs[0]
    }
    return map(shapes[value])
  }
}
