"""What the scripts of this folder share: the environment and the programs of this repository, and reading a run's metrics."""
import glob, json, math, os, subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
KINDRED = os.path.join(ROOT, "artifacts/bin/Kindred.Host/release/kindred")
BENCH = os.path.join(ROOT, "artifacts/bin/Kindred.Bench/release/kindred-bench")


def environment():
    """The variables that ./kindred sets for the numeric libraries (eng/setup.sh); what is compared gets the same ones."""
    text = subprocess.check_output(["bash", "-c", "source eng/setup.sh; env -0"], cwd=ROOT, text=True)
    return dict(item.split("=", 1) for item in text.split("\0") if "=" in item)


def require_built(program):
    if not os.path.exists(program):
        raise SystemExit(f"{program} is missing: dotnet build Kindred.slnx -c Release")


def steps(run):
    """The complete step lines of a run's metrics so far."""
    path = os.path.join(run, "metrics.jsonl")
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        events = [event for event in map(parsed, file) if event]
    return [event for event in events if event["event"] == "step"]


def commits(run):
    """(term, step) of every step line on the chain of start records (src/Actors/Protocol/Store/TermChain.cs), also where a step is there twice."""
    starts, last = {}, {}
    for name in glob.glob(os.path.join(run, "terms", "*.start")):
        with open(name, encoding="utf-8") as file:
            start = json.load(file)
            starts[start["term"]] = start
    term, end = max(starts, default=0), math.inf
    while term:
        last[term], term, end = end, starts[term]["parent"], starts[term]["step"]
    return [(s["term"], s["step"]) for s in steps(run) if s["step"] <= last.get(s["term"], 0)]


def parsed(line):
    """None for a torn line, or the empty one that a cluster's node writes first."""
    try:
        return json.loads(line)
    except ValueError:
        return None
