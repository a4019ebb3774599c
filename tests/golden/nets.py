#!/usr/bin/env python3
"""Writes nets.json: what PyTorch makes of networks, optimizers and augmentations whose weights and inputs come from a formula.

  /usr/bin/python3 tests/golden/nets.py > tests/golden/nets.json        (torch, torchvision)
"""
import json, math
import torch, torch.nn as nn, torch.nn.functional as F, torchvision
import torchvision.transforms.functional as T

torch.set_num_threads(1)


def wave(n, phase):
    """n values in [-1, 1) without structure; the C# tests have the same formula."""
    x = torch.sin(12.9898 * torch.arange(n, dtype=torch.float64) + 78.233 * phase) * 43758.5453
    return 2 * (x - x.floor()) - 1


def fill(parameters):
    with torch.no_grad():
        for i, p in enumerate(parameters):
            w = wave(p.numel(), i).view(p.shape)
            scale = math.sqrt(4 / p[0].numel()) if p.dim() > 1 else 0.1
            p.copy_(scale * w + (1 if p.dim() == 1 and i % 3 == 1 else 0))


def images(n, size):
    return (wave(n * 3 * size * size, 0.5) + wave(n * 3 * size * size, 2.5).flip(0)).view(n, 3, size, size).float()


class Basic(nn.Module):
    def __init__(self, cin, cout, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(cin, cout, 3, stride, 1, bias=False), nn.BatchNorm2d(cout)
        self.conv2, self.bn2 = nn.Conv2d(cout, cout, 3, 1, 1, bias=False), nn.BatchNorm2d(cout)
        change = stride != 1 or cin != cout
        self.downsample = nn.Sequential(nn.Conv2d(cin, cout, 1, stride, bias=False), nn.BatchNorm2d(cout)) if change else nn.Identity()

    def forward(self, x):
        return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))) + self.downsample(x))


class Wide(nn.Module):
    def __init__(self, cin, cout, stride):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(cin), nn.Conv2d(cin, cout, 3, stride, 1, bias=False)
        self.bn2, self.conv2 = nn.BatchNorm2d(cout), nn.Conv2d(cout, cout, 3, 1, 1, bias=False)
        self.downsample = nn.Sequential(nn.Conv2d(cin, cout, 1, stride, bias=False)) if cin != cout else None

    def forward(self, x):
        a = F.relu(self.bn1(x))
        return self.conv2(F.relu(self.bn2(self.conv1(a)))) + (self.downsample(a) if self.downsample else x)


class Cifar(nn.Module):
    def __init__(self, block, n, stem, widths):
        super().__init__()
        self.wide, cin = block is Wide, stem
        self.conv1 = nn.Conv2d(3, stem, 3, 1, 1, bias=False)
        if not self.wide: self.bn1 = nn.BatchNorm2d(stem)
        for s, w in enumerate(widths):
            blocks = [block(cin if i == 0 else w, w, 2 if s and i == 0 else 1) for i in range(n)]
            setattr(self, f"layer{s + 1}", nn.Sequential(*blocks)); cin = w
        if self.wide: self.bn1 = nn.BatchNorm2d(cin)

    def forward(self, x):
        x = self.conv1(x)
        x = x if self.wide else F.relu(self.bn1(x))
        x = self.layer3(self.layer2(self.layer1(x)))
        return F.adaptive_avg_pool2d(F.relu(self.bn1(x)) if self.wide else x, 1).flatten(1)


def torchvision_net(name, cifar):
    net = getattr(torchvision.models, name)(); net.fc = nn.Identity()
    if cifar: net.conv1, net.maxpool = nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.Identity()
    return net


def passes(net, size, dtype):
    """Features and gradients with batch statistics, then features with the running ones."""
    fill(net.parameters()); net.to(dtype).train(); net.zero_grad(); x = images(4, size).to(dtype)
    for m in net.modules():
        if isinstance(m, nn.BatchNorm2d): m.reset_running_stats()
    y = net(x); (y * wave(y.numel(), 9).view(y.shape).to(dtype)).sum().backward()
    running = net.eval()(x)
    return y.double(), running.double(), torch.stack([p.grad.norm().double() for p in net.parameters()]), net.conv1.weight.grad.flatten()[:32].double()


def network(name, stem, net, size):
    """In double precision. "noise": how far PyTorch's own float32 gradients are from it, as a share of the largest element."""
    _, _, norms32, first32 = passes(net, size, torch.float32)
    y, running, norms, first = passes(net, size, torch.float64)
    noise = max(((a - b).abs().max() / b.abs().max()).item() for a, b in ((norms32, norms), (first32, first)))
    bns = [m for m in net.modules() if isinstance(m, nn.BatchNorm2d)]
    return dict(name=name, stem=stem, size=size, parameters=[n for n, _ in net.named_parameters()],
                features=y[:, ::7].flatten().tolist(), running_mean=[m.running_mean.norm().item() for m in bns],
                running_var=[m.running_var.norm().item() for m in bns], evaluation=running[:, ::7].flatten().tolist(),
                noise=noise, gradient=norms.tolist(), first_gradient=first.tolist())


