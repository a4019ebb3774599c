#!/usr/bin/env python3
"""Golden losses and gradients of the contrastive objective, by PyTorch's autograd in float64.

Run with Debian's python3-torch; writes contrast.json beside itself. Two independent sources: `contrastive`, the usual way to write
false-negative cancellation in one process (batch columns, support = all views), and, for the memory, a straight transcription of the
equations in arXiv 2011.11765 with the released code's conventions.
"""
import json, os
import torch, torch.nn.functional as F

torch.manual_seed(7)
torch.set_default_dtype(torch.float64)


def contrastive(z, tau, fnc=None, topk=4, threshold=-1.0):
    V, B, D = z.shape; k = z.reshape(V * B, D)
    own = torch.eye(B, dtype=torch.bool).repeat(1, V)
    mask = torch.zeros(B, V * B, dtype=torch.bool)
    if fnc:
        with torch.no_grad():
            sc = torch.einsum("vbd,cd->vbc", z, k).amax(0).masked_fill(own, -2)
            mask.scatter_(1, sc.topk(topk, 1).indices, True); mask &= sc > threshold
    total = 0
    for a in range(V):
        lo = z[a] @ k.t() / tau; me = torch.zeros_like(own); me[:, a * B:(a + 1) * B] = torch.eye(B, dtype=torch.bool)
        pos = own & ~me; num = pos | mask if fnc == "attract" else pos
        den = lo.masked_fill(me | mask, -1e9) if fnc == "eliminate" else lo.masked_fill(me, -1e9)
        total = total + (-(lo * num).sum(1) / num.sum(1) + torch.logsumexp(den, 1)).mean()
    return total * 2 / V


def memory(z, keys, ids, bank, bank_ids, tau, mode, topk, threshold):
    """The step's own keys are the newest rows; rows of the same image from earlier steps don't count."""
    V, B, D = z.shape
    cols, col_ids = torch.cat([keys.reshape(V * B, D), bank]), torch.cat([ids.repeat(V), bank_ids])
    fresh = torch.arange(len(cols)) < V * B
    own = ids[:, None] == col_ids[None]
    score = torch.einsum("vbd,cd->vbc", keys, cols).amax(0).masked_fill(own, -2)
    f = torch.zeros_like(own).scatter_(1, score.topk(topk, 1).indices, True) & (score > threshold) & ~own
    total = 0
    for a in range(V):
        me = torch.zeros_like(own); me[torch.arange(B), a * B + torch.arange(B)] = True
        pos = own & fresh & ~me
        num = pos | f if mode == "attract" else pos
        gone = me | (own & ~fresh) | (f if mode == "eliminate" else torch.zeros_like(f))
        lo = z[a] @ cols.t() / tau
        total = total + (-(lo * num).sum(1) / num.sum(1) + torch.logsumexp(lo.masked_fill(gone, -float("inf")), 1)).mean()
    return total * 2 / V


def rows(*shape):
    # Float32 values, so that both sides start from the same numbers.
    return F.normalize(torch.randn(*shape) + 0.7 * torch.randn(1, shape[-1]), dim=-1).float().double()


def flat(t, digits=10):
    return [round(v, digits) for v in t.reshape(-1).tolist()]


def case(name, z, loss, **rest):
    z.requires_grad_(True)
    value = loss(z)
    grad, = torch.autograd.grad(value, z)
    return dict(name=name, shape=list(z.shape), z=flat(z.detach()), loss=value.item(), gradient=flat(grad), **rest)


cases = []
for v, mode, topk, threshold in [(2, "none", 0, -1), (4, "none", 0, -1), (2, "attract", 2, -1), (4, "attract", 3, 0.5), (4, "eliminate", 4, 0.4), (3, "eliminate", 2, -1)]:
    cases.append(case(f"batch-{v}-{mode}", rows(v, 6, 8), lambda z: contrastive(z, 0.2, None if mode == "none" else mode, max(topk, 1), threshold),
                      mode=mode, topk=topk, threshold=threshold))
for v, mode in [(2, "none"), (3, "attract"), (4, "eliminate")]:
    ids, bank_ids = torch.arange(5), torch.arange(3, 3 + 11)          # samples 3 and 4 are in the bank from an earlier step
    keys, bank = rows(v, 5, 8), rows(11, 8)
    cases.append(case(f"memory-{v}-{mode}", rows(v, 5, 8), lambda z: memory(z, keys, ids, bank, bank_ids, 0.1, mode, 3, 0.3 if mode != "none" else 2),
                      mode=mode, topk=3, threshold=0.3, keys=flat(keys), bank=flat(bank), bankIds=bank_ids.tolist()))

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "contrast.json"), "w") as f:
    json.dump(cases, f, separators=(",", ":"))
