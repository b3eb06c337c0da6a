import FoveaRuntime
import FoveaTensors
import Foundation

@testable import FoveaFormats

/// A folder as the `onnx` package writes its test cases: a model, inputs and expected outputs.
struct ONNXCaseFolder {
  let folder: URL
  var name: String { folder.lastPathComponent }

  /// What became of a case.
  enum Outcome: Equatable {
    case passed
    case failed(String)
    /// The importer or the engine refuses it, by name.
    case unsupported(String)
  }

  /// The case folders under a folder, by name.
  static func all(in root: URL) throws -> [ONNXCaseFolder] {
    let groups = try FileManager.default.contentsOfDirectory(
      at: root, includingPropertiesForKeys: nil)
    return
      groups
      .flatMap {
        (try? FileManager.default.contentsOfDirectory(at: $0, includingPropertiesForKeys: nil))
          ?? []
      }
      .filter { FileManager.default.fileExists(atPath: $0.path + "/model.onnx") }
      .map(ONNXCaseFolder.init)
      .sorted { $0.name < $1.name }
  }

  private func tensors(_ role: String, in set: URL) throws -> [(name: String, tensor: ONNXTensor)] {
    var result: [(String, ONNXTensor)] = []
    while true {
      let url = set.appendingPathComponent("\(role)_\(result.count).pb")
      guard let data = try? Data(contentsOf: url) else { return result }
      let proto = try Onnx_TensorProto(serializedBytes: data)
      result.append((proto.name, try ONNXTensor(proto, external: ONNXExternalData(folder: set))))
    }
  }

  /// Runs the case.
  ///
  /// - Parameters:
  ///   - relative: The largest relative difference that passes.
  ///   - absolute: The largest difference that passes in any case, as a share of the largest number of
  ///     the output, or of 1: a small number may be what is left of a sum of large ones.
  func run(pool: ThreadPool, relative: Float = 1e-3, absolute: Float = 1e-5) -> Outcome {
    do {
      return try outcome(pool, relative, absolute)
    } catch {
      return .unsupported("\(error)")
    }
  }

  private func outcome(
    _ pool: ThreadPool, _ relative: Float, _ absolute: Float
  ) throws -> Outcome {
    let set = folder.appendingPathComponent("test_data_set_0")
    let url = folder.appendingPathComponent("model.onnx")
    let model = try ONNXModel(
      decoding: try Data(contentsOf: url), file: name, folder: folder)
    let given = Dictionary(
      zip(model.inputs.map(\.name), try tensors("input", in: set).map(\.tensor))
    ) { first, _ in first }
    var options = ONNXImportOptions()
    for (name, tensor) in given {
      // Whole numbers and single ones are settings of operators.
      if !tensor.isFloatingPoint || tensor.shape.rank == 0 {
        options.inputValues[name] = Self.plain(tensor)
      } else {
        options.inputShapes[name] = tensor.shape
      }
    }
    if model.inputs.allSatisfy({ options.inputValues[$0.name] != nil }),
      let first = model.inputs.first, let tensor = given[first.name], tensor.isFloatingPoint
    {
      options.inputValues[first.name] = nil
      options.inputShapes[first.name] = tensor.shape
    }
    var imported: PortableModel?
    while imported == nil {
      do throws(ONNXError) {
        imported = try PortableModel(onnx: url, options: options)
      } catch {
        guard case .inputNotConstant(_, let name) = error.problem, let tensor = given[name],
          options.inputValues[name] == nil
        else { throw error }
        options.inputValues[name] = Self.plain(tensor)
        options.inputShapes[name] = nil
      }
    }
    guard let network = imported else { return .failed("nothing was imported") }
    let store = try VariableStore(network.weights)
    let program = try Program(network.graph, variables: store, pool: pool)
    let inputs = given.filter { name, _ in network.graph.inputs.contains { $0.name == name } }
    try program.run(inputs.mapValues(\.tensor))
    for (output, expected) in zip(model.outputs, try tensors("output", in: set)) {
      let actual = try program.output(output.name)
      guard actual.shape == expected.tensor.shape else {
        return .failed("\(output.name): \(actual.shape), not \(expected.tensor.shape)")
      }
      let largest = expected.tensor.floats.lazy.filter(\.isFinite).map(abs).max() ?? 0
      let least = absolute * max(largest, 1)
      for (index, pair) in zip(actual.floats, expected.tensor.floats).enumerated()
      where !(abs(pair.0 - pair.1) <= least + relative * abs(pair.1)) && pair.0 != pair.1
        && !(pair.0.isNaN && pair.1.isNaN)
      {
        return .failed("\(output.name)[\(index)] is \(pair.0), not \(pair.1)")
      }
    }
    return .passed
  }

  /// A tensor of one of our element types; whole numbers are held to 32 bits.
  private static func plain(_ tensor: ONNXTensor) -> Tensor {
    guard let integers = tensor.integers else { return tensor.tensor }
    return Tensor(tensor.shape, integers.map { Int32(clamping: $0) })
  }
}
