public import Foundation
import FoveaArchives
public import FoveaTensors
import OrderedCollections

/// A file that `torch.save` wrote, `.pth` or `.pt`: the tensors of the `state_dict` in it.
///
/// Both forms are read, the archive of PyTorch 1.6 and later and the older one, with any pickle protocol
/// from 2 on. A pickle is a program; this reader knows only the instructions and names of which weights
/// consist, runs nothing, and refuses everything else by its name. Of a whole checkpoint it takes the
/// dictionary of tensors.
///
/// Fractions become float32, whole numbers int32, bytes and truth values uint8. float32 tensors lie in
/// the mapped file until they are written to; it may be replaced meanwhile, and must not be cut short.
public struct PyTorchFile: Sendable {
  /// The tensors by name, in the file's order, row-major.
  public let weights: Weights
  /// Where in the checkpoint they were, such as `state_dict`; empty where they are all there is.
  public let entry: String
  /// Where else dictionaries of tensors are, such as `ema`.
  public let otherEntries: [String]
  /// Keys beside the tensors that hold something else.
  public let skippedKeys: [String]

  /// How many bytes all tensors may take for each byte of the storages: half precision doubles, and
  /// tensors may share storages.
  private static let largestExpansion = 16
  private static let smallestLimit = 1 << 20

  /// Reads a file, which may come from anywhere: whatever its bytes are, this returns or throws.
  ///
  /// - Parameter entry: The key of a checkpoint to look under, such as `ema`, or several joined by dots;
  ///   the one that weights usually stand under where left out.
  /// - Throws: `PyTorchFileError`.
  public init(contentsOf url: URL, entry: String? = nil) throws(PyTorchFileError) {
    let file: FileBytes
    do {
      file = try FileBytes(mapping: url)
    } catch {
      throw PyTorchFileError(file: error.file, problem: .unreadable(reason: error.reason))
    }
    try self.init(file.whole, file: url.path, entry: entry)
  }

  /// Reads the bytes of a file.
  ///
  /// - Parameters:
  ///   - file: What an error calls the bytes.
  ///   - entry: As above.
  /// - Throws: `PyTorchFileError`.
  public init(
    decoding data: Data, file: String = "the file", entry: String? = nil
  ) throws(PyTorchFileError) {
    try self.init(FileBytes(copying: data).whole, file: file, entry: entry)
  }

  init(_ region: ByteRegion, file: String, entry: String? = nil) throws(PyTorchFileError) {
    func refuse(_ tensor: String?, _ problem: PyTorchFileError.Problem) -> PyTorchFileError {
      PyTorchFileError(file: file, tensor: tensor, problem: problem)
    }
    let container: PyTorchContainer
    let found: StateDictionary
    let others: [String]
    do throws(PyTorchFileError.Problem) {
      container = try PyTorchContainer(region)
      (found, others) = try StateDictionary.find(in: container, entry: entry)
    } catch {
      throw refuse(nil, error)
    }
    let limit = Self.smallestLimit + Self.largestExpansion * container.storageByteCount
    var byteCount = 0
    var tensors: OrderedDictionary<String, Tensor> = [:]
    /// Tensors of the same object, which are one in memory as well.
    var made: [Int: Tensor] = [:]
    for (name, object, pickled) in found.tensors {
      guard tensors[name] == nil else { throw refuse(name, .duplicateName) }
      if let tensor = made[object] {
        tensors[name] = tensor
        continue
      }
      let stored: StoredTensor
      do throws(PyTorchFileError.Problem) {
        stored = try container.stored(pickled)
        byteCount += stored.byteCount
        guard byteCount <= limit else {
          throw .tooMuchMemory(byteCount: byteCount, limit: limit)
        }
      } catch {
        throw refuse(name, error)
      }
      do throws(StoredElementError) {
        let tensor = try stored.tensor()
        tensors[name] = tensor
        made[object] = tensor
      } catch {
        throw refuse(name, .valueOutOfRange(error.value, target: error.target))
      }
    }
    weights = Weights(tensors)
    self.entry = found.path
    otherEntries = others
    skippedKeys = found.skippedKeys
  }
}
