@_exported import FoveaAnalysis
@_exported import FoveaArchives
@_exported import FoveaData
@_exported import FoveaDrawing
@_exported import FoveaExplain
@_exported import FoveaFormats
@_exported import FoveaLayers
@_exported import FoveaRuntime
@_exported import FoveaTensors
@_exported import FoveaTraining
@_exported import FoveaZoo

// Layers and the operations that they append have the same names: users mean the layer when they
// write `Conv2d`. So of the graph comes what is no operation; `import FoveaGraph` brings the rest.
@_exported import enum FoveaGraph.GraphError
@_exported import enum FoveaGraph.OperationError
@_exported import enum FoveaGraph.SpatialReach
@_exported import func FoveaGraph.differentiate
@_exported import struct FoveaGraph.Cost
@_exported import struct FoveaGraph.Graph
@_exported import struct FoveaGraph.Node
@_exported import struct FoveaGraph.Value
@_exported import struct FoveaGraph.Variable
@_exported import struct FoveaGraph.Window
