"""torch_step.py - the training step of the two-layer protocol in PyTorch, to be timed."""

import ctypes
import time

import torch


def set_threads(threads):
    """torch.set_num_threads does not reach the OpenBLAS that Debian's PyTorch multiplies with."""
    torch.set_num_threads(threads)
    ctypes.CDLL("libopenblas.so.0").openblas_set_num_threads(threads)


def blas_kernel():
    name = ctypes.CDLL("libopenblas.so.0").openblas_get_corename
    name.restype = ctypes.c_char_p
    return name().decode()


class Step:
    """Linear, BatchNorm1d, ReLU, Linear; mean squared error; Adam; full batch."""

    def __init__(self, n, d, k, threads):
        set_threads(threads)
        torch.manual_seed(0)
        self.d, self.k = d, k
        self.X = torch.randn(n, d) / d**0.5
        self.y = torch.randint(0, 2, (n, 1)).float() * 2 - 1

    def once(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = torch.nn.functional.mse_loss(self.network(self.X), self.y)
        loss.backward()
        self.optimizer.step()
        return loss.item()  # the stop rule asks for it in every step

    def seconds(self, count):
        """Per step, over `count` steps from fresh weights, after two unmeasured ones."""
        self.network = torch.nn.Sequential(
            torch.nn.Linear(self.d, self.k),
            torch.nn.BatchNorm1d(self.k),
            torch.nn.ReLU(),
            torch.nn.Linear(self.k, 1),
        )
        self.optimizer = torch.optim.Adam(self.network.parameters(), lr=1e-3)
        self.once()
        self.once()
        began = time.perf_counter()
        for _ in range(count):
            self.once()
        return (time.perf_counter() - began) / count


def version():
    return torch.__version__
