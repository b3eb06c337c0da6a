import Foundation
import FoveaCommands
import FoveaDrawing

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Where text goes: to a person at a terminal, into a pipe, or beside a JSON object.
struct Console: Sendable {
  /// Whether lines can be drawn over.
  let isTerminal: Bool

  private let descriptor: Int32
  private let isQuiet: Bool
  private let isJSON: Bool
  private let isColored: Bool

  /// Takes standard output for text, or for JSON alone.
  init(json isJSON: Bool, quiet isQuiet: Bool = false) {
    self.isJSON = isJSON
    self.isQuiet = isQuiet
    descriptor = isJSON ? STDERR_FILENO : STDOUT_FILENO
    isTerminal = Self.isTerminal(descriptor)
    isColored = Self.isColored(descriptor)
  }

  /// Prints lines for people.
  func print(_ lines: [String]) {
    guard !isQuiet else { return }
    write((lines.map { $0 + "\n" }).joined())
  }

  /// Prints a line for people.
  func print(_ line: String = "") { print([line]) }

  /// Prints a line that a quiet command has too, unless it has JSON.
  func printResult(_ line: String) { if !(isQuiet && isJSON) { write(line + "\n") } }

  /// Prints a heading.
  func printHeading(_ text: String) { print(isColored ? "\u{1b}[1m\(text)\u{1b}[0m" : text) }

  /// Prints pictures with words under them, in as many colours as the terminal has.
  func print(_ grid: ImageGrid) {
    let colors = TerminalPicture.Colors(
      isTerminal: isTerminal, environment: ProcessInfo.processInfo.environment)
    print(TerminalPicture(grid, colors: colors, width: width).lines)
  }

  /// Draws a line over the one that was drawn before; nothing where that cannot be.
  func draw(_ makeLine: (_ width: Int) -> String) {
    guard isTerminal, !isQuiet else { return }
    var line = makeLine(width - 1)
    if isColored, let bar = line.range(of: "━+", options: .regularExpression) {
      line.replaceSubrange(bar, with: "\u{1b}[32m\(line[bar])\u{1b}[0m")
    }
    write("\r\(line)\u{1b}[K")
  }

  /// Takes the drawn line away.
  func clearDrawing() { if isTerminal, !isQuiet { write("\r\u{1b}[K") } }

  /// Prints a report as the one JSON object, where JSON was asked for.
  func printJSON(_ report: some Encodable) throws {
    guard isJSON else { return }
    let data = try ReportCoding.encode(report)
    try FileHandle.standardOutput.write(contentsOf: data + Data("\n".utf8))
  }

  /// Prints why a command failed.
  static func fail(_ message: String) {
    let isColored = isColored(STDERR_FILENO)
    let text =
      isColored && message.hasPrefix("Error:")
      ? "\u{1b}[31mError:\u{1b}[0m" + message.dropFirst("Error:".count) : message
    try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
  }

  private func write(_ text: String) {
    // Who closed the stream does not want to read it.
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
    try? handle.write(contentsOf: Data(text.utf8))
  }

  private static func isTerminal(_ descriptor: Int32) -> Bool {
    isatty(descriptor) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
  }

  /// See https://no-color.org.
  private static func isColored(_ descriptor: Int32) -> Bool {
    isTerminal(descriptor)
      && (ProcessInfo.processInfo.environment["NO_COLOR"] ?? "").isEmpty
  }

  private var width: Int {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
