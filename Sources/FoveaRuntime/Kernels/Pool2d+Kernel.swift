internal import CFoveaKernels
public import FoveaGraph
import FoveaTensors

extension MaxPool2d: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let (input, output) = (binding.inputs[0], binding.outputs[0])
    var arguments = fovea_pool2d_arguments(image: input.shape, pooled: output.shape)
    arguments.set(rows: rows, columns: columns)
    arguments.in = UnsafePointer(input.floats)
    try binding.pool(binding.kernels.pointee.max_pool2d, arguments)
  }
}

extension MaxPool2dIndices: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let (input, output) = (binding.inputs[0], binding.outputs[0])
    var arguments = fovea_pool2d_arguments(image: input.shape, pooled: output.shape)
    arguments.set(rows: pooling.rows, columns: pooling.columns)
    arguments.in = UnsafePointer(input.floats)
    // The kernel writes int32 there.
    try binding.pool(binding.kernels.pointee.max_pool2d_indices, arguments)
  }
}

extension AdaptiveMaxPool2d: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let (input, output) = (binding.inputs[0], binding.outputs[0])
    var arguments = fovea_pool2d_arguments(image: input.shape, pooled: output.shape)
    // Only the cut into tasks looks at the kernel here.
    arguments.kernel_height = max(input.shape[2] / height, 1)
    arguments.kernel_width = max(input.shape[3] / width, 1)
    arguments.in = UnsafePointer(input.floats)
    try binding.pool(binding.kernels.pointee.adaptive_max_pool2d, arguments)
  }
}

extension AdaptiveMaxPool2dGradient: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let (input, gradient) = (binding.inputs[0], binding.inputs[1])
    var arguments = fovea_pool2d_arguments(image: input.shape, pooled: gradient.shape)
    arguments.in = UnsafePointer(input.floats)
    arguments.out_gradient = UnsafePointer(gradient.floats)
    try binding.poolGradient(binding.kernels.pointee.adaptive_max_pool2d_gradient, arguments)
  }
}

extension MaxPool2dGradient: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let (input, gradient) = (binding.inputs[0], binding.inputs[1])
    var arguments = fovea_pool2d_arguments(image: input.shape, pooled: gradient.shape)
    arguments.set(rows: pooling.rows, columns: pooling.columns)
    arguments.in = UnsafePointer(input.floats)
    arguments.out_gradient = UnsafePointer(gradient.floats)
    try binding.poolGradient(binding.kernels.pointee.max_pool2d_gradient, arguments)
  }
}

extension AvgPool2d: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let (input, output) = (binding.inputs[0], binding.outputs[0])
    var arguments = fovea_pool2d_arguments(image: input.shape, pooled: output.shape)
    arguments.set(rows: rows, columns: columns)
    arguments.count_include_pad = countIncludePad
    arguments.in = UnsafePointer(input.floats)
    try binding.pool(binding.kernels.pointee.avg_pool2d, arguments)
  }
}

extension AvgPool2dGradient: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let gradient = binding.inputs[0]
    var arguments = fovea_pool2d_arguments(
      image: binding.outputs[0].shape, pooled: gradient.shape)
    arguments.set(rows: pooling.rows, columns: pooling.columns)
    arguments.count_include_pad = pooling.countIncludePad
    arguments.out_gradient = UnsafePointer(gradient.floats)
    try binding.poolGradient(binding.kernels.pointee.avg_pool2d_gradient, arguments)
  }
}

extension AdaptiveAvgPool2d: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let (input, output) = (binding.inputs[0], binding.outputs[0])
    var arguments = fovea_pool2d_arguments(image: input.shape, pooled: output.shape)
    // Only the cut into tasks looks at the kernel here.
    arguments.kernel_height = max(input.shape[2] / height, 1)
    arguments.kernel_width = max(input.shape[3] / width, 1)
    arguments.in = UnsafePointer(input.floats)
    try binding.pool(binding.kernels.pointee.adaptive_avg_pool2d, arguments)
  }
}

extension AdaptiveAvgPool2dGradient: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let gradient = binding.inputs[0]
    var arguments = fovea_pool2d_arguments(
      image: binding.outputs[0].shape, pooled: gradient.shape)
    arguments.out_gradient = UnsafePointer(gradient.floats)
    try binding.poolGradient(
      binding.kernels.pointee.adaptive_avg_pool2d_gradient, arguments)
  }
}

extension fovea_pool2d_arguments {
  fileprivate init(image: Shape, pooled: Shape) {
    self.init()
    batch = image[0]
    channels = image[1]
    (in_height, in_width) = (image[2], image[3])
    (out_height, out_width) = (pooled[2], pooled[3])
  }

  fileprivate mutating func set(rows: Window, columns: Window) {
    (kernel_height, kernel_width) = (rows.kernel, columns.kernel)
    (stride_height, stride_width) = (rows.stride, columns.stride)
    (dilation_height, dilation_width) = (rows.dilation, columns.dilation)
    (pad_top, pad_left) = (rows.padding.before, columns.padding.before)
    (pad_bottom, pad_right) = (rows.padding.after, columns.padding.after)
  }
}

extension KernelBinding {
  fileprivate mutating func pool(
    _ kernel: @escaping fovea_kernel, _ arguments: fovea_pool2d_arguments
  ) throws(RuntimeError) {
    let kept = keepPooling(arguments)
    try run(kernel, kept, tasks: fovea_pool2d_tasks(kept))
  }

  fileprivate mutating func poolGradient(
    _ kernel: @escaping fovea_kernel, _ arguments: fovea_pool2d_arguments
  ) throws(RuntimeError) {
    let kept = keepPooling(arguments)
    try run(kernel, kept, tasks: fovea_pool2d_gradient_tasks(kept))
  }

  private func keepPooling(
    _ arguments: fovea_pool2d_arguments
  ) -> UnsafeMutablePointer<fovea_pool2d_arguments> {
    var arguments = arguments
    arguments.out = outputs[0].floats
    return keep(arguments)
  }
}
