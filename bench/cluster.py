#!/usr/bin/env python3
"""What a cluster of processes on this machine must show (docs/benchmarks/cluster.md): a private broker, two nodes that coordinate and keep,
two workers, CIFAR-10 from KINDRED_DATA. One row at a time:

  bench/cluster.py bits          [steps=50]                 three processes against one, whole state
  bench/cluster.py kills         [steps=200 times=5]        kill -9 of worker, keeper, coordinator, broker, so many times each in one run
  bench/cluster.py pauses        [steps=50 times=5 seconds=30]  SIGSTOP for so long of each, then SIGCONT; the run goes on meanwhile, and must not end
  bench/cluster.py all           [steps=60]                 kill -9 of everything at once, started again
  bench/cluster.py recovery      [times=5 role=worker|keeper|coordinator]  from kill -9 to the first step number never committed before
  bench/cluster.py throughput    [minutes=20 window=120 every=60]  windows with a worker killed now and then against windows without
  bench/cluster.py cost          [pairs=60 block=12]        rabbitmq with one worker (three processes) against one process, blocks of so many seconds
  bench/cluster.py broker                                   a round trip of 100 B through the broker without kindred or a client library

Each prints a line, and a JSON object as the last one. Other key=value go to kindred. limit=SECONDS ends any of them (default 1800).
"""
import glob, json, math, os, random, signal, socket, statistics, subprocess, sys, tempfile, time
import broker_roundtrip, runs

SETTINGS = dict(model="resnet8", batch="128", shards="2", threads="1", epochs="1000", negatives="bank") | {
    "data.limit": "10000", "bank.length": "8192", "eval.every": "0", "checkpoint.every": "20", "fnc.start": "1"}
OWN = dict(steps=50, times=5, seconds=30, role="worker", minutes=20, window=120, every=60, pairs=60, block=12, limit=1800, seed=1)


def words(settings):
    return [f"{key}={value}" for key, value in settings.items()]