def lars(p, v, g, lr, decay, wd=1e-2, momentum=0.9, eta=0.001):
    """SimCLR's LARSOptimizer with classic_momentum, use_nesterov False."""
    trust = 1.0
    if decay:
        g = g + wd * p
        if p.norm() > 0 and g.norm() > 0: trust = eta * p.norm() / g.norm()
    v.mul_(momentum).add_(lr * trust * g); p.sub_(v)


def optimizer(name):
    shapes = [(3, 4), (3,), (3,), (3,), (2, 3), (2,)]        # a head of two layers: dense, norm, dense
    ps = [nn.Parameter(torch.zeros(s)) for s in shapes]; fill(ps); decayed = [p.dim() > 1 for p in ps]
    groups = [dict(params=[p for p in ps if p.dim() > 1], weight_decay=1e-2), dict(params=[p for p in ps if p.dim() == 1], weight_decay=0)]
    opt = dict(sgd=lambda: torch.optim.SGD(ps, 0.1, momentum=0.9, weight_decay=1e-2), nesterov=lambda: torch.optim.SGD(groups, 0.1, momentum=0.9, nesterov=True),
               adamw=lambda: torch.optim.AdamW(groups, 0.1), lars=lambda: None)[name]()
    vs = [torch.zeros(s) for s in shapes]
    for step in range(4):
        lr = 0.1 / (step + 1)
        for i, p in enumerate(ps): p.grad = wave(p.numel(), 20 + 10 * step + i).view(p.shape).float()
        if opt:
            for g in opt.param_groups: g["lr"] = lr
            opt.step()
        else:
            with torch.no_grad():
                for p, v, d in zip(ps, vs, decayed): lars(p, v, p.grad, lr, d)
    return torch.cat([p.detach().flatten() for p in ps]).tolist()


LUMA = torch.tensor([.299, .587, .114], dtype=torch.float64).view(3, 1, 1)
YIQ = torch.tensor([[.299, .587, .114], [.596, -.274, -.322], [.211, -.523, .312]], dtype=torch.float64)
gray = lambda x: (x * LUMA).sum(0, keepdim=True)


def hue(x, a):
    c, s = math.cos(a), math.sin(a)
    return torch.einsum("ij,jhw->ihw", torch.linalg.inv(YIQ) @ torch.tensor([[1, 0, 0], [0, c, -s], [0, s, c]], dtype=torch.float64) @ YIQ, x)


COLOURS = dict(brightness=lambda x, f: x * f, contrast=lambda x, f: gray(x).mean() * (1 - f) + x * f,
               saturation=lambda x, f: gray(x) * (1 - f) + x * f, hue=hue, gray=lambda x, _: gray(x).expand(3, -1, -1))


def view(window, colours, sigma, solarize, size=32, h=40, w=36):
    sx, sy, tx, ty = window
    x = ((wave(3 * h * w, 1.5) + 1) * 127.5).floor().view(1, 3, h, w) / 255
    grid = F.affine_grid(torch.tensor([[[sx, 0, tx], [0, sy, ty]]], dtype=torch.float64), [1, 3, size, size], align_corners=False)
    x = F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)[0]
    for name, value in colours: x = COLOURS[name](x, value).clamp(0, 1)
    if sigma: x = T.gaussian_blur(x, [3, 3], [sigma, sigma])
    if solarize: x = torch.where(x >= 0.5, 1 - x, x)
    mean, std = torch.tensor([.4914, .4822, .4465]).view(3, 1, 1), torch.tensor([.2470, .2435, .2616]).view(3, 1, 1)
    return dict(window=window, colours=colours, sigma=sigma, solarize=solarize, pixels=((x - mean) / std).flatten()[::23].tolist())


VIEWS = [view((1, 1, 0, 0), [], 0, False), view((-0.6, 0.5, 0.4, -0.5), [], 0, False),
         view((0.7, 0.8, -0.3, 0.1), [("brightness", 1.3), ("contrast", 0.7), ("saturation", 1.4), ("hue", 0.5)], 0, False),
         view((0.7, 0.8, -0.3, 0.1), [("hue", -0.6), ("saturation", 0.6), ("contrast", 1.4), ("brightness", 0.7), ("gray", 0)], 0, False),
         view((-0.9, 0.9, 0.1, 0.0), [("contrast", 1.3), ("gray", 0)], 0.8, True), view((0.5, 0.5, 0.2, -0.2), [("gray", 0)], 1.7, False)]

rounded = lambda v: [rounded(x) for x in v] if isinstance(v, (list, tuple)) else {k: rounded(x) for k, x in v.items()} if isinstance(v, dict) else float(f"{v:.8g}") if isinstance(v, float) else v
print(json.dumps(rounded(dict(
    networks=[network("resnet8", "Cifar", Cifar(Basic, 1, 16, (16, 32, 64)), 32), network("resnet8x4", "Cifar", Cifar(Basic, 1, 32, (64, 128, 256)), 16),
              network("wrn-16-2", "Cifar", Cifar(Wide, 2, 16, (32, 64, 128)), 32), network("resnet18", "Cifar", torchvision_net("resnet18", True), 32),
              network("resnet50", "ImageNet", torchvision_net("resnet50", False), 96)],
    optimizers={n: optimizer(n) for n in ("sgd", "nesterov", "adamw", "lars")}, views=VIEWS))))
