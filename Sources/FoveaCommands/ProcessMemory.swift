import Foundation

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What the system says of this process' memory.
enum ProcessMemory {
  /// The most memory that was resident at once, in bytes, since the process began.
  static var peakResidentBytes: Int {
    #if canImport(Darwin)
    var usage = rusage()
    getrusage(RUSAGE_SELF, &usage)
    return usage.ru_maxrss
    #else
    // On Linux, getrusage also counts the process that this one was started from.
    let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let peak = status?.firstMatch(of: #/(?m)^VmHWM:\s*(\d+) kB/#)
    return (peak.flatMap { Int($0.1) } ?? 0) * 1024
    #endif
  }
}
