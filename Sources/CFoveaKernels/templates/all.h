// all.h: every template, then the table that dispatch hands out. Included by each variant_<isa>.c.

#include "../conv2d_plan.h"
#include "../batch_norm_plan.h"
#include "../group_norm_plan.h"
#include "../local_response_norm_plan.h"
#include "../matmul_plan.h"
#include "../pass.h"
#include "../pool2d_plan.h"
#include "../quantized_conv2d_plan.h"
#include "../reduce_plan.h"
#include "../resample_plan.h"
#include "../sizes.h"
#include "../softmax_plan.h"
#include "../take_plan.h"
#include "../winograd_plan.h"
#include "vector.h"
#include "part.h"
#include "channel_loops.h"
#include "exponential.h"
#include "activation.h"
#include "smooth_activation.h"

#include "epilogue.h"

#include "broadcast_tile.h"
#include "panel.h"

#include "conv2d_region.h"

#include "conv2d_f32.h"
#include "conv2d_weight_gradient_f32.h"
#include "depthwise_conv2d_f32.h"
#include "winograd_transform.h"
#include "winograd_conv2d_f32.h"
#include "winograd_weight_gradient_f32.h"
#include "matmul_f32.h"
#include "conv3d_f32.h"
#include "quantized_conv2d.h"

#include "activations_f32.h"
#include "batch_norm_f32.h"
#include "condition_f32.h"
#include "convert_f32.h"
#include "dropout_f32.h"
#include "elementwise_f32.h"
#include "local_response_norm_f32.h"
#include "optimizer_f32.h"
#include "peak_f32.h"
#include "pool2d_f32.h"
#include "random_normal_f32.h"
#include "unpool2d_f32.h"
#include "fractional_pool2d_f32.h"
#include "deformable_f32.h"
#include "reduce_f32.h"
#include "group_norm_f32.h"
#include "resample_f32.h"
#include "softmax_f32.h"
#include "cross_entropy_f32.h"
#include "strided_f32.h"
#include "take_f32.h"

const fovea_kernel_table FOVEA_NAME(fovea_kernel_table) = {
    .isa = FOVEA_NAME(fovea_isa),
    .name = FOVEA_TEXT(FOVEA_VARIANT),
    .vector_width = FOVEA_VECTOR_WIDTH,
    .quantized_lane_numbers = LANE_NUMBERS,
#define FOVEA_KERNEL(kernel_name) .kernel_name = FOVEA_NAME(kernel_name),
#include "fovea_kernel_list.inc"
#include "fovea_quantized_kernel_list.inc"
#undef FOVEA_KERNEL
};
