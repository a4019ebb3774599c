#!/usr/bin/env python3
"""Kindred's throughput against a plain PyTorch program's, as interleaved pairs of processes in the same environment.

  bare         the step's calls in a C# loop      against  peer --mode step --amp --channels-last
  pipeline     kindred train, default devices     against  peer --mode pipeline --amp --channels-last
  torchvision  the same                           against  peer --mode pipeline --loader torchvision --workers 2 (fp32)

  bench/compare_peer.py --peer peer_simclr.py --data cifar-10-batches-bin --what bare --pairs 10 --out bare.json
With --device cuda --arch resnet18 --batch 512 [--compile], bare and pipeline compare on a GPU.

The ratio is the geometric mean over the pairs of ours / peer's images per second: of the medians over the steps in `bare`, as
the inputs are fixed, of the means in the others, where waiting for data counts. The order within a pair alternates.
"""
import argparse, json, math, os, shutil, statistics, subprocess, sys, tempfile
import runs

PEER = {
    "bare": ["--mode", "step", "--amp", "--channels-last"],
    "pipeline": ["--mode", "pipeline", "--amp", "--channels-last"],
    "torchvision": ["--mode", "pipeline", "--loader", "torchvision", "--workers", "2"],
}
RECORD = 3073  # bytes of an image in CIFAR-10's files


def run(command, env):
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\nended with {done.returncode}: {done.stderr.strip()[-2000:]}")
    return done.stdout


def last_json(text):
    return json.loads([line for line in text.splitlines() if line.startswith("{")][-1])


def peer(a, what, env):
    command = ["/usr/bin/python3" if a.device == "cpu" else sys.executable, a.peer, "--data", a.data, "--arch", a.arch, "--batch", str(a.batch),
               "--steps", str(a.steps), "--warmup", str(a.warmup), "--device", a.device, "--threads", str(a.threads), *PEER[what]]
    figures = last_json(run(command + (["--compile"] if a.compile else []), env))
    return figures["images_per_second_median"], figures["images_per_second_mean"]


def ours_bare(a, env):
    devices = "cpu" if a.device == "cpu" else "cuda:0"
    figures = last_json(run([runs.BENCH, "bare-loop", f"model={a.arch}", f"batch={a.batch}", f"steps={a.steps}", f"warmup={a.warmup}",
                             f"threads={a.threads}", f"devices={devices}", f"data.path={a.data}", "data=cifar10"], env))
    return figures["images_per_second_median"], figures["images_per_second_mean"]


def ours_trained(a, env):
    """Steps of a whole `kindred train` with its default devices, after the warm-up; the last step's evaluation is kept small."""
    with tempfile.TemporaryDirectory(prefix="kindred-bench-") as folder:
        small = os.path.join(folder, "evaluation")
        os.mkdir(small)
        with open(os.path.join(a.data, "test_batch.bin"), "rb") as test, open(os.path.join(small, "test_batch.bin"), "wb") as few:
            few.write(test.read(256 * RECORD))
        path = os.path.join(folder, "run")
        run([runs.KINDRED, "train", "data=cifar10", f"data.path={a.data}", f"data.eval={small}", f"data.limit={a.limit}", f"model={a.arch}",
             "method=simclr", f"batch={a.batch}", "epochs=1000", f"steps={a.steps + a.warmup}", "eval.every=0", "checkpoint.every=0", f"run={path}"], env)
        rates = [step["images_per_second"] for step in runs.steps(path)][a.warmup:]
    return statistics.median(rates), statistics.harmonic_mean(rates)


def compare(a, what, env):
    ours = (lambda: ours_bare(a, env)) if what == "bare" else (lambda: ours_trained(a, env))
    theirs, figure, pairs = (lambda: peer(a, what, env)), 0 if what == "bare" else 1, []
    for i in range(a.pairs):
        pair = (ours(), theirs()) if i % 2 == 0 else tuple(reversed((theirs(), ours())))
        pairs.append(dict(ours_median=pair[0][0], ours_mean=pair[0][1], peer_median=pair[1][0], peer_mean=pair[1][1], ratio=pair[0][figure] / pair[1][figure]))
        print(f"{what} {i + 1}/{a.pairs}: ours {pair[0][figure]:.1f}, peer {pair[1][figure]:.1f} images/s, ratio {pairs[-1]['ratio']:.3f}", flush=True)
    logs = [math.log(p["ratio"]) for p in pairs]
    ratio = math.exp(statistics.fmean(logs))
    error = ratio * statistics.stdev(logs) / math.sqrt(len(logs))
    print(f"{what}: {ratio:.3f} ± {error:.3f} × the peer ({len(pairs)} pairs of {a.steps} steps, {a.arch}, batch {a.batch}, {a.device})")
    return dict(what=what, ratio=ratio, standard_error=error, steps=a.steps, warmup=a.warmup, arch=a.arch, batch=a.batch, device=a.device, pairs=pairs)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--peer", required=True, type=os.path.abspath)
    p.add_argument("--data", required=True, type=os.path.abspath, help="folder of CIFAR-10's .bin files")
    p.add_argument("--what", nargs="+", choices=PEER, default=list(PEER))
    p.add_argument("--out", type=os.path.abspath, help="JSON file of all figures")
    for name, otherwise in dict(pairs=10, steps=60, warmup=10, batch=256, threads=2, limit=10240).items():
        p.add_argument(f"--{name}", type=int, default=otherwise)
    p.add_argument("--arch", default="resnet8")
    p.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    p.add_argument("--compile", action="store_true")
    a, env = p.parse_args(), runs.environment()
    if a.pairs < 2:
        p.error("--pairs: at least 2")
    for program in (runs.KINDRED, runs.BENCH):
        runs.require_built(program)
    results = [compare(a, what, env) for what in a.what]
    if a.out:
        with open(a.out + ".new", "w", encoding="utf-8") as file:
            json.dump(results, file, indent=1)
        shutil.move(a.out + ".new", a.out)
    print(json.dumps([{k: v for k, v in r.items() if k != "pairs"} for r in results]))


if __name__ == "__main__":
    main()
