public import Foundation

/// Where datasets lie on this machine.
public enum DataFolders {
  /// Where downloads are kept: `$XDG_CACHE_HOME/fovea`, else the system's place for caches.
  public static var cache: URL {
    if let folder = ProcessInfo.processInfo.environment["XDG_CACHE_HOME"], !folder.isEmpty {
      return URL(fileURLWithPath: folder).appendingPathComponent("fovea")
    }
    #if canImport(Darwin)
    let caches = "Library/Caches"
    #else
    let caches = ".cache"
    #endif
    return FileManager.default.homeDirectoryForCurrentUser
      .appendingPathComponent(caches).appendingPathComponent("fovea")
  }

  /// `$FOVEA_DATA`, where the variable is set.
  public static var fromEnvironment: URL? {
    let folder = ProcessInfo.processInfo.environment["FOVEA_DATA"] ?? ""
    return folder.isEmpty ? nil : URL(fileURLWithPath: folder)
  }
}

/// The files that come with this library.
///
/// SwiftPM's own accessor ends the program when the folder is gone; this one throws.
enum Resources {
  private final class Marker {}

  static func folder(_ name: String) throws(DatasetError) -> URL {
    let program = URL(fileURLWithPath: CommandLine.arguments.first ?? "").resolvingSymlinksInPath()
    let roots = [
      Bundle.main.bundleURL, Bundle.main.resourceURL, program.deletingLastPathComponent(),
      Bundle(for: Marker.self).bundleURL,
      Bundle(for: Marker.self).bundleURL.deletingLastPathComponent(),
    ].compactMap { $0?.standardizedFileURL }
    var places: [String] = []
    for root in roots {
      for suffix in ["resources", "bundle"] {
        let bundle = root.appendingPathComponent("fovea_FoveaData.\(suffix)")
        for folder in [bundle, bundle.appendingPathComponent("Contents/Resources")] {
          let place = folder.appendingPathComponent(name)
          if FileManager.default.fileExists(atPath: place.path) { return place }
          places.append(place.path)
        }
      }
    }
    throw .missingResources(name: name, places: Array(Set(places)).sorted())
  }
}
