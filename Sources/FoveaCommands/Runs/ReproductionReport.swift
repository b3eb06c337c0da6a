import FoveaTensors
import FoveaTraining

/// What a second training of a run has alike and otherwise.
public struct ReproductionReport: Hashable, Codable, Sendable {
  /// A row of the log of steps that differs.
  public struct StepDifference: Hashable, Codable, Sendable {
    /// The step, from 1.
    public let step: Int
    /// The column that differs.
    public let column: String
    /// What the run has.
    public let original: String
    /// What the second training has.
    public let reproduced: String
  }

  /// A tensor that differs.
  public struct TensorDifference: Hashable, Codable, Sendable {
    /// Its name.
    public let name: String
    /// Its elements; 0 where one of the trainings does not have it in this shape.
    public let elements: Int
    /// How many of them differ.
    public let differentElements: Int
    /// The largest difference between two elements.
    public let largestDifference: Double
  }

  /// Something that the two trainings did not have alike.
  public struct Condition: Hashable, Codable, Sendable {
    /// What it is, such as `instruction set`.
    public let name: String
    /// What it was for the run.
    public let original: String
    /// What it was for the second training.
    public let reproduced: String
    /// Whether it may change a result; threads, for one, do not.
    public let mayMatter: Bool
  }

  /// The run.
  public let run: String
  /// The folder of the second training.
  public let reproduction: String
  /// Whether every step and every tensor is the same, bit for bit.
  public let isEqual: Bool
  /// How many steps were compared.
  public let steps: Int
  /// The first step that differs.
  public let firstStep: StepDifference?
  /// How many tensors were compared: weights, buffers, averages, the optimiser's memory.
  public let tensors: Int
  /// How many of them differ.
  public let differentTensors: Int
  /// The first tensor that differs, in the order of the layers.
  public let firstTensor: TensorDifference?
  /// What the trainings did not have alike.
  public let conditions: [Condition]
  /// How the data differ; `nil` where they are the same.
  public let data: String?
}

extension ReproductionReport {
  /// The first step that is not the same; the time that it took does not count.
  static func firstDifference(
    _ original: [StepRecord], _ reproduced: [StepRecord]
  ) -> (compared: Int, difference: StepDifference?) {
    let second = Dictionary(reproduced.map { ($0.step, $0) }) { first, _ in first }
    var compared = 0
    for left in original {
      guard let right = second[left.step] else {
        return (
          compared,
          StepDifference(
            step: left.step + 1, column: "step", original: "taken", reproduced: "not taken")
        )
      }
      let columns = [
        ("epoch", "\(left.epoch + 1)", "\(right.epoch + 1)"),
        ("learning_rate", "\(left.learningRate)", "\(right.learningRate)"),
        ("momentum", "\(left.momentum)", "\(right.momentum)"),
        ("images", "\(left.images)", "\(right.images)"),
        // Written so that each number has a text of its own.
        ("loss", "\(left.loss)", "\(right.loss)"),
      ]
      if let (column, one, other) = columns.first(where: { $0.1 != $0.2 }) {
        return (
          compared,
          StepDifference(step: left.step + 1, column: column, original: one, reproduced: other)
        )
      }
      compared += 1
    }
    return (compared, nil)
  }

  /// The tensors that are not the same, weights in the order of the layers first.
  static func differences(
    _ original: Checkpoint, _ reproduced: Checkpoint
  ) -> (compared: Int, differences: [TensorDifference]) {
    let left = Dictionary(original.weights.tensors.map { ($0.key, $0.value) }) { first, _ in first }
    let right = Dictionary(reproduced.weights.tensors.map { ($0.key, $0.value) }) {
      first, _ in first
    }
    let ofModel = original.model.parameters.map(\.name)
    let others = Set(left.keys).union(right.keys).subtracting(ofModel).sorted()
    let names = ofModel + others
    return (names.count, names.compactMap { difference($0, left[$0], right[$0]) })
  }

  private static func difference(
    _ name: String, _ left: Tensor?, _ right: Tensor?
  ) -> TensorDifference? {
    guard let left, let right, left.shape == right.shape, left.elementType == right.elementType
    else {
      return left == nil && right == nil
        ? nil
        : TensorDifference(
          name: name, elements: 0, differentElements: 0, largestDifference: .infinity)
    }
    guard left.elementType == .float32 else {
      return left == right
        ? nil
        : TensorDifference(
          name: name, elements: left.shape.elementCount,
          differentElements: left.shape.elementCount, largestDifference: .nan)
    }
    let pairs = zip(left.elements(of: Float.self), right.elements(of: Float.self))
    var (count, largest) = (0, 0.0)
    for (one, other) in pairs where one.bitPattern != other.bitPattern {
      count += 1
      let distance = abs(Double(one) - Double(other))
      largest = distance.isNaN ? .infinity : max(largest, distance)
    }
    return count == 0
      ? nil
      : TensorDifference(
        name: name, elements: left.shape.elementCount, differentElements: count,
        largestDifference: largest)
  }

  /// What is not alike between two environments.
  static func conditions(
    _ original: RunEnvironment, _ reproduced: RunEnvironment
  ) -> [Condition] {
    let harmless: Set = ["threads", "cores", "memory", "system", "FOVEA_DATA"]
    let before = Dictionary(original.lines) { first, _ in first }
    let now = Dictionary(reproduced.lines) { first, _ in first }
    return Set(before.keys).union(now.keys).sorted().compactMap { name in
      guard before[name] != now[name] else { return nil }
      return Condition(
        name: name, original: before[name] ?? "not set", reproduced: now[name] ?? "not set",
        mayMatter: !harmless.contains(name))
    }
  }
}
