/// Memory for a tensor's elements: 64-byte aligned, zero at first, freed with the last reference.
///
/// Shared by copies of a tensor until one of them is written to; then the writer takes a copy.
final class TensorStorage: @unchecked Sendable {
  // Sendable holds because a storage is only written to through a tensor that alone refers to it.
  let bytes: UnsafeMutableRawBufferPointer
  /// Who keeps the memory, where it is not the storage's own; then it is never written to.
  let owner: (any AnyObject & Sendable)?

  init(byteCount: Int) {
    bytes = .allocate(byteCount: max(byteCount, 1), alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 0)
    owner = nil
  }

  init(copying other: TensorStorage) {
    bytes = .allocate(byteCount: max(other.bytes.count, 1), alignment: 64)
    bytes.copyMemory(from: UnsafeRawBufferPointer(other.bytes))
    owner = nil
  }

  /// Refers to memory that is there already, of any alignment that the elements can have.
  init(borrowing memory: UnsafeRawBufferPointer, of owner: any AnyObject & Sendable) {
    bytes = UnsafeMutableRawBufferPointer(mutating: memory)
    self.owner = owner
  }

  deinit { if owner == nil { bytes.deallocate() } }
}
