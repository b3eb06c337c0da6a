import Foundation
import Synchronization

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Ctrl-C, and what `kill` sends: the first asks for an orderly end, the second ends at once.
enum Interruption {
  // A signal handler can reach nothing but a global.
  private static let isAsked = Atomic(false)

  /// Whether an end was asked for.
  static var isRequested: Bool { isAsked.load(ordering: .relaxed) }

  /// Starts to listen; before that, the first signal ends the process at once.
  static func listen() {
    var action = sigaction()
    let handler: @convention(c) (Int32) -> Void = { _ in
      Interruption.isAsked.store(true, ordering: .relaxed)
      // The only way of printing that a signal handler is allowed.
      let text: StaticString = "\nStopping after this step. Once more to end at once.\n"
      _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
      signal(SIGINT, SIG_DFL)
      signal(SIGTERM, SIG_DFL)
    }
    #if canImport(Darwin)
    action.__sigaction_u.__sa_handler = handler
    #else
    action.__sigaction_handler.sa_handler = handler
    #endif
    action.sa_flags = SA_RESTART
    sigaction(SIGINT, &action, nil)
    sigaction(SIGTERM, &action, nil)
    // Whoever started this process may have blocked them.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }
}
