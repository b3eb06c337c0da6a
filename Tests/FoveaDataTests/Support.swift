import CZlib
import Foundation

/// `bytes` as a `.gz` file of one member.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
  var stream = z_stream()
  deflateInit2_(
    &stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
    Int32(MemoryLayout<z_stream>.size))
  defer { deflateEnd(&stream) }
  var (input, output) = (bytes, [UInt8](repeating: 0, count: bytes.count + bytes.count / 1000 + 64))
  let count = input.withUnsafeMutableBufferPointer { input in
    output.withUnsafeMutableBufferPointer { output in
      stream.next_in = input.baseAddress
      stream.avail_in = uInt(input.count)
      stream.next_out = output.baseAddress
      stream.avail_out = uInt(output.count)
      precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END, "the output buffer is too small")
      return output.count - Int(stream.avail_out)
    }
  }
  return Array(output[..<count])
}

/// Real data that tests use where they are there.
enum TestData {
  /// MNIST's four files: in `$FOVEA_DATA/mnist`, else in `../shared/data/mnist`.
  static let mnist: URL? = {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let variable = ProcessInfo.processInfo.environment["FOVEA_DATA"].map {
      URL(fileURLWithPath: $0)
    }
    let places = [variable, root.deletingLastPathComponent().appendingPathComponent("shared/data")]
    return places.compactMap { $0?.appendingPathComponent("mnist") }.first {
      FileManager.default.fileExists(
        atPath: $0.appendingPathComponent("train-images-idx3-ubyte.gz").path)
    }
  }()
}

/// Runs `body` with an empty folder that goes afterwards.
func inScratchFolder(_ body: (URL) async throws -> Void) async throws {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("fovea-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try await body(folder)
}

/// The CRC-32 of bytes, as PNG files have it.
func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
  bytes.withUnsafeBufferPointer { UInt32(crc32(0, $0.baseAddress, uInt($0.count))) }
}
