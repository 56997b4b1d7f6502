#!/usr/bin/env python3
"""The training step of the learner's networks in PyTorch, channels_last: the peer of the scenario step-vs-torch.

torch_step.py NETWORK BATCH SAMPLES THREADS CLASSES; then each line on standard input is a number of steps to take, answered by one
line with the milliseconds of each. Softmax + range loss, gradient clipping and Nesterov momentum as in the learner; no averaging of
weights, which the learner has besides.
"""
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F


def convolution(i, o, kernel, stride):
    return [nn.Conv2d(i, o, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(o)]


class Residual(nn.Module):
    """Two 3x3 convolutions and a shortcut, projected where the shape changes."""

    def __init__(self, i, o, stride, activation):
        super().__init__()
        self.body = nn.Sequential(*convolution(i, o, 3, stride), activation(o), *convolution(o, o, 3, 1))
        self.shortcut = nn.Sequential(*convolution(i, o, 1, stride)) if stride != 1 or i != o else nn.Identity()
        self.activation = activation(o)

    def forward(self, x):
        return self.activation(self.body(x) + self.shortcut(x))


def network(name):
    """The layers, the size of the crops and the embedding's length; NAME or NAME@WIDTH."""
    name, _, width = name.partition('@')
    scaled = [round(c * float(width or 1)) for c in {'compact': [32, 48, 96, 96, 192], 'resnet-18': [64, 64, 128, 256, 512]}[name]]
    if name == 'compact':
        size, dim, stem, activation = 64, 128, 2, nn.PReLU
        blocks = list(zip(scaled, scaled[1:], [2, 2, 1, 2]))
    else:
        size, dim, stem, activation = 112, 512, 1, lambda channels: nn.ReLU(inplace=True)
        blocks = [b for i, o in zip(scaled, scaled[1:]) for b in ((i, o, 2), (o, o, 1))]
    side = size
    for stride in [stem, *(b[2] for b in blocks)]:
        side = (side + stride - 1) // stride
    features = scaled[-1] * side * side
    if name == 'compact':
        end = [nn.Flatten(), nn.Dropout(0.3), nn.Linear(features, dim)]
    else:
        end = [nn.BatchNorm2d(scaled[-1]), nn.Flatten(), nn.Dropout(0.3), nn.Linear(features, dim, bias=False), nn.BatchNorm1d(dim)]
    layers = [*convolution(3, scaled[0], 3, stem), activation(scaled[0]), *(Residual(*b, activation) for b in blocks), *end]
    return nn.Sequential(*layers), size, dim


def range_loss(embeddings, samples, margin):
    """The mean over identities of the harmonic range of the two largest distances, and the hinge on the closest centres."""
    z = embeddings.view(-1, samples, embeddings.shape[1])
    pair = torch.triu_indices(samples, samples, 1)
    largest = (z[:, pair[0]] - z[:, pair[1]]).pow(2).sum(-1).topk(2, 1).values.clamp_min(1e-6)
    centres = z.mean(1)
    apart = torch.triu_indices(len(centres), len(centres), 1)
    closest = (centres[apart[0]] - centres[apart[1]]).pow(2).sum(-1).min()
    return (2 / (1 / largest).sum(1)).mean(), F.relu(margin - closest)


def main(name, batch, samples, threads, classes):
    torch.manual_seed(1)
    torch.set_num_threads(threads)
    net, size, dim = network(name)
    net = net.to(memory_format=torch.channels_last)
    head = nn.Linear(dim, classes)
    weights = [*net.parameters(), *head.parameters()]
    optimiser = torch.optim.SGD(weights, 0.01, 0.9, weight_decay=5e-4, nesterov=True)
    crops = (torch.rand(batch, 3, size, size) * 2 - 1).contiguous(memory_format=torch.channels_last)
    labels = torch.randint(classes, (batch // samples,)).repeat_interleave(samples)

    def step():
        embeddings = net(crops)
        intra, inter = range_loss(embeddings, samples, 50.0)
        loss = F.cross_entropy(head(embeddings), labels) + 0.01 * intra + 0.01 * inter
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 5.0)
        optimiser.step()
        return float(loss.detach())

    blas = sorted({line.split()[-1].rsplit('/', 1)[-1] for line in open('/proc/self/maps') if 'blas' in line})
    print(f'PyTorch {torch.__version__}, channels_last, {", ".join(blas) or "no BLAS"}', flush=True)
    for line in sys.stdin:
        times = []
        for _ in range(int(line)):
            start = time.perf_counter()
            step()
            times.append(f'{(time.perf_counter() - start) * 1e3:.3f}')
        print(' '.join(times), flush=True)


if __name__ == '__main__':
    main(sys.argv[1], *map(int, sys.argv[2:6]))
