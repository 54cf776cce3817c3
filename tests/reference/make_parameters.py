"""Makes the reference values of metrics whose parameters a reader chooses, from scikit-learn.

    /tmp/reference/bin/python tests/reference/make_parameters.py     (the environment of make.py)

Writes parameters.json: of the logs of make.py and make_ranking.py, for several values of each parameter, the metrics that
it adds, of all rows and of each UTC day, with the ends of their intervals (null where there is none).
"""

import math
from collections import defaultdict

import numpy as np
from sklearn import metrics as sk
from sklearn.metrics import ndcg_score

import make
from make import CLASSES, binary_log, by_day, f_beta_interval, f_beta_of, number, on_scale, spread, wilson, wilson_of_share
from make_ranking import orders, rows


def told(value, ends=None):
    return [number(value), *(ends or [None, None])]


def beta(outcome, label, beta):
    if len(CLASSES) > 2 and set(outcome) | set(label) != {0, 1}:
        c = sk.confusion_matrix(outcome, label, labels=range(len(CLASSES)))
        a, b = c.sum(axis=1), c.sum(axis=0)
        there = a + b > 0
        value = sk.fbeta_score(outcome, label, beta=beta, average="macro", zero_division=0)
        ends = spread(f_beta_of(beta), c, "logit", min(a[there].min(), b[there].min()) >= 10)
        return told(value, ends and [min(ends[0], value), max(ends[1], value)])
    tn, fp, fn, tp = (int(c) for c in sk.confusion_matrix(outcome, label, labels=[0, 1]).ravel())
    value = sk.fbeta_score(outcome, label, beta=beta, zero_division=np.nan)
    ends = f_beta_interval(beta, tp, fp, fn) if tp + fp + fn >= 10 else None
    return told(value, ends and [min(ends[0], value), max(ends[1], value)])


def partial(outcome, score, q):
    p, n = int(outcome.sum()), int((1 - outcome).sum())
    value = sk.roc_auc_score(outcome, score, max_fpr=q)
    share = ((2 * value - 1) * (q - q * q / 2) + q * q / 2) / q
    if p < 50 or n < round(30 / q) or not 1e-12 < share < 1 - 1e-12:
        return told(value)
    ends = np.array(on_scale(share, make.partial_se(outcome, score, q) / q, "logit", p + n)) * q
    return told(value, [number(x) for x in (1 + (ends - q * q / 2) / (q - q * q / 2)) / 2])


def gain(outcome, score, share, lift):
    p, n = int(outcome.sum()), len(outcome)
    hits, k = make.top_hits(outcome, score, share)
    scale = n / k if lift else 1
    if min(p, n - p) < max(60, round(6 / float(share))):
        return told(hits / p * scale)
    ends = wilson_of_share(hits / p, make.gain_rows(outcome, score, share))
    return told(hits / p * scale, [x * scale for x in ends])


def top(outcome, probability, k):
    value = sk.top_k_accuracy_score(outcome, probability, k=k, labels=range(len(CLASSES))) if k < len(CLASSES) else 1.0
    n = len(outcome)
    return told(value, wilson(round(value * n), n) if n >= 150 else None)


def heads(k):
    """Metrics of the heads of lists, by going through every order of ties."""
    lists = defaultdict(list)
    for row in rows():
        if row["relevance"] is not None:
            lists[row["query_id"]].append((row["timestamp"], row["relevance"], row["score"]))
    found = defaultdict(list)
    for items in lists.values():
        relevance, score = (np.array([float(x[i]) for x in items]) for i in (1, 2))
        if not (relevance > 0).any():
            continue
        hits = relevance > 0
        found["ndcg_at_k"].append(1.0 if len(score) == 1 else ndcg_score([relevance], [score], k=k))
        every = [o > 0 for o in orders(relevance, score)]
        found["precision_at_k"].append(np.mean([o[:k].sum() / k for o in every]))
        found["recall_at_k"].append(np.mean([o[:k].sum() / hits.sum() for o in every]))
        found["hit_rate_at_k"].append(np.mean([o[:k].any() for o in every]))
    return {name: told(np.mean(values)) for name, values in found.items()}


def main():
    b, m = binary_log(), make.multiclass_log()
    outcome, score, label = b["outcome"], b["score"], b["prediction"]
    probability = m["parts"] / 10000
    both = lambda rows: 0 < outcome[rows].sum() < rows.sum()
    some = lambda rows: outcome[rows].sum() > 0
    found = {
        "binary": {
            "beta": {x: by_day(b, lambda rows: {"f_beta": beta(outcome[rows], label[rows], float(x))}) for x in ["0.1", "3", "1.7"]},
            "max_fpr": {x: by_day(b, lambda rows: {"partial_roc_auc_max_fpr": partial(outcome[rows], score[rows], float(x)) if both(rows) else told(math.nan)}) for x in ["0.02", "0.2", "0.5", "1"]},
            "at_share": {
                x: by_day(b, lambda rows: {f"{name}_at_share": gain(outcome[rows], score[rows], x, name == "lift") if some(rows) else told(math.nan) for name in ("gain", "lift")})
                for x in ["0.05", "0.07", "0.3", "1"]
            },
        },
        "multiclass": {
            "beta": {x: by_day(m, lambda rows: {"f_beta": beta(m["outcome"][rows], m["prediction"][rows], float(x))}) for x in ["0.1", "3"]},
            "top_k": {x: by_day(m, lambda rows: {"top_k_accuracy": top(m["outcome"][rows], probability[rows], int(x))}) for x in ["1", "2", "3", "4"]},
        },
        "ranking": {"at_k": {x: {"all": heads(int(x))} for x in ["1", "3", "8", "20"]}},
    }
    make.write_json("parameters.json", found, compact=True)


if __name__ == "__main__":
    main()
