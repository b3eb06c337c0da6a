import Foundation
import Testing

/// A web server for tests, on this machine alone: each path gives one answer, good or bad.
final class LocalServer: Sendable {
  enum Answer: Sendable {
    /// A whole file.
    case file([UInt8])
    /// Nothing but a status, such as 404.
    case status(Int)
    /// A length, and fewer bytes before the end of the connection.
    case cut([UInt8], stated: Int)
    /// A length, and fewer bytes before a long silence.
    case silence([UInt8], stated: Int)
    /// A length and nothing else.
    case length(Int)
    /// No length, and bytes without end.
    case endless
    /// Another path.
    case redirect(String)
  }

  let port: UInt16
  private let listener: Int32
  private let answers: [String: Answer]

  init(_ answers: [String: Answer]) throws {
    // A client that hangs up must not end the tests.
    signal(SIGPIPE, SIG_IGN)
    #if canImport(Darwin)
    let kind = SOCK_STREAM
    #else
    let kind = Int32(SOCK_STREAM.rawValue)
    #endif
    self.answers = answers
    listener = socket(AF_INET, kind, 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let isReady = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, size) == 0 && listen(listener, 16) == 0
          && getsockname(listener, $0, &size) == 0
      }
    }
    guard isReady else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread {
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else {
          // Here alone, or a server that got the same number meanwhile would be answered by this one.
          close(listener)
          return
        }
        Thread.detachNewThread { Self.serve(connection, answers) }
      }
    }
  }

  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  func url(_ path: String) throws -> URL {
    try #require(URL(string: "http://127.0.0.1:\(port)/\(path)"))
  }

  private static func serve(_ connection: Int32, _ answers: [String: Answer]) {
    defer { close(connection) }
    var request: [UInt8] = []
    while !request.suffix(4).elementsEqual("\r\n\r\n".utf8) {
      var byte: UInt8 = 0
      guard recv(connection, &byte, 1, 0) == 1 else { return }
      request.append(byte)
    }
    let words = String(decoding: request, as: UTF8.self).split(separator: " ")
    guard words.count > 1 else { return }
    func head(_ status: String, _ fields: String) -> [UInt8] {
      Array("HTTP/1.1 \(status)\r\n\(fields)Connection: close\r\n\r\n".utf8)
    }
    @discardableResult func send(_ bytes: [UInt8]) -> Bool {
      var sent = 0
      while sent < bytes.count {
        let count = bytes.withUnsafeBytes { buffer in
          Foundation.send(connection, buffer.baseAddress.map { $0 + sent }, bytes.count - sent, 0)
        }
        guard count > 0 else { return false }
        sent += count
      }
      return true
    }
    switch answers[String(words[1].dropFirst())] ?? .status(404) {
    case .file(let bytes): send(head("200 OK", "Content-Length: \(bytes.count)\r\n") + bytes)
    case .status(let status): send(head("\(status) No", "Content-Length: 0\r\n"))
    case .cut(let bytes, let stated): send(head("200 OK", "Content-Length: \(stated)\r\n") + bytes)
    case .silence(let bytes, let stated):
      send(head("200 OK", "Content-Length: \(stated)\r\n") + bytes)
      Thread.sleep(forTimeInterval: 20)
    case .length(let stated): send(head("200 OK", "Content-Length: \(stated)\r\n"))
    case .endless:
      // An end there is, so that a client that takes everything fails the test and does not hang.
      guard send(head("200 OK", "")) else { return }
      let block = [UInt8](repeating: 0x1f, count: 1 << 16)
      for _ in 0..<1024 where !send(block) { return }
    case .redirect(let path): send(head("302 Found", "Location: /\(path)\r\nContent-Length: 0\r\n"))
    }
  }
}
