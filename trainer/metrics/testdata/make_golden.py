"""Writes golden.json: random predictions and what scikit-learn says of them. Needs scikit-learn; run it in this folder."""

import json

import numpy as np
import sklearn
from sklearn import metrics as sk

rng = np.random.default_rng(0)
cases = []


def case(name, classes, pred, target):
    pred, target = [int(x) for x in pred], [int(x) for x in target]
    labels = list(range(classes))
    p, r, f, s = sk.precision_recall_fscore_support(
        target, pred, labels=labels, zero_division=0
    )
    cases.append(
        dict(
            name=name,
            classes=classes,
            pred=pred,
            target=target,
            matrix=sk.confusion_matrix(target, pred, labels=labels).tolist(),
            accuracy=sk.accuracy_score(target, pred),
            macro_f1=sk.f1_score(target, pred, average="macro", zero_division=0),
            precision=p.tolist(),
            recall=r.tolist(),
            f1=f.tolist(),
            support=[int(n) for n in s],
        )
    )


case("one sample, right", 2, [0], [0])
case("one sample, wrong", 2, [0], [1])
case("all right", 3, [0, 1, 2, 2], [0, 1, 2, 2])
case("all wrong", 3, [1, 2, 0], [0, 1, 2])
case("a class never predicted", 3, [0, 0, 1, 1], [0, 2, 1, 2])
case("a class that is only predicted", 3, [2, 2, 1, 0], [0, 1, 1, 0])
case("classes that do not occur", 10, [3, 3, 7], [3, 7, 7])
case("one class", 1, [0, 0, 0], [0, 0, 0])
for n in (10, 100, 500):
    target = rng.integers(0, 10, n)
    case(f"random, {n}", 10, np.where(rng.random(n) < 0.7, target, rng.integers(0, 10, n)), target)
target = rng.choice(5, 300, p=[0.8, 0.1, 0.06, 0.03, 0.01])
case("unbalanced", 5, np.where(rng.random(300) < 0.6, target, 0), target)

with open("golden.json", "w") as f:
    json.dump(dict(sklearn=sklearn.__version__, cases=cases), f)
