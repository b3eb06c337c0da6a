import FoveaRuntime

/// One run as Chrome's trace format has it: for `chrome://tracing`, Perfetto and Speedscope.
///
/// - SeeAlso: *Trace Event Format*, the Chromium project; complete events, times in microseconds.
struct ChromeTrace: Encodable {
  struct Event: Encodable {
    struct Arguments: Encodable {
      let outputShape: String
      let multiplyAdds: Int
      let bytes: Int
    }

    let name: String
    let cat: String
    let ph = "X"
    let ts: Double
    let dur: Double
    let pid = 1
    let tid = 1
    let args: Arguments
  }

  let traceEvents: [Event]
  let displayTimeUnit = "ms"
  let otherData: [String: String]

  init(_ profile: ProgramProfile, name: String) {
    traceEvents = profile.stages.map {
      Event(
        name: "\($0.path) \($0.operation)", cat: $0.operation, ts: $0.start * 1e6,
        dur: $0.duration * 1e6,
        args: .init(
          outputShape: "\($0.outputShape)", multiplyAdds: $0.multiplyAdds, bytes: $0.byteCount))
    }
    otherData = ["model": name]
  }
}
