"""Records the product of two matrices, each as it is or transposed."""

from recording import Recorder


def product(transpose_left, transpose_right):
    def function(input, other):
        left = input.T if transpose_left else input
        right = other.T if transpose_right else other
        return left @ right

    return function


def record():
    recorder = Recorder("matmul", "matmul.py")
    for m, k, n in ((1, 1, 1), (3, 17, 5), (1, 64, 3), (17, 1, 8), (5, 8, 33)):
        for transpose_left in (False, True):
            for transpose_right in (False, True):
                inputs = {
                    "input": recorder.normal(*((k, m) if transpose_left else (m, k))),
                    "other": recorder.normal(*((n, k) if transpose_right else (k, n))),
                }
                arguments = {"transposeLeft": transpose_left, "transposeRight": transpose_right}
                left, right = "T" * transpose_left, "T" * transpose_right
                recorder.case(
                    f"A{left} {m}x{k} by B{right} {k}x{n}",
                    product(transpose_left, transpose_right), inputs, arguments)
    recorder.write()
