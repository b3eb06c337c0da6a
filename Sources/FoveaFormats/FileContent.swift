import FoveaArchives

/// What a file is, by its first bytes; its name says nothing.
enum FileContent: Hashable {
  case safetensors
  case pyTorch
  case numPyArchive
  case numPyArray
  case onnx
  case json
  case keras
  case unknown

  init(_ region: ByteRegion) {
    let first: UInt8 = region.number(at: 0) ?? 0
    if ZipArchive.isArchive(region) {
      guard let archive = try? ZipArchive(region) else {
        // The reader says what is wrong with it.
        self = .pyTorch
        return
      }
      let names = archive.members.keys
      if names.contains(where: { $0.hasSuffix("data.pkl") }) {
        self = .pyTorch
      } else if names.contains("model.weights.h5") {
        self = .keras
      } else {
        self = names.contains { $0.hasSuffix(".npy") } ? .numPyArchive : .unknown
      }
    } else if region.has(NumPyHeader.magic) {
      self = .numPyArray
    } else if region.has([0x89] + Array("HDF\r\n".utf8)) {
      self = .keras
    } else if PyTorchContainer.isPickle(region) || region.has(Array("ustar".utf8), at: 257) {
      self = .pyTorch
    } else if region.has([UInt8(ascii: "{")], at: Safetensors.lengthByteCount),
      let length: UInt64 = region.number(at: 0), length <= Safetensors.longestHeader
    {
      self = .safetensors
    } else if first == UInt8(ascii: "{") || [0x20, 0x09, 0x0a, 0x0d].contains(first) {
      self = .json
    } else if first == 0x08, let version: UInt8 = region.number(at: 1), 1...32 ~= version {
      // A protocol buffer whose field 1 is a small number: the version of ONNX.
      self = .onnx
    } else {
      self = .unknown
    }
  }
}
