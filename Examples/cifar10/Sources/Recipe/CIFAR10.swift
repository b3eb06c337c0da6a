import Foundation
import Fovea

/// CIFAR-10 as a folder of images: `train/CLASS/*` and `test/CLASS/*`.
public enum CIFAR10 {
  static let size = ImageSize(height: 32, width: 32)

  /// The number at a place of the command line, from 1; `nil` where there is none.
  public static func number(_ place: Int) -> Int? {
    CommandLine.arguments.dropFirst(place).first.flatMap { Int($0) }
  }

  /// Images to learn from, moved by up to 4 pixels and mirrored, and images to be measured on, as they
  /// are.
  ///
  /// They lie in the folder that the command line names first; the program ends where they do not.
  public static func load(seed: UInt64) async -> DataBlock.Loaded {
    guard CommandLine.arguments.count > 1 else {
      print("Name the folder that holds train/ and test/ with a folder of images for each class.")
      exit(2)
    }
    let block = DataBlock(
      .folder(CommandLine.arguments[1]), splitter: .folders(training: "train", validation: "test"),
      size: size,
      trainingTransforms: [
        .randomCrop(size, padding: 4, mode: .reflect), .randomHorizontalFlip(),
      ],
      validationTransforms: [.resizeExactly(size)], seed: seed)
    do {
      return try await block.load()
    } catch {
      print(error)
      exit(1)
    }
  }
}

/// Prints a line an epoch.
public final class EpochLines: TrainingObserver {
  public init() {}

  public func receive(_ event: TrainingEvent) -> TrainingAction {
    if case .epochEnded(let epoch) = event {
      let numbers = [
        epoch.trainingLoss, 100 * epoch.metrics["accuracy", default: 0], epoch.seconds,
      ].map { String(format: "%.2f", $0) }
      print(
        "epoch \(epoch.epoch + 1): training loss \(numbers[0]), test accuracy \(numbers[1]) %, \(numbers[2]) s"
      )
      // Where it goes to a file, each line at once too.
      fflush(nil)
    }
    return .proceed
  }
}
