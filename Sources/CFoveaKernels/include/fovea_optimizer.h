// fovea_optimizer.h: one step of an optimiser over one parameter, float32.
//
//   sgd_update   g' = g + weight_decay w;  v' = momentum v + g';
//                w' = w - rate (nesterov ? g' + momentum v' : v')
//                settings = [rate, momentum]
//   adam_update  decoupled: w0 = w (1 - rate weight_decay), g' = g; else w0 = w, g' = g + weight_decay w;
//                m' = m + (1 - beta1) (g' - m);  v' = beta2 v + (1 - beta2) g'^2;
//                w' = w0 - (rate / c1) m' / (sqrt(v') / sqrt(c2) + epsilon)
//                settings = [rate, beta1, c1, c2], c the bias corrections 1 - beta^t
//   rmsprop_update  g' = g + weight_decay w;  v' = alpha v + (1 - alpha) g'^2;
//                centered: a' = alpha a + (1 - alpha) g', d = sqrt(max(v' - a'^2, 0)) + epsilon; else d = sqrt(v')
//                + epsilon;  b' = momentum b + g' / d;  w' = w - rate b';  settings = [rate, momentum]
//   lion_update  w' = w (1 - rate weight_decay) - rate sign(beta1 m + (1 - beta1) g);
//                m' = beta2 m + (1 - beta2) g;  settings = [rate, beta1]
//   adam_direction  m' and v' as in adam_update; w' = (m' / c1) / (sqrt(v') / sqrt(c2) + epsilon)
//                + weight_decay w, which is no weight but where it is to go from
//
// Layout    dense, `count` elements each. settings are read when a task runs.
// Requires  count >= 0; each new_* may be its old one, and nothing else overlaps.

#ifndef FOVEA_OPTIMIZER_H
#define FOVEA_OPTIMIZER_H

#include "fovea_kernels.h"

typedef struct {
  long count;
  const float *_Null_unspecified settings;
  const float *_Null_unspecified weight;
  const float *_Null_unspecified gradient;
  const float *_Null_unspecified first;            // velocity, or the first moment; rmsprop: b
  const float *_Nullable second;          // the second moment
  const float *_Nullable third;           // rmsprop: the mean gradient a, or NULL where it is not centred
  float *_Null_unspecified new_weight;
  float *_Null_unspecified new_first;
  float *_Nullable new_second;
  float *_Nullable new_third;
  float weight_decay, beta2, epsilon;  // beta2 is also rmsprop's alpha
  bool nesterov, decoupled;
} fovea_optimizer_arguments;

#endif
