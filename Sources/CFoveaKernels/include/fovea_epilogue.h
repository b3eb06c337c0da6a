// fovea_epilogue.h: what a convolution does to its results while they are in registers.
//
//   out = activation(sum + bias[channel] + residual)          0 instead where mask is not above 0
//
// Layout    residual and mask like the result; residual may be the result's own memory, mask not.
// Numbers   NaN passes every activation.

#ifndef FOVEA_EPILOGUE_H
#define FOVEA_EPILOGUE_H

typedef enum {
  fovea_activation_none = 0,
  fovea_activation_clamp,       // between parameters[0] and parameters[1]; ReLU: 0 and infinity
  fovea_activation_leaky_relu,  // x above 0, parameters[0] * x elsewhere
  fovea_activation_silu,        // x * sigmoid(x)
  fovea_activation_hardswish,   // x * clamp(x + 3, 0, 6) / 6
} fovea_activation;

typedef struct {
  const float *_Nullable bias;
  const float *_Nullable residual;
  const float *_Nullable mask;
  fovea_activation activation;
  float parameters[2];
} fovea_epilogue;

#endif