class Broker:
    """RabbitMQ on loopback with ports, data and port mapper of its own; its pid is the Erlang machine's."""

    def __init__(self, folder):
        self.folder, self.process = folder, None
        os.makedirs(folder, exist_ok=True)
        self.amqp, distribution, mapper = free_ports(3)
        open(os.path.join(folder, "enabled_plugins"), "w", encoding="utf-8").write("[].")
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("RABBITMQ_")} | {
            "HOME": folder, "ERL_EPMD_ADDRESS": "127.0.0.1", "ERL_EPMD_PORT": str(mapper), "RABBITMQ_NODENAME": "kindred@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1", "RABBITMQ_NODE_PORT": str(self.amqp), "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_MNESIA_BASE": folder + "/mnesia", "RABBITMQ_LOG_BASE": folder + "/log", "RABBITMQ_LOGS": "-",
            "RABBITMQ_ENABLED_PLUGINS_FILE": folder + "/enabled_plugins", "RABBITMQ_CONF_ENV_FILE": "/dev/null", "RABBITMQ_ALLOW_INPUT": "1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-noinput +sbwt none -kernel inet_dist_use_interface {127,0,0,1}"}
        self.mapper = subprocess.Popen(["epmd", "-address", "127.0.0.1", "-port", str(mapper)])
        wait_until(lambda: listens(mapper), 20, "the port mapper")  # else the broker starts one that nobody ends
        self.start()

    def start(self):
        log = os.path.join(self.folder, "out")
        with open(log, "w", encoding="utf-8") as out:
            self.process = subprocess.Popen(["/usr/lib/rabbitmq/bin/rabbitmq-server"], env=self.environment, stdout=out,
                                            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
        wait_until(lambda: "startup complete" in open(log, encoding="utf-8", errors="replace").read(), 90, "the broker's readiness")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def close(self):
        self.kill()
        self.mapper.kill()
        self.mapper.wait()


class Node:
    """A kindred process, and its supervisor's part: start it again after a kill."""

    def __init__(self, name, arguments, folder):
        self.name, self.arguments, self.log, self.process = name, arguments, os.path.join(folder, name + ".out"), None
        self.start()

    def start(self):
        self.process = subprocess.Popen([runs.KINDRED, *self.arguments], env=ENVIRONMENT, stdout=open(self.log, "a", encoding="utf-8"),
                                        stderr=subprocess.STDOUT)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def tend(self):
        """Starts it again when it died; True when it has ended with 0."""
        code = self.process.poll()
        if code not in (None, 0):
            self.start()
        return code == 0


class Cluster:
    def __init__(self, folder, settings, layout=(("first", "coordinator,keeper,data"), ("second", "coordinator,keeper,data"),
                                                   ("worker-1", "worker"), ("worker-2", "worker"))):
        self.folder, self.run, self.began = folder, os.path.join(folder, "cluster"), time.time()
        self.broker = Broker(os.path.join(folder, "broker"))
        address = f"cluster.broker=amqp://127.0.0.1:{self.broker.amqp}/"
        self.nodes = {name: Node(name, ["node", f"name={name}", f"roles={roles}", address, "devices=cpu", f"run={self.run}", *words(settings)], folder)
                      for name, roles in layout}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for node in self.nodes.values():
            node.process.kill()
            node.process.wait()
        self.broker.close()

    def coordinator(self):
        """The node that coordinates, as coordinator.json tells; the other of the first two keeps."""
        try:
            with open(os.path.join(self.run, "coordinator.json"), encoding="utf-8") as file:
                return json.load(file)["node"]
        except (OSError, ValueError):
            return "first"

    def named(self, role):
        if role in ("coordinator", "keeper"):
            coordinator = self.coordinator()
            return self.nodes[coordinator if role == "coordinator" else "second" if coordinator == "first" else "first"]
        return self.nodes[f"worker-{random.randint(1, 2)}"]

    def furthest(self):
        return max((s["step"] for s in runs.steps(self.run)), default=0)

    def until_step(self, step):
        wait_until(lambda: self.furthest() >= step, LIMIT, f"step {step}", each=self.tend)
        self.require_running()

    def require_running(self):
        """What is done to a run that has ended shows nothing."""
        if any(node.process.poll() == 0 for node in self.nodes.values()):
            raise SystemExit("the run ended before the last fault: give it more steps")

    def until_end(self):
        wait_until(lambda: all([node.tend() for node in self.nodes.values()]), LIMIT, "the run's end")

    def tend(self):
        for node in self.nodes.values():
            node.tend()


def listens(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def wait_until(there, seconds, what, each=lambda: None):
    end = time.time() + seconds
    while not there():
        if time.time() > end:
            raise SystemExit(f"waited {seconds} s in vain for {what}")
        each()
        time.sleep(0.02)


def state(run):
    text = subprocess.check_output([runs.KINDRED, "inspect", run], env=ENVIRONMENT, text=True)
    return [line for line in text.splitlines() if line.startswith(("step ", "sha256 "))]


def alone(folder, settings):
    run = os.path.join(folder, "alone")
    subprocess.run([runs.KINDRED, "train", f"run={run}", "devices=cpu*2", *words(settings)], env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL)
    return run


def tell(row, line, **figures):
    print(line)
    print(json.dumps({"row": row, **figures}))


def compared(row, folder, settings, cluster, what):
    """Whether the cluster ended in the state of one process, each step once."""
    cluster.until_end()
    expected = state(alone(folder, settings))
    commits = runs.commits(cluster.run)
    same, terms = expected == state(cluster.run), max(term for term, _ in commits)
    whole = once_each(commits, int(settings["steps"]))
    tell(row, f"{what}: state {'bit-identical' if same else 'DIFFERS'}, steps {'once each' if whole else 'MISSING OR DOUBLED'}, {terms} terms",
         same=same, once_each=whole, steps=len(commits), terms=terms, seconds=time.time() - cluster.began)
    return 0 if same and whole else 1


def once_each(commits, steps):
    return sorted(step for _, step in commits) == list(range(1, steps + 1))


def bits(folder, settings, own):
    layout = (("first", "coordinator,keeper,data"), ("worker-1", "worker"), ("worker-2", "worker"))
    with Cluster(folder, settings, layout) as cluster:
        return compared("bits", folder, settings, cluster, "three processes")


def kills(folder, settings, own):
    victims = [role for role in ("worker", "keeper", "coordinator", "broker") for _ in range(int(own["times"]))]
    random.shuffle(victims)
    gap = int(settings["steps"]) // (len(victims) + 1)
    with Cluster(folder, settings) as cluster:
        for number, role in enumerate(victims):
            cluster.until_step(max(1, gap * (number + 1)))
            if role == "broker":
                cluster.broker.kill()
                cluster.broker.start()
            else:
                cluster.named(role).kill()
        return compared("kills", folder, settings, cluster, f"{len(victims)} kills")


def pauses(folder, settings, own):
    victims = [role for role in ("worker", "keeper", "coordinator", "broker") for _ in range(int(own["times"]))]
    random.shuffle(victims)
    with Cluster(folder, settings) as cluster:
        for role in victims:
            cluster.until_step(cluster.furthest() + 5)
            paused = cluster.broker.process if role == "broker" else cluster.named(role).process
            paused.send_signal(signal.SIGSTOP)
            end = time.time() + float(own["seconds"])
            while time.time() < end:
                cluster.tend()
                time.sleep(0.1)
            cluster.require_running()
            paused.send_signal(signal.SIGCONT)
        return compared("pauses", folder, settings, cluster, f"{len(victims)} pauses of {own['seconds']} s")


def everything(folder, settings, own):
    with Cluster(folder, settings) as cluster:
        cluster.until_step(int(settings["steps"]) // 2)
        for node in cluster.nodes.values():
            node.process.kill()
        cluster.broker.kill()
        cluster.broker.start()
        return compared("all", folder, settings, cluster, "everything killed at once")


def recovery(folder, settings, own):
    """metrics.jsonl is looked at every 5 ms: a commit's line is written with the commit."""
    times = []
    with Cluster(folder, settings | {"steps": "1000000"}) as cluster:
        for _ in range(int(own["times"])):
            cluster.until_step(cluster.furthest() + 15)
            node, before = cluster.named(own["role"]), None
            node.kill()
            killed, before = time.time(), cluster.furthest()
            node.start()
            while cluster.furthest() <= before:
                time.sleep(0.005)
                if time.time() - killed > 120:
                    raise SystemExit(f"no step in 120 s after the {own['role']}'s death")
            times.append(time.time() - killed)
    tell("recovery", f"{own['role']}: recovered after {statistics.median(times):.2f} s (median of {len(times)}; {min(times):.2f} to {max(times):.2f})",
         role=own["role"], seconds=times)
    return 0


def throughput(folder, settings, own):
    """A window without kills and one with them make a pair, of which there must be two."""
    windows = int(float(own["minutes"]) * 60 / float(own["window"]))
    if windows < 4:
        raise SystemExit("minutes/window: at least 4 windows")
    rates, pairs = {True: [], False: []}, []
    with Cluster(folder, settings | {"steps": "1000000"}) as cluster:
        cluster.until_step(10)
        for number in range(windows):
            killing = number % 2 == 1
            start, first = time.time(), cluster.furthest()
            next_kill = start + float(own["every"]) / 2
            while time.time() - start < float(own["window"]):
                cluster.tend()
                if killing and time.time() >= next_kill:
                    cluster.named("worker").kill()
                    next_kill += float(own["every"])
                time.sleep(0.1)
            rates[killing].append((cluster.furthest() - first) / (time.time() - start))
            if killing:
                pairs.append(rates[True][-1] / rates[False][-1])
                print(f"pair {len(pairs)}: {rates[True][-1]:.2f} steps/s with kills, {rates[False][-1]:.2f} before", flush=True)
    mean, low, high = interval(pairs)
    tell("throughput", f"with a worker killed every {own['every']} s: {mean:.3f} ({low:.3f} to {high:.3f}) x the steps/s without ({len(pairs)} pairs)",
         ratio=mean, low=low, high=high, ratios=pairs, kills=rates[True], none=rates[False])
    return 0


def interval(ratios):
    """The geometric mean, and its 95 % interval by Student's t on the logarithms."""
    logs = [math.log(r) for r in ratios]
    middle, half = statistics.mean(logs), student(len(logs) - 1) * statistics.stdev(logs) / len(logs) ** 0.5
    return tuple(math.exp(middle + d) for d in (0, -half, half))


def student(freedom):
    """The 97.5 % point of Student's t, by Cornish and Fisher's expansion: to 0.1 % from 4 degrees of freedom up."""
    z = statistics.NormalDist().inv_cdf(0.975)
    terms = [z, (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96, (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
             (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160]
    return sum(term / freedom**n for n, term in enumerate(terms))


WARM = 20  # steps, after which little is still compiled
LEAD = 3  # seconds of a block that don't count: the step that stood still, and caches that are the other's


def cost(folder, settings, own):
    """Both run side by side, and all processes of one of them stand still while a block of the other is measured. The machine's own pace
    changes between blocks, which is most of the scatter; so the share of the time that the worker's thread computes is compared too: what
    hops, waits and other processes on its core take is the rest of it."""
    settings = settings | {"batch": "256", "shards": "1", "steps": "1000000"}
    layout, ratios, shares = (("first", "coordinator,data"), ("keeper", "keeper"), ("worker-1", "worker")), [], []
    with Cluster(folder, settings, layout) as cluster:
        single = Node("alone", ["train", f"run={os.path.join(folder, 'single')}", "devices=cpu", *words(settings)], folder)
        try:
            sides = [(os.path.join(folder, "single"), single.process, [single.process]),
                     (cluster.run, cluster.nodes["worker-1"].process, [cluster.broker.process, *(n.process for n in cluster.nodes.values())])]
            for run, _, processes in sides:
                wait_until(lambda run=run: len(runs.steps(run)) >= WARM, LIMIT, f"step {WARM}")
                send(processes, signal.SIGSTOP)
            for pair in range(int(own["pairs"])):
                (one, computes), (several, computes_there) = [block(*side, float(own["block"])) for side in sides]
                ratios.append(several / one)
                shares.append(computes / computes_there)
                print(f"pair {pair + 1}: {one * 1000:.0f} ms a step in one process, {several * 1000:.0f} in the cluster; "
                      f"the worker computes {computes:.3f} and {computes_there:.3f} of the time", flush=True)
        finally:
            single.kill()
    (mean, low, high), (same, least, most) = interval(ratios), interval(shares)
    terms = max(s["term"] for s in runs.steps(cluster.run))
    tell("cost", f"rabbitmq takes {mean:.3f} ({low:.3f} to {high:.3f}) x the time of local, {same:.3f} ({least:.3f} to {most:.3f}) x for as much computing "
         f"({len(ratios)} pairs of blocks, {terms} terms)",
         ratio=mean, low=low, high=high, ratios=ratios, computing=dict(ratio=same, low=least, high=most, ratios=shares), terms=terms)
    return 0


def send(processes, what):
    for process in processes:
        process.send_signal(what)


def block(run, worker, processes, seconds):
    """Mean time of a step while these processes go on for so long, and the share of the time that the worker's busiest thread computed."""
    send(processes, signal.SIGCONT)
    time.sleep(LEAD)
    before, computed, began = len(runs.steps(run)), thread_times(worker.pid), time.time()
    time.sleep(seconds - LEAD)
    elapsed, after = time.time() - began, thread_times(worker.pid)
    send(processes, signal.SIGSTOP)
    rates = [s["images_per_second"] for s in runs.steps(run)[before + 1:]]
    if not rates:
        raise SystemExit(f"no whole step in block={seconds} s")
    return 256 * sum(1 / rate for rate in rates) / len(rates), max(t - computed.get(thread, 0) for thread, t in after.items()) / elapsed


def broker(folder, _, own):
    through = Broker(folder)
    try:
        p50 = statistics.median(broker_roundtrip.roundtrips(through.amqp, 20_000))
    finally:
        through.close()
    return tell("broker", f"round trip through the broker, no client library: p50 {p50:.3f} ms", p50_ms=p50)


def thread_times(pid):
    """Seconds on a core."""
    times = {}
    for name in glob.glob(f"/proc/{pid}/task/*/schedstat"):
        with open(name, encoding="utf-8") as file:
            times[name] = int(file.read().split()[0]) / 1e9
    return times


ROWS = dict(bits=bits, kills=kills, pauses=pauses, all=everything, recovery=recovery, throughput=throughput, cost=cost, broker=broker)


def main():
    global ENVIRONMENT, LIMIT
    if len(sys.argv) < 2 or sys.argv[1] not in ROWS:
        raise SystemExit(__doc__)
    given = dict(pair.split("=", 1) for pair in sys.argv[2:])
    own = {key: given.pop(key, str(value)) for key, value in OWN.items() if key != "steps"}
    settings = SETTINGS | {"steps": str(OWN["steps"])} | given
    if "data.path" not in settings and "data" not in settings:
        settings["data.path"] = os.path.join(os.environ["KINDRED_DATA"], "cifar-10-batches-bin")
    ENVIRONMENT, LIMIT = runs.environment(), float(own["limit"])
    random.seed(int(own["seed"]))
    runs.require_built(runs.KINDRED)
    with tempfile.TemporaryDirectory(prefix="kindred-cluster-") as folder:
        sys.exit(ROWS[sys.argv[1]](folder, settings, own))


if __name__ == "__main__":
    main()
