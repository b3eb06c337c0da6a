public import ArgumentParser
public import FoveaData
public import FoveaCommands

extension DamagedImagePolicy: ExpressibleByArgument {}

extension DataFold: ExpressibleByArgument {
  public init?(argument: String) { self.init(argument) }
}

/// Options of `fovea train` about its images.
struct ImageOptions: ParsableArguments {
  @Option(help: "The height and width that the network takes. (default: the images' own)")
  var imageSize: Int?

  @Option(help: "1 for grey, 3 for red, green and blue. (default: by the images)")
  var channels: Int?

  @Option(
    help: "What happens to images that are learned from: \(AugmentationName.names). (default: none)"
  )
  var augment: AugmentationName?

  @Option(help: "Mix images by mixup with Beta(A, A), as in 0.2. (default: not at all)")
  var mixup: Double?

  @Option(help: "Mix images by CutMix with Beta(A, A), as in 1. (default: not at all)")
  var cutmix: Double?

  @Option(help: "Mix in the first epochs alone, as 8 of 10. (default: in all)")
  var mixEpochs: Int?

  @Option(help: "Images that cannot be read: fail, or skip them. (default: fail)")
  var damaged: DamagedImagePolicy?

  @Option(
    help:
      "The share of each class of a folder or table for validation. (default: its parts, else 0.2)")
  var validation: Double?

  @Option(
    help: "A file that names the images for validation, a line each, as paths in the dataset.",
    completion: .file())
  var validationFile: String?

  @Option(
    help:
      "Cut what is learned from into parts and validate on one, as 2/5; 2/5:random without regard to classes. (default: not cut)"
  )
  var fold: DataFold?

  @OptionGroup var classes: ClassOptions

  var recipe: ImageRecipe {
    var recipe = ImageRecipe()
    recipe.imageSize = imageSize
    recipe.channels = channels
    recipe.augmentation = augment
    recipe.mixup = mixup
    recipe.cutMix = cutmix
    recipe.mixedEpochs = mixEpochs
    recipe.damagedImages = damaged
    recipe.validation = validation
    recipe.validationFile = validationFile
    recipe.fold = fold
    recipe.labels = classes.rules.labels
    recipe.pathColumn = classes.pathColumn
    recipe.labelColumn = classes.labelColumn
    return recipe
  }
}
