#!/usr/bin/env python3
"""Resident memory of a run over its steps: `kindred train` on the synthetic set, VmRSS at every step that is seen.

  bench/memory.py [steps=2000 batch=32 key=value…]
Checkpoints come every 100 steps, so that everything that a run does has been done once before it is judged.
Prints the largest value of each 100 steps, and by how much any of them after step 200 exceeds that of steps 101–200.
"""
import json, os, subprocess, sys, tempfile, time
import runs

WINDOW, FLAT_AFTER = 100, 200


def resident(pid):
    """MiB, or None when the process has ended."""
    try:
        with open(f"/proc/{pid}/status", encoding="utf-8") as status:
            return next((int(line.split()[1]) / 1024 for line in status if line.startswith("VmRSS:")), None)
    except OSError:
        return None


def watch(process, run, last):
    """The largest resident memory of each window of steps."""
    most = {}
    while process.poll() is None:
        seen, memory = runs.steps(run), resident(process.pid)
        if seen and memory is not None:
            window = (seen[-1]["step"] - 1) // WINDOW
            most[window] = max(most.get(window, 0), memory)
            if seen[-1]["step"] >= last:
                break  # the evaluation at the end is another matter
        time.sleep(0.1)
    return most


def main():
    given = dict(pair.split("=", 1) for pair in sys.argv[1:])
    keys = dict(data="synthetic", model="resnet8", method="fnc", batch="32", steps="2000", epochs="1000") | {"checkpoint.every": "100", "eval.every": "0"} | given
    runs.require_built(runs.KINDRED)
    with tempfile.TemporaryDirectory(prefix="kindred-bench-") as folder:
        run, log = os.path.join(folder, "run"), os.path.join(folder, "output")
        with open(log, "w", encoding="utf-8") as output:
            process = subprocess.Popen([runs.KINDRED, "train", *(f"{k}={v}" for k, v in keys.items()), f"run={run}"],
                                       env=runs.environment(), stdout=output, stderr=subprocess.STDOUT)
            most = watch(process, run, int(keys["steps"]))
            code = process.wait()
        if code != 0:
            raise SystemExit(f"kindred train ended with {code}: {open(log, encoding='utf-8').read()[-2000:]}")
    for window, memory in sorted(most.items()):
        print(f"steps {window * WINDOW + 1}–{(window + 1) * WINDOW}: {memory:.0f} MiB")
    base, later = most.get(FLAT_AFTER // WINDOW - 1), [memory for window, memory in most.items() if window >= FLAT_AFTER // WINDOW]
    growth = max(later) - base if base and later else None
    print("too few steps to judge" if growth is None else f"growth after step {FLAT_AFTER}: {growth:+.1f} MiB ({100 * growth / base:+.1f} %)")
    print(json.dumps(dict(bench="memory", steps=int(keys["steps"]), batch=int(keys["batch"]), mib={str((w + 1) * WINDOW): round(m, 1) for w, m in sorted(most.items())}, growth_mib=growth)))


if __name__ == "__main__":
    main()
