import Foundation

/// A peer's process, which times itself on request, so that all sides can take turns.
final class Peer {
  /// Why a peer gave no number.
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  let name: PeerName
  /// Its version and settings.
  private(set) var greeting = ""

  var processIdentifier: Int32 { process.processIdentifier }

  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()

  init(_ name: PeerName, _ setup: PeerSetup, arguments: [String] = []) throws {
    self.name = name
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      setup.python, "\(setup.scripts)/\(name.command[0])", "--cache", setup.cache, "--threads",
      "\(setup.threads)",
    ]
    process.arguments? += name.command.dropFirst() + arguments
    process.standardInput = input
    process.standardOutput = output
    // What libraries say on their own is of interest where something is wrong.
    process.standardError = try setup.log(of: name)
    try process.run()
    greeting = try readLine()
    guard greeting.hasPrefix("ready ") else { throw Failure(description: greeting) }
    greeting.removeFirst("ready ".count)
  }

  /// Median milliseconds of `count` runs of a work.
  func median(_ work: Work, _ count: Int) throws -> Double {
    let answer = try ask("\(work.kind.rawValue) \(work.network) \(count)")
    guard let time = Double(answer) else { throw Failure(description: answer) }
    return time
  }

  /// What the peer's network answered.
  func checked(_ work: Work) throws -> [Float] {
    let answer = try ask("check \(work.kind.rawValue) \(work.network)")
    let numbers = answer.split(separator: " ").map { Float($0) }
    guard !numbers.isEmpty, !numbers.contains(nil) else { throw Failure(description: answer) }
    return numbers.compactMap(\.self)
  }

  /// The most memory, in bytes, that the process has had resident.
  func peakBytes() throws -> Int {
    let answer = try ask("memory")
    guard let bytes = Int(answer) else { throw Failure(description: answer) }
    return bytes
  }

  private func ask(_ command: String) throws -> String {
    guard process.isRunning else { throw Failure(description: "the process has ended") }
    try input.fileHandleForWriting.write(contentsOf: Data("\(command)\n".utf8))
    return try readLine()
  }

  private func readLine() throws -> String {
    var line = Data()
    while let byte = try output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty {
      if byte[0] == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
      line.append(byte)
    }
    throw Failure(description: "the process has ended; its log is in the cache folder")
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.terminate()
  }
}

/// Where peers are, and what all of them are told.
struct PeerSetup {
  let python: String
  let scripts: String
  let cache: String
  let threads: Int

  /// The file for what a peer writes to its error stream.
  func log(of name: PeerName) throws -> FileHandle {
    let url = URL(fileURLWithPath: cache).appendingPathComponent("\(name.rawValue).log")
    try Data().write(to: url)
    return try FileHandle(forWritingTo: url)
  }

  /// Writes the files of a work, where they are not there yet.
  func convert(_ work: Work) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      python, "\(scripts)/convert.py", cache, work.kind.rawValue, work.network,
    ]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Peer.Failure(description: "convert.py failed for \(work.network)")
    }
  }
}
