"""Makes the reference values of metrics of lists, from scikit-learn and by going through every order of ties.

    /tmp/reference/bin/python tests/reference/make_ranking.py     (the environment of make.py)

Writes ranking.csv, a log of two days with graded relevance, ties, lists that cross midnight, lists without a
relevant item and rows without an outcome, and ranking.json: the metrics over all rows, each UTC day (a list
belongs to the day of its first row) and each device (the list is made of the device's rows).
"""

import itertools
import json
from collections import defaultdict
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
from sklearn.metrics import label_ranking_average_precision_score, ndcg_score

from make import bounded_interval, wilson_of_share

HERE = Path(__file__).parent
START = datetime(2026, 5, 1, tzinfo=timezone.utc)


def rows():
    random = np.random.default_rng(11)
    for query in range(220):
        start = START + timedelta(minutes=13 * query - 1)
        if query == 0:
            start = START
        for item in range(int(random.integers(1, 15))):
            relevance = int(random.choice([0, 0, 0, 1, 2, 3])) if query % 9 else 0
            # Scores of one decimal: ties of a few items.
            score = round(0.4 * relevance + float(random.normal()), 1)
            missing = random.random() < 0.05
            yield {
                "timestamp": start + timedelta(seconds=10 * item),
                "query_id": f"q{query % 110}x{query}",
                "device": ["phone", "desk"][int(random.random() < 0.4)],
                "score": score,
                "relevance": None if missing else relevance,
            }


def orders(relevance, score):
    """Relevances in the order of scores, for every order of ties."""
    groups = [relevance[score == s] for s in sorted(set(score), reverse=True)]
    for parts in itertools.product(*(sorted(set(itertools.permutations(g))) for g in groups)):
        yield np.array([x for part in parts for x in part])


def of_list(relevance, score):
    relevance, score = np.array(relevance, float), np.array(score, float)
    if not (relevance > 0).any():
        return None
    hits = relevance > 0
    out = {}
    for k, name in ((5, "ndcg_at_5"), (10, "ndcg_at_10"), (None, "ndcg")):
        alone = len(score) == 1
        out[name] = 1.0 if alone else ndcg_score([relevance], [score], k=k)
    out["mean_average_precision"] = label_ranking_average_precision_score([hits], [score])
    if len(score) == hits.sum():
        out["mean_average_precision"] = 1.0
    out["mean_reciprocal_rank"] = 1 / (score >= score[hits].max()).sum()
    sums = defaultdict(list)
    for order in orders(hits, score):
        for k in (5, 10):
            head = order[:k]
            sums[f"precision_at_{k}"].append(head.sum() / k)
            sums[f"recall_at_{k}"].append(head.sum() / hits.sum())
            sums[f"hit_rate_at_{k}"].append(float(head.any()))
    return out | {name: np.mean(values) for name, values in sums.items()}


def metrics(chosen):
    lists = defaultdict(list)
    for row in chosen:
        if row["relevance"] is not None:
            lists[row["query_id"]].append(row)
    found = [of_list([r["relevance"] for r in l], [r["score"] for r in l]) for l in lists.values()]
    told = [f for f in found if f]

    def interval(name):
        values = np.array([f[name] for f in told])
        if name.startswith("hit_rate"):
            return wilson_of_share(values.mean(), len(values)) if len(values) >= 150 else None
        return bounded_interval(values)

    return {
        "intervals": {name: interval(name) for name in told[0]},
        "lists": len(found),
        "without": len(found) - len(told),
        "metrics": {name: float(np.mean([f[name] for f in told])) for name in told[0]},
    }


def main():
    log = list(rows())
    lines = ["timestamp,query_id,device,score,relevance"]
    for r in log:
        relevance = "" if r["relevance"] is None else r["relevance"]
        lines.append(f"{r['timestamp']:%Y-%m-%dT%H:%M:%SZ},{r['query_id']},{r['device']},{r['score']},{relevance}")
    (HERE / "ranking.csv").write_text("\n".join(lines) + "\n")
    first = {}
    for r in log:
        if r["relevance"] is not None:
            day = f"{r['timestamp']:%Y-%m-%d}"
            first[r["query_id"]] = min(first.get(r["query_id"], day), day)
    days = sorted(set(first.values()))
    values = {
        "all": metrics(log),
        "days": {d: metrics([r for r in log if first.get(r["query_id"]) == d]) for d in days},
        "devices": {d: metrics([r for r in log if r["device"] == d]) for d in ("desk", "phone")},
    }
    (HERE / "ranking.json").write_text(json.dumps(values, indent=1, sort_keys=True) + "\n")


main()
