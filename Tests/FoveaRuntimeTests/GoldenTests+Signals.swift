import FoveaGraph
import Testing

extension GoldenTests {
  /// A convolution of signals or volumes, and the roles of its inputs in its own order.
  static func signalOperation(_ name: String, _ recorded: GoldenCase) throws
    -> (operation: any Operation, roles: [String])
  {
    let arguments = recorded.arguments
    let groups = try #require(arguments.groups)
    let windows = try arguments.symmetricWindows
    let roles = ["input", "weight"] + (recorded.inputs["bias"] == nil ? [] : ["bias"])
    switch name {
    case "conv1d": return (Conv1d(window: windows[0], groups: groups), roles)
    case "conv_transpose1d":
      let outputPadding = try #require(arguments.outputPadding)[0]
      return (
        ConvTranspose1d(window: windows[0], outputPadding: outputPadding, groups: groups), roles
      )
    default:
      return (
        Conv3d(depth: windows[0], rows: windows[1], columns: windows[2], groups: groups), roles
      )
    }
  }
}

extension GoldenCase.Arguments {
  /// The windows along all axes, with the same padding at both ends of each.
  var symmetricWindows: [Window] {
    get throws {
      let (kernel, stride) = (try #require(kernel), try #require(stride))
      let (padding, dilation) = (try #require(padding), try #require(dilation))
      return try kernel.indices.map {
        try Window(
          kernel: kernel[$0], stride: stride[$0], dilation: dilation[$0],
          padding: Window.Padding(padding[$0]))
      }
    }
  }
}
