package import Foundation

#if canImport(CryptoKit)
import CryptoKit
#else
internal import CLibcrypto
#endif

/// The SHA-256 of data, in hexadecimal.
package enum Checksum {
  package static func sha256(_ data: Data) -> String {
    #if canImport(CryptoKit)
    let digest = Array(CryptoKit.SHA256.hash(data: data))
    #else
    var digest = [UInt8](repeating: 0, count: 32)
    data.withUnsafeBytes { bytes in
      _ = EVP_Digest(bytes.baseAddress, bytes.count, &digest, nil, EVP_sha256(), nil)
    }
    #endif
    return digest.map { byte in
      let text = String(byte, radix: 16)
      return byte < 16 ? "0" + text : text
    }.joined()
  }
}
