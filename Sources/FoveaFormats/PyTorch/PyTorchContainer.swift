import FoveaArchives
import FoveaTensors

/// The pickle of a PyTorch file, and the bytes that its tensors lie in.
struct PyTorchContainer {
  let objects: [PickleObject]
  let root: PickleValue
  private let storages: [String: ByteRegion]
  private let isBigEndian: Bool

  /// Opens a file of either form.
  init(_ region: ByteRegion) throws(PyTorchFileError.Problem) {
    if ZipArchive.isArchive(region) {
      try self.init(archive: region)
    } else if Self.isPickle(region) {
      try self.init(legacy: region)
    } else if region.has(Array("ustar".utf8), at: 257) {
      throw .tarFormat
    } else {
      throw .notPyTorch
    }
  }

  /// Whether bytes begin as a pickle does, of protocol 2 and later.
  static func isPickle(_ region: ByteRegion) -> Bool {
    (2...5).contains { region.has([0x80, $0]) }
  }

  /// The bytes of a storage.
  ///
  /// - Throws: `missingPart`, or `cutShort` where the file has fewer than the pickle says.
  func bytes(
    of storage: PickledStorage, elementBytes: Int
  ) throws(PyTorchFileError.Problem) -> ByteRegion {
    guard let region = storages[storage.key] else { throw .missingPart("data/\(storage.key)") }
    let (needed, overflow) = storage.count.multipliedReportingOverflow(by: elementBytes)
    guard !overflow, let bytes = region.part(0, count: needed) else {
      throw .cutShort("data/\(storage.key)")
    }
    return bytes
  }

  /// A tensor of the pickle, checked against its storage.
  func stored(_ tensor: PickledTensor) throws(PyTorchFileError.Problem) -> StoredTensor {
    let bytes = try bytes(
      of: tensor.storage, elementBytes: tensor.storage.element?.byteCount ?? 1)
    guard let shape = Shape(checking: tensor.shape),
      var stored = StoredTensor(
        shape, strides: tensor.strides, offset: tensor.offset, of: tensor.element, in: bytes)
    else {
      throw .bounds(
        shape: tensor.shape, strides: tensor.strides, offset: tensor.offset,
        storageBytes: bytes.count)
    }
    stored.isBigEndian = isBigEndian
    return stored
  }

  /// The bytes of all storages, unpacked.
  var storageByteCount: Int { storages.values.reduce(0) { $0 + $1.count } }
}

// MARK: Archives

extension PyTorchContainer {
  private static let pickleName = "data.pkl"

  /// Opens an archive: the pickle `data.pkl`, and beside it a member `data/<key>` for each storage.
  private init(archive region: ByteRegion) throws(PyTorchFileError.Problem) {
    let (archive, pickle, folder) = try Self.reading { () throws(ZipError) in
      let archive = try ZipArchive(region)
      guard let member = archive.members.values.first(where: { Self.isPickleName($0.name) }) else {
        return (archive, ByteRegion?.none, "")
      }
      let pickle = try archive.contents(of: member, limit: PickleReader.largestPickle)
      return (archive, pickle, String(member.name.dropLast(Self.pickleName.count)))
    }
    guard let pickle else { throw .missingPart(Self.pickleName) }
    var reader = PickleReader(pickle)
    root = try reader.read()
    objects = reader.objects

    let prefix = folder + "data/"
    var storages: [String: ByteRegion] = [:]
    // Only what the pickle names is unpacked.
    for case .storage(let storage) in objects where storages[storage.key] == nil {
      guard let member = archive.members[prefix + storage.key] else { continue }
      storages[storage.key] = try Self.reading { () throws(ZipError) in
        try archive.contents(of: member)
      }
    }
    self.storages = storages
    let order = try archive.members[folder + "byteorder"].map {
      member throws(PyTorchFileError.Problem) in
      try Self.reading { () throws(ZipError) in try archive.contents(of: member, limit: 64) }
    }
    isBigEndian = order?.has(Array("big".utf8)) ?? false
  }

  private static func isPickleName(_ name: String) -> Bool {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count <= 2 && parts.last.map(String.init) == pickleName
  }

  private static func reading<Result>(
    _ body: () throws(ZipError) -> Result
  ) throws(PyTorchFileError.Problem) -> Result {
    do {
      return try body()
    } catch {
      throw .archive(error)
    }
  }
}

// MARK: Legacy

extension PyTorchContainer {
  /// 0x1950a86a20f9469cfc6c, which the older form begins with.
  private static let magic: [UInt8] = [
    0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19,
  ]

  /// Opens the form of PyTorch before 1.6: five pickles, then the storages one after the other, each as
  /// its number of elements and its bytes.
  private init(legacy region: ByteRegion) throws(PyTorchFileError.Problem) {
    var reader = PickleReader(region)
    guard case .largeInteger(Self.magic) = try reader.read() else { throw .notPyTorch }
    guard case .integer(1001) = try reader.read() else { throw .notPyTorch }
    let system = try reader.read()
    let root = try reader.read()
    let keys = try reader.read()

    var isBigEndian = false
    if let index = system.object, case .dictionary(let entries) = reader.objects[index] {
      for (key, value) in entries where key.text == "little_endian" {
        if case .boolean(false) = value { isBigEndian = true }
      }
    }
    var known: [String: PickledStorage] = [:]
    for case .storage(let storage) in reader.objects {
      // The first one tells the size; what others say of it is checked against that.
      known[storage.key] = known[storage.key] ?? storage
    }
    guard let index = keys.object, case .list(let list) = reader.objects[index] else {
      throw .damagedPickle("list of storages", offset: reader.position)
    }
    var storages: [String: ByteRegion] = [:]
    var position = reader.position
    for value in list {
      guard let key = value.text, let storage = known[key] else {
        throw .damagedPickle("storage of a tensor", offset: reader.position)
      }
      guard
        let count: Int64 = region.number(at: position).map({
          isBigEndian ? $0.byteSwapped : $0
        }), count == storage.count,
        case let (size, overflow) = storage.count.multipliedReportingOverflow(
          by: storage.element?.byteCount ?? 1), !overflow,
        let bytes = region.part(position + 8, count: size)
      else { throw .cutShort("storage \(excerpt(key))") }
      guard storages.updateValue(bytes, forKey: key) == nil else {
        throw .damagedPickle("list of different storages", offset: reader.position)
      }
      position += 8 + size
    }
    objects = reader.objects
    self.root = root
    self.storages = storages
    self.isBigEndian = isBigEndian
  }
}
