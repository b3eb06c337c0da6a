package import Foundation

#if canImport(CryptoKit)
import CryptoKit
#else
internal import CLibcrypto
#endif

/// Checksums of data and files, in hexadecimal.
package enum Checksum {
  /// The SHA-256 of data.
  package static func sha256(_ data: Data) -> String {
    #if canImport(CryptoKit)
    let digest = Array(CryptoKit.SHA256.hash(data: data))
    #else
    var digest = [UInt8](repeating: 0, count: 32)
    data.withUnsafeBytes { bytes in
      _ = EVP_Digest(bytes.baseAddress, bytes.count, &digest, nil, EVP_sha256(), nil)
    }
    #endif
    return hexadecimal(digest)
  }

  /// The MD5 of a file, which is read a megabyte at a time; `nil` where it cannot be read.
  ///
  /// Those who publish datasets give it. It finds damage, and not what was forged on purpose.
  static func md5(contentsOf file: URL) -> String? {
    guard let handle = try? FileHandle(forReadingFrom: file) else { return nil }
    defer { try? handle.close() }
    func readPart() throws -> Data? {
      let part = try handle.read(upToCount: 1 << 20)
      return part?.isEmpty == false ? part : nil
    }
    #if canImport(CryptoKit)
    var hash = Insecure.MD5()
    do {
      while let part = try readPart() { hash.update(data: part) }
    } catch { return nil }
    return hexadecimal(Array(hash.finalize()))
    #else
    guard let context = EVP_MD_CTX_new() else { return nil }
    defer { EVP_MD_CTX_free(context) }
    guard EVP_DigestInit_ex(context, EVP_md5(), nil) == 1 else { return nil }
    do {
      while let part = try readPart() {
        part.withUnsafeBytes { _ = EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
      }
    } catch { return nil }
    var digest = [UInt8](repeating: 0, count: 16)
    guard EVP_DigestFinal_ex(context, &digest, nil) == 1 else { return nil }
    return hexadecimal(digest)
    #endif
  }

  private static func hexadecimal(_ digest: [UInt8]) -> String {
    digest.map { byte in
      let text = String(byte, radix: 16)
      return byte < 16 ? "0" + text : text
    }.joined()
  }
}
