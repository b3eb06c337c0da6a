"""Records products of matrices, each as it is or transposed, alone and in batches."""

from recording import Recorder


def product(transpose_left, transpose_right):
    def function(input, other):
        left = input.mT if transpose_left else input
        right = other.mT if transpose_right else other
        return left @ right

    return function


def record():
    recorder = Recorder("matmul", "matmul.py")
    shapes = (
        ((), (), (1, 1, 1)), ((), (), (3, 17, 5)), ((), (), (1, 64, 3)), ((), (), (17, 1, 8)),
        ((), (), (5, 8, 33)), ((3,), (3,), (4, 5, 6)), ((4,), (), (3, 7, 2)), ((), (4,), (3, 7, 2)),
        ((2, 3), (2, 3), (4, 5, 3)), ((2, 1), (3,), (5, 2, 4)), ((2, 1, 2), (3, 1), (2, 3, 4)),
    )
    for left_batch, right_batch, (m, k, n) in shapes:
        for transpose_left in (False, True):
            for transpose_right in (False, True):
                inputs = {
                    "input": recorder.normal(
                        *left_batch, *((k, m) if transpose_left else (m, k))),
                    "other": recorder.normal(
                        *right_batch, *((n, k) if transpose_right else (k, n))),
                }
                arguments = {"transposeLeft": transpose_left, "transposeRight": transpose_right}
                left, right = "T" * transpose_left, "T" * transpose_right
                batch = f", batches {left_batch} and {right_batch}" if left_batch + right_batch else ""
                recorder.case(
                    f"A{left} {m}x{k} by B{right} {k}x{n}{batch}",
                    product(transpose_left, transpose_right), inputs, arguments)
    recorder.write()
