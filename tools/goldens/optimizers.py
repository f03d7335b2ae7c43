"""Numbers for learn's OptimizerTest: three steps of each optimizer on two matrices and a vector.

usage: optimizers.py

Needs torch 2.10 (AdamW, Muon, Adafactor, SGD); Lion is written out here after arXiv 2302.06675,
algorithm 2. Element i of weight k starts at cos(i + k); its gradient in step t is sin(1 + i + 3 k
+ 7 t), t from 0. Weight 0 is [2, 3], weight 1 is [3, 2], weight 2 is [3]; Muon moves the matrices
and AdamW the vector. Prints the weights afterwards, row by row, one line a run.
"""
import math

import torch
from torch.optim import _muon

SHAPES = [(2, 3), (3, 2), (3,)]
STEPS = 3


def fill(shape, function):
    count = math.prod(shape)
    return torch.tensor([function(i) for i in range(count)], dtype=torch.float32).reshape(shape)


def run(name, make):
    weights = [fill(s, lambda i, k=k: math.cos(i + k)).requires_grad_() for k, s in enumerate(SHAPES)]
    optimizers = make(weights)
    for t in range(STEPS):
        for k, weight in enumerate(weights):
            weight.grad = fill(SHAPES[k], lambda i: math.sin(1 + i + 3 * k + 7 * t))
        for optimizer in optimizers:
            optimizer.step()
    numbers = [f"{x:.7f}f" for weight in weights for x in weight.flatten().tolist()]
    print(name, ", ".join(numbers))


class Lion(torch.optim.Optimizer):
    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.sub_(group["lr"] * torch.sign(beta1 * m + (1 - beta1) * p.grad))
                m.mul_(beta2).add_((1 - beta2) * p.grad)


def muon(**settings):
    rest = dict(lr=0.002, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.3)
    return lambda w: [torch.optim.Muon(w[:2], lr=0.02, weight_decay=0.1, **settings),
                      torch.optim.AdamW(w[2:], **rest)]


def exact(grad, coefficients, steps, eps, use_addmm=False):
    """The iteration of torch's Muon in double precision; its own rounds to bfloat16."""
    a, b, c = coefficients
    x = grad.double()
    x = x.T if grad.size(0) > grad.size(1) else x
    x = x / x.norm().clamp(min=eps)
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x.T if grad.size(0) > grad.size(1) else x).float()


run("adamw", lambda w: [torch.optim.AdamW(w, lr=0.01, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1)])
run("lion", lambda w: [Lion(w, dict(lr=0.01, betas=(0.9, 0.99), weight_decay=0.1))])
run("adafactor", lambda w: [torch.optim.Adafactor(w, lr=0.1, weight_decay=0.1)])
run("sgd", lambda w: [torch.optim.SGD(w, lr=0.1)])
run("momentum", lambda w: [torch.optim.SGD(w, lr=0.1, momentum=0.9, weight_decay=0.1)])
run("nesterov", lambda w: [torch.optim.SGD(w, lr=0.1, momentum=0.9, nesterov=True)])
_muon._zeropower_via_newtonschulz = exact
run("muon", muon())
run("muon, match_rms_adamw, plain", muon(nesterov=False, adjust_lr_fn="match_rms_adamw"))
