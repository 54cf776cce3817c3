"""What a real Prometheus answers on scrapes that we read, and native quantiles by its documented algorithm.

Writes tests/reference/prometheus/scrapes.txt (OpenMetrics, 75 minutes of scrapes 15 s apart, with a restart, lost
scrapes and an outage), loads it into Prometheus (Debian's package `prometheus`; 2.42 or later) with promtool, asks its
HTTP API, and writes the answers to tests/reference/prometheus/answers.json. Native histograms are computed here, apart
from our code, as `histogram_quantile` documents it since Prometheus 3 (exponential interpolation within a bucket,
linear in the one round zero).

    python3 tests/reference/make_prometheus.py
"""

import json
import math
import random
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

HERE = Path(__file__).parent / "prometheus"
STEP = 60
# 7 s past a step's border, so that no sample stands at one: Prometheus 2 counts both ends of a range, 3 the later one.
START = 1_767_225_600 + 7  # 2026-01-01T00:00:07Z
SCRAPES = 300
BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5]


def lost(i):
    """An outage of five minutes, and some scrapes by themselves."""
    return 200 <= i < 220 or i in (31, 77, 78)


def scrapes():
    rng = random.Random(20260101)
    total = {"200": 1000.0, "404": 10.0, "500": 3.0}
    buckets = [0] * (len(BOUNDS) + 1)
    took = 0.0
    lines = {"requests": [], "buckets": [], "count": [], "sum": [], "cpu": [], "memory": []}
    cpu = {"idle": 50_000.0, "user": 7_000.0, "system": 900.0}
    for i in range(SCRAPES):
        t = START + 15 * i
        if i == 120:  # the process restarts, and counts from 0
            total = {code: 0.0 for code in total}
            buckets = [0] * len(buckets)
            took = 0.0
        load = 40 + 30 * math.sin(i / 60) + (60 if 260 <= i < 300 else 0)
        for code, share in (("200", 0.95), ("404", 0.03), ("500", 0.02)):
            total[code] += sum(rng.random() < share for _ in range(int(load * 15)))
        for _ in range(int(load)):
            x = rng.lognormvariate(-3.5 if i < 260 else -2.5, 0.9)
            took += x
            buckets[next((k for k, b in enumerate(BOUNDS) if x <= b), len(BOUNDS))] += 1
        busy = min(0.95, load / 120)
        cpu["user"] += 15 * busy * 0.8
        cpu["system"] += 15 * busy * 0.2
        cpu["idle"] += 15 * (1 - busy)
        if lost(i):
            continue
        for code, value in total.items():
            lines["requests"].append((f'http_requests_total{{job="scorer",code="{code}"}}', value, t))
        below = 0
        for bound, n in zip([*BOUNDS, math.inf], buckets):
            below += n
            le = "+Inf" if bound == math.inf else repr(bound)
            name = f'http_request_duration_seconds_bucket{{job="scorer",le="{le}"}}'
            lines["buckets"].append((name, below, t))
        lines["count"].append(('http_request_duration_seconds_count{job="scorer"}', below, t))
        lines["sum"].append(('http_request_duration_seconds_sum{job="scorer"}', took, t))
        for mode, value in cpu.items():
            lines["cpu"].append((f'node_cpu_seconds_total{{instance="a",cpu="0",mode="{mode}"}}', value, t))
        lines["memory"].append(('process_resident_memory_bytes{job="scorer",instance="a"}', 2e8 + 1e5 * i, t))

    def block(kind, family, *keys):
        # A family's series one after the other, each in order of time, as OpenMetrics asks for.
        samples = sorted((s for k in keys for s in lines[k]), key=lambda s: (s[0].split("_bucket")[0].split("_count")[0].split("_sum")[0], s[2]))
        return [f"# TYPE {family} {kind}"] + [f"{n} {round(v, 4)!r} {t}" for n, v, t in samples]

    text = (
        block("counter", "http_requests", "requests")
        + block("histogram", "http_request_duration_seconds", "buckets", "count", "sum")
        + block("counter", "node_cpu_seconds", "cpu")
        + block("gauge", "process_resident_memory_bytes", "memory")
        + ["# EOF"]
    )
    return "\n".join(text) + "\n"


