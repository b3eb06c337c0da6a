enum FoveaModelFile { static let headerKey = "fovea.model" }
