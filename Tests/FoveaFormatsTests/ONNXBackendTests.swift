import Foundation
import FoveaRuntime
import Testing

@testable import FoveaFormats

/// The test cases of the `onnx` package, where `FOVEA_ONNX_CASES` names their folder; see
/// `Scripts/check-onnx.sh`.
@Suite struct ONNXBackendTests {
  static let root = ProcessInfo.processInfo.environment["FOVEA_ONNX_CASES"]

  @Test(.enabled(if: root != nil)) func casesPassThatShould() throws {
    let environment = ProcessInfo.processInfo.environment
    let root = URL(fileURLWithPath: try #require(Self.root))
    let pool = try ThreadPool(threads: 2)
    let filter = environment["FOVEA_ONNX_FILTER"] ?? ""
    let cases = try ONNXCaseFolder.all(in: root).filter {
      filter.isEmpty || $0.name.contains(filter)
    }
    var passed: [String] = []
    var lines: [String] = []
    for example in cases {
      switch example.run(pool: pool) {
      case .passed:
        passed.append(example.name)
        lines.append("passed\t\(example.name)")
      case .failed(let reason): lines.append("FAILED\t\(example.name)\t\(reason)")
      case .unsupported(let reason): lines.append("unsupported\t\(example.name)\t\(reason)")
      }
    }
    if let report = environment["FOVEA_ONNX_REPORT"] {
      try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: report))
    }
    guard let list = environment["FOVEA_ONNX_EXPECTED"] else { return }
    let expected = try String(contentsOfFile: list, encoding: .utf8)
      .split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
    let broken = Set(expected).subtracting(passed).sorted()
    #expect(broken.isEmpty, "cases that passed and no longer do: \(broken)")
  }
}
