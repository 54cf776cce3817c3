"""Makes groups.csv and groups.json: how groups are treated, from fairlearn, statsmodels and a plain count.

    python -m venv /tmp/groups && /tmp/groups/bin/pip install -r tests/reference/requirements.txt fairlearn==0.15.0
    /tmp/groups/bin/python tests/reference/groups.py [compas-scores-two-years.csv]

fairlearn 0.15.0, statsmodels 0.15.0. Deterministic. ProPublica's COMPAS file is not part of this repository:
where its path is given, the values of it are made too, and else those that stand in groups.json are kept.
"""

import csv
import json
import math
import sys
from pathlib import Path

import numpy as np
from fairlearn import metrics as fair
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest

HERE = Path(__file__).parent
MINIMUM = 30
RATES = {
    "selection_rate": lambda y, p: (p, np.ones(len(y), bool)),
    "true_positive_rate": lambda y, p: (p, y == 1),
    "false_positive_rate": lambda y, p: (p, y == 0),
    "precision": lambda y, p: (y, p == 1),
}
CRITERIA = {
    "demographic_parity": ["selection_rate"],
    "equal_opportunity": ["true_positive_rate"],
    "equalized_odds": ["true_positive_rate", "false_positive_rate"],
    "predictive_parity": ["precision"],
}


def number(x):
    return float(x) if x is not None and math.isfinite(x) else None


def share(y, p, rate):
    hits, of = RATES[rate](y, p)
    return int(hits[of].sum()), int(of.sum())


def wilson(k, n, alpha=0.05):
    return [float(x) for x in proportion_confint(k, n, alpha, "wilson")] if n else None


def ratio_ends(a, b, alpha):
    low, high = confint_proportions_2indep(*a, *b, compare="ratio", method="log-adjusted", alpha=alpha, correction=False)
    value = a[0] / a[1] / (b[0] / b[1])
    return [0.0 if a[0] == 0 else min(low, value), max(high, value)]


def spread(shares, alpha):
    """Intervals of largest minus smallest and of smallest over largest."""
    order = sorted(range(len(shares)), key=lambda i: shares[i][0] / shares[i][1])
    low, high = shares[order[0]], shares[order[-1]]
    if len(shares) == 2:
        a, b = confint_proportions_2indep(*high, *low, compare="diff", method="newcomb", alpha=alpha)
        c, d = ratio_ends(low, high, alpha)
        return [max(a, 0.0), max(b, -a)], [min(c, 1 / d) if d > 1 else c, min(d, 1.0)]
    ends = [wilson(*s, alpha / len(shares)) for s in shares]
    top, bottom = [max(e[i] for e in ends) for i in (0, 1)], [min(e[i] for e in ends) for i in (0, 1)]
    return [max(0.0, top[0] - bottom[1]), top[1] - bottom[0]], [bottom[0] / top[1], min(1.0, bottom[1] / top[0])]


def criteria(y, p, group, names):
    """Of each criterion, over the groups with enough rows; values are fairlearn's."""
    out = {}
    for name, rates in CRITERIA.items():
        keep = [g for g in names if all(share(y[group == g], p[group == g], r)[1] >= MINIMUM for r in rates)]
        rows = np.isin(group, keep)
        given = {"y_true": y[rows], "y_pred": p[rows], "sensitive_features": group[rows]}
        if name == "predictive_parity":
            frame = fair.MetricFrame(metrics=lambda a, b: a[b == 1].mean(), **given)
            difference, ratio = frame.difference(), frame.ratio()
        else:
            difference = getattr(fair, f"{name}_difference")(**given)
            ratio = getattr(fair, f"{name}_ratio")(**given)
        parts = [spread([share(y[group == g], p[group == g], r) for g in keep], 0.05 / len(rates)) for r in rates]
        out[name] = {
            "difference": [float(difference)] + [max(d[i] for d, _ in parts) for i in (0, 1)],
            "ratio": [float(ratio)] + [min(r[i] for _, r in parts) for i in (0, 1)],
            "groups": len(keep),
        }
    return out


def values(y, p, columns):
    """`columns`: name to the group of each row; None is a missing cell."""
    found, contrasts = {}, []
    for column, group in columns.items():
        group = np.array(["" if g is None else g for g in group])
        names = sorted(set(group) - {""}, key=lambda g: (-int((group == g).sum()), g))
        of = {}
        for g in names:
            here = group == g
            of[g] = {"rows": int(here.sum()), "rates": {}, "against_rest": {}}
            for rate in RATES:
                k, n = share(y[here], p[here], rate)
                rest = share(y[~here], p[~here], rate)
                of[g]["rates"][rate] = [k / n, *wilson(k, n)] if n else None
                if n < MINIMUM or rest[1] < MINIMUM:
                    continue
                low, high = confint_proportions_2indep(k, n, *rest, compare="diff", method="newcomb")
                entry = {"difference": [k / n - rest[0] / rest[1], float(low), float(high)]}
                entry["ratio"] = [k / n / (rest[0] / rest[1]), *ratio_ends((k, n), rest, 0.05)]
                of[g]["against_rest"][rate] = entry
                contrasts.append((entry, proportions_ztest([k, rest[0]], [n, rest[1]])[1]))
        found[column] = {"groups": of, "between": criteria(y, p, group, names)}
    for (entry, _), corrected in zip(contrasts, multipletests([c[1] for c in contrasts], method="holm")[1]):
        entry["p_value"] = number(corrected)
    return {"contrasts": len(contrasts), "columns": found}


def synthetic():
    random = np.random.default_rng(11)
    n = 3000
    region = random.choice(["north", "south", "east", "west", "isle"], n, p=[0.4, 0.3, 0.2, 0.092, 0.008])
    sex = random.choice(["f", "m"], n)
    base = 0.3 + 0.1 * (region == "south") - 0.12 * (region == "east")
    y = (random.uniform(size=n) < base).astype(int)
    score = np.round(np.clip(0.45 * y + 0.3 + random.normal(0, 0.22, n) - 0.08 * (sex == "f") * y, 0, 1), 3)
    day = np.sort(random.integers(0, 20, n))
    version = np.where(random.uniform(size=n) < 0.5, "v1", "v2")
    return region, sex, y, score, day, version


def main():
    region, sex, y, score, day, version = synthetic()
    with open(HERE / "groups.csv", "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", "time", "score", "outcome", "region", "sex", "model_version"])
        for i in range(len(y)):
            time = f"2026-03-{1 + day[i]:02}T12:00:00Z"
            writer.writerow([f"g{i:04}", time, score[i], y[i], region[i], sex[i], version[i]])

    def of(rows, threshold=0.5):
        p = (score[rows] >= threshold).astype(int)
        return values(y[rows], p, {"region": region[rows], "sex": sex[rows]})

    every = np.ones(len(y), bool)
    out = {
        "all": of(every),
        "threshold 0.3": of(every, 0.3),
        "days 5 to 9": of((day >= 5) & (day < 10)),
        "v2": of(version == "v2"),
    }
    before = json.loads((HERE / "groups.json").read_text()) if (HERE / "groups.json").exists() else {}
    out["compas"] = before.get("compas")
    if len(sys.argv) > 1:
        with open(sys.argv[1], newline="") as file:
            rows = list(csv.DictReader(file))
        y = np.array([int(r["two_year_recid"]) for r in rows])
        p = np.array([int(int(r["decile_score"]) >= 5) for r in rows])
        out["compas"] = values(y, p, {c: [r[c] or None for r in rows] for c in ["sex", "age_cat", "race"]})
    (HERE / "groups.json").write_text(json.dumps(out, indent=1, allow_nan=False, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
