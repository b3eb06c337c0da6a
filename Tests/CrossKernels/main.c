// main.c: runs every kernel of every instruction set that this processor has.

#include "kernel_run.h"

int main(void) {
  for (fovea_isa isa = fovea_isa_portable; isa <= fovea_isa_neon; isa++) {
    const fovea_kernel_table *table = fovea_kernels_for(isa);
    if (!table) continue;
    begin_table(table);
    test_convolution();
    test_quantized();
    test_matmul();
    test_conv3d();
    test_take();
    test_batch_norm();
    test_group_norm();
    test_pooling();
    test_elements();
    test_condition();
    test_convert();
    test_tensors();
    test_softmax();
    test_resampling();
    test_deformable_sampling();
    end_table();
    printf("%s kernels tested\n", table->name);
  }
  if (failures > 0) printf("%ld comparisons failed\n", failures);
  return failures > 0;
}
