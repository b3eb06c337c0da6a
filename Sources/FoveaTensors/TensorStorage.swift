/// Memory for a tensor's elements: 64-byte aligned, zero at first, freed with the last reference.
///
/// Shared by copies of a tensor until one of them is written to; then the writer takes a copy.
final class TensorStorage: @unchecked Sendable {
  // Sendable holds because a storage is only written to through a tensor that alone refers to it.
  let bytes: UnsafeMutableRawBufferPointer

  init(byteCount: Int) {
    bytes = .allocate(byteCount: max(byteCount, 1), alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
  }

  init(copying other: TensorStorage) {
    bytes = .allocate(byteCount: other.bytes.count, alignment: 64)
    bytes.copyMemory(from: UnsafeRawBufferPointer(other.bytes))
  }

  deinit { bytes.deallocate() }
}