QUERIES = {
    "requests": f'sum(increase(http_requests_total[{STEP}s]))',
    "rate": f'sum(rate(http_requests_total[{STEP}s]))',
    "errors": f'sum(increase(http_requests_total{{code="500"}}[{STEP}s]))',
    "cpu": f'1 - sum(rate(node_cpu_seconds_total{{mode="idle"}}[{STEP}s])) / sum(rate(node_cpu_seconds_total[{STEP}s]))',
    "memory": f'avg_over_time(process_resident_memory_bytes[{STEP}s])',
    **{
        f"p{round(q * 100)}": f'histogram_quantile({q}, sum by (le) (rate(http_request_duration_seconds_bucket[{STEP}s])))'
        for q in (0.5, 0.9, 0.95, 0.99)
    },
}


def ask(port, query, start, end):
    args = urllib.parse.urlencode({"query": query, "start": start, "end": end, "step": STEP})
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/query_range?{args}") as answer:
        result = json.load(answer)["data"]["result"]
    return [[t, v] for t, v in result[0]["values"]] if result else []


def prometheus(text):
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "scrapes.txt").write_text(text)
        (folder / "none.yml").write_text("global: {}\n")
        data = folder / "data"
        data.mkdir()
        subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", folder / "scrapes.txt", data], check=True, capture_output=True)
        port = 19_397
        server = subprocess.Popen(
            ["prometheus", f"--config.file={folder / 'none.yml'}", f"--storage.tsdb.path={data}",
             f"--web.listen-address=127.0.0.1:{port}", "--storage.tsdb.retention.time=10y", "--query.lookback-delta=1m"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            for _ in range(100):
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready")
                    break
                except OSError:
                    time.sleep(0.2)
            first = START - START % STEP + STEP
            last = START + 15 * SCRAPES + STEP
            version = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/status/buildinfo"))["data"]["version"]
            return version, {name: ask(port, query, first, last - last % STEP) for name, query in QUERIES.items()}
        finally:
            server.terminate()
            server.wait()


def native_quantile(q, h):
    """`HistogramQuantile` of Prometheus 3, by its description."""
    base = 2.0 ** (2.0 ** -h["schema"])
    buckets = [(-(base ** i), -(base ** (i - 1)), n) for i, n in reversed(h["negative"])]
    if h["zero"]:
        low = 0.0 if not h["negative"] and h["positive"] else -h["zero_threshold"]
        high = 0.0 if not h["positive"] and h["negative"] else h["zero_threshold"]
        buckets.append((low, high, h["zero"]))
    buckets += [(base ** (i - 1), base ** i, n) for i, n in h["positive"]]
    rank = q * h["count"]
    seen = 0.0
    for low, high, n in buckets:
        if seen + n >= rank and n > 0:
            share = (rank - seen) / n
            if low <= 0 <= high:
                return low + (high - low) * share
            if low > 0:
                return low * (high / low) ** share
            return -(-low) * ((-high) / (-low)) ** share
        seen += n
    return buckets[-1][1]


def natives():
    rng = random.Random(7)
    out = []
    for schema in (-2, -1, 0, 1, 2, 3, 5, 8):
        for signed in (False, True):
            positive = [[i, float(rng.randint(0, 30))] for i in range(-6, 12)]
            negative = [[i, float(rng.randint(0, 9))] for i in range(-3, 5)] if signed else []
            positive = [b for b in positive if b[1]]
            negative = [b for b in negative if b[1]]
            zero = float(rng.randint(0, 20))
            count = zero + sum(n for _, n in positive + negative)
            h = {"schema": schema, "zero_threshold": 0.001, "zero": zero, "count": count, "sum": 1.0,
                 "positive": positive, "negative": negative}
            qs = [0.0, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0]
            out.append({"histogram": h, "quantiles": [[q, native_quantile(q, h)] for q in qs]})
    return out


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    text = scrapes()
    (HERE / "scrapes.txt").write_text(text)
    version, answers = prometheus(text)
    found = {"prometheus": version, "step_s": STEP, "queries": QUERIES, "answers": answers, "natives": natives()}
    (HERE / "answers.json").write_text(json.dumps(found, indent=None, separators=(",", ":")).replace('"answers"', '\n"answers"').replace('"natives"', '\n"natives"') + "\n")
    print(version, {name: len(values) for name, values in answers.items()})
