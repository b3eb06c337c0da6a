import Foundation

/// A word as a shell takes it.
public func quoted(_ word: String) -> String {
  let isPlain =
    !word.isEmpty
    && word.allSatisfy {
      $0.isASCII && ($0.isLetter || $0.isNumber || "/._-+=".contains($0))
    }
  return isPlain ? word : "'\(word.replacingOccurrences(of: "'", with: "'\\''"))'"
}
