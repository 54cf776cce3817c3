"""Makes the reference values of metrics of rows with several labels, from scikit-learn.

    /tmp/reference/bin/python tests/reference/make_multilabel.py     (the environment of make.py)

Writes multilabel.csv, a log of three days whose cells hold sets of labels (`[]`: none), and multilabel.json: the
metrics over all rows and each UTC day, the standard error of the micro averages from the rows' influences, the
intervals of the macro averages without the rarest label, and each label's precision, recall and F1.
"""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
from scipy import special, stats
from sklearn import metrics as sk

HERE = Path(__file__).parent
START = datetime(2026, 6, 1, tzinfo=timezone.utc)
LABELS = ["art", "film", "music", "news", "rare", "sport"]
USUAL = [i for i, label in enumerate(LABELS) if label != "rare"]
SHARES = [0.3, 0.25, 0.4, 0.5, 0.02, 0.35]


def micro(truth, predicted, part, of):
    right = (truth & predicted).sum(1)
    vain, missed = (predicted & ~truth).sum(1), (truth & ~predicted).sum(1)
    counts = np.stack([right, vain, missed], 1)
    a, b = counts @ part, counts @ of
    value = a.sum() / b.sum()
    n = len(a)
    influence = (a - value * b) / (b.sum() / n)
    return {"value": value, "se": float(np.sqrt((influence**2).sum() / (n - 1) / n))}


def macro(truth, predicted, weights):
    """Influence of each row on the mean over labels of a t / (a t + b p + c m), 0.3 of a row more of each label."""
    n, k = truth.shape
    a, b, c = weights
    more = 0.3 / np.count_nonzero(weights)
    states = [truth & predicted, predicted & ~truth, truth & ~predicted]
    t, p, m = (s.sum(0) + more for s in states)
    of = a * t + b * p + c * m
    share = a * t / of
    slopes = [a * (1 - share) / of / k, -share * b / of / k, -share * c / of / k]
    influence = sum(s @ slope for s, slope in zip(states, slopes))
    power = lambda e: float((influence**e).sum() + sum(more * (slope**e).sum() for slope in slopes))
    counted = [s.sum(0) for s in states]
    sides = [counted[0] + counted[1]] * (b > 0) + [counted[0] + counted[2]] * (c > 0)
    kurtosis = power(4) * n / power(2) ** 2
    quantile = stats.t.ppf(0.975, max(2 * n / max(kurtosis - 1, 0.1), 2))
    middle, half = float(share.mean()), quantile * np.sqrt(power(2))
    ends = special.expit(special.logit(middle) + np.array([-1, 1]) * half / (middle * (1 - middle)))
    return {"fewest": int(np.min(sides)), "low": float(ends[0]), "high": float(ends[1])}


def values(truth, predicted):
    t, p = truth.astype(int), predicted.astype(int)
    score = {"f1": sk.f1_score, "precision": sk.precision_score, "recall": sk.recall_score}
    out = {
        "subset_accuracy": sk.accuracy_score(t, p),
        "hamming_loss": sk.hamming_loss(t, p),
        "f1_samples": sk.f1_score(t, p, average="samples", zero_division=1),
        "jaccard_samples": sk.jaccard_score(t, p, average="samples", zero_division=1),
    }
    # Where no label is right, scikit-learn's `zero_division` of jaccard and f1 only speaks of empty rows.
    for name, of in score.items():
        for average in ("micro", "macro"):
            out[f"label_{name}_{average}"] = of(t, p, average=average, zero_division=0)
    return out


def main():
    random = np.random.default_rng(5)
    n = 600
    truth = random.random((n, 6)) < SHARES
    # The second label likes the company of the first.
    truth[:, 1] |= truth[:, 0] & (random.random(n) < 0.5)
    flip = random.random((n, 6)) < np.where(random.random((n, 1)) < 0.3, 0.35, 0.05)
    predicted = truth ^ flip
    cell = lambda row: "|".join(l for l, on in zip(LABELS, row) if on) or "[]"
    lines = ["timestamp,label,prediction"]
    times = [START + timedelta(minutes=7 * i) for i in range(n)]
    for time, t, p in zip(times, truth, predicted):
        lines.append(f"{time:%Y-%m-%dT%H:%M:%SZ},{cell(t)},{cell(p)}")
    (HERE / "multilabel.csv").write_text("\n".join(lines) + "\n")
    days = np.array([f"{time:%Y-%m-%d}" for time in times])
    by_label = sk.precision_recall_fscore_support(truth, predicted, average=None, zero_division=0)
    found = {
        "all": values(truth, predicted),
        "days": {d: values(truth[days == d], predicted[days == d]) for d in sorted(set(days))},
        "micro": {
            "label_f1_micro": micro(truth, predicted, [2, 0, 0], [2, 1, 1]),
            "label_precision_micro": micro(truth, predicted, [1, 0, 0], [1, 1, 0]),
            "label_recall_micro": micro(truth, predicted, [1, 0, 0], [1, 0, 1]),
        },
        # The rarest label is left out: with it there is no interval.
        "macro": {
            f"label_{name}_macro": macro(truth[:, USUAL], predicted[:, USUAL], weights)
            for name, weights in [("precision", [1, 1, 0]), ("recall", [1, 0, 1]), ("f1", [2, 1, 1])]
        },
        "labels": {
            label: {"precision": p, "recall": r, "f1": f, "rows": int(s)}
            for label, p, r, f, s in zip(LABELS, *by_label)
        },
    }
    (HERE / "multilabel.json").write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
