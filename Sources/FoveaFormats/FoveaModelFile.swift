public import Foundation
import FoveaGraph
import FoveaTensors

/// Fovea model files, `.fovea`: a network with its weights and all that one must know to use it, in one file.
///
/// The file is a safetensors file: the weights by name, each aligned so that they are used from the mapped
/// file, and in its metadata under `fovea.model` a JSON object with the version of the format, the
/// graph and the `ModelInformation`. Other programs can take the weights out of it.
public enum FoveaModelFile {
  /// The version of the format that is written, and the latest that is read.
  public static let formatVersion = 1
  /// The key of the metadata.
  public static let headerKey = "fovea.model"

  private struct Header: Codable {
    let formatVersion: Int
    let graph: Graph
    let information: ModelInformation
  }

  /// The version alone, which a later format has as well.
  private struct Version: Codable { let formatVersion: Int }

  /// The bytes of the file; the same model always gives the same bytes.
  ///
  /// - Throws: `ModelFileError` where a tensor has no place in the graph or the other way round.
  public static func encoded(_ model: PortableModel, file: String = "the file") throws -> Data {
    try check(model, file: file)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let header = Header(
      formatVersion: formatVersion, graph: model.graph, information: model.information)
    let text = String(decoding: try encoder.encode(header), as: UTF8.self)
    return try Safetensors(weights: model.weights, metadata: [headerKey: text])
      .encoded(file: file)
  }

  /// Takes the model out of a safetensors file.
  static func model(of contents: Safetensors, file: String) throws -> PortableModel {
    guard let text = contents.metadata[headerKey] else {
      throw ModelFileError(file: file, problem: .weightsAlone)
    }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    let data = Data(text.utf8)
    func damaged(_ error: any Error) -> ModelFileError {
      ModelFileError(file: file, problem: .damaged(reason: "\(error)"))
    }
    let version: Int
    do {
      version = try decoder.decode(Version.self, from: data).formatVersion
    } catch {
      throw damaged(error)
    }
    guard 1...formatVersion ~= version else {
      throw ModelFileError(file: file, problem: .version(version))
    }
    let header: Header
    do {
      header = try decoder.decode(Header.self, from: data)
    } catch {
      throw damaged(error)
    }
    let model = PortableModel(
      graph: header.graph, weights: contents.weights, information: header.information)
    try check(model, file: file)
    return model
  }

  /// Checks that graph and weights belong to each other, and that the information makes sense.
  private static func check(_ model: PortableModel, file: String) throws(ModelFileError) {
    func failure(_ problem: ModelFileError.Problem) -> ModelFileError {
      ModelFileError(file: file, problem: problem)
    }
    guard !model.graph.outputs.isEmpty else { throw failure(.damaged(reason: "no output")) }
    let variables = model.graph.variables
    for variable in variables {
      guard let tensor = model.weights[variable.name] else {
        throw failure(.missingTensor(variable.name))
      }
      guard tensor.shape == variable.shape, tensor.elementType == .float32 else {
        throw failure(
          .tensor(variable.name, expected: variable.shape, actual: tensor.shape))
      }
    }
    let names = Set(variables.map(\.name))
    if let name = model.weights.names.first(where: { !names.contains($0) }) {
      throw failure(.unusedTensor(name))
    }
    if let problem = model.information.problem { throw failure(.damaged(reason: problem)) }
  }
}

extension ModelInformation {
  /// What makes no sense, or `nil`.
  fileprivate var problem: String? {
    guard let preprocessing else { return nil }
    let (mean, deviation) = (preprocessing.mean, preprocessing.deviation)
    guard mean.count == deviation.count, mean.allSatisfy(\.isFinite),
      deviation.allSatisfy({ $0.isFinite && $0 > 0 })
    else { return "means \(mean) and deviations \(deviation) do not normalise" }
    let (unit, range) = (preprocessing.unit ?? 255, preprocessing.range ?? [0, 255])
    guard unit.isFinite, unit > 0, range.count == 2, range[0] <= range[1] else {
      return "no values are in units of \(unit), from \(range)"
    }
    let crop = preprocessing.centerCrop ?? [1, 1]
    let sizes = crop + [preprocessing.resizedShorterSide ?? 1]
    guard crop.count == 2, sizes.allSatisfy({ 1...(1 << 16) ~= $0 }) else {
      return "no image has the sizes \(sizes)"
    }
    return nil
  }
}
