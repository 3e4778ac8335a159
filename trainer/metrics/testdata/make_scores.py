"""Makes scores.json: what scikit-learn makes of random scores. Run with Python that has numpy and scikit-learn:
python make_scores.py > scores.json"""
import json, warnings

import numpy as np
import sklearn
from sklearn import metrics as sk

warnings.simplefilter("ignore")
rng = np.random.default_rng(0)
cases = []
for k in range(24):
    classes, n = int(rng.integers(2, 6)), int(rng.integers(12, 40))
    target = np.concatenate((np.arange(classes), rng.integers(0, classes, n - classes)))  # every class occurs
    rng.shuffle(target)
    scores = rng.normal(size=(n, classes))
    scores[np.arange(n), target] += rng.uniform(0, 2)
    scores = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    ties = k % 3 == 0
    if ties and classes == 2:  # many equal scores
        p = np.round(scores[:, 1], 1)
        scores = np.stack((1 - p, p), 1)
    pred = scores.argmax(1)
    case = {"classes": classes, "target": target.tolist(), "scores": scores.tolist(), "pred": pred.tolist(), "top": {}, "averages": {}}
    for top in range(1, classes):
        if not ties or classes > 2:
            case["top"][top] = float((np.argsort(-scores, 1)[:, :top] == target[:, None]).any(1).mean())
            if classes > 2:
                assert np.isclose(case["top"][top], sk.top_k_accuracy_score(target, scores, k=top))
    for average in ("macro", "weighted", "micro"):
        p, r, f, _ = sk.precision_recall_fscore_support(target, pred, average=average, zero_division=0)
        case["averages"][average] = {"precision": p, "recall": r, "F1": f}
    if classes == 2:
        p, r, f, _ = sk.precision_recall_fscore_support(target, pred, average="binary", zero_division=0)
        case["averages"]["binary"] = {"precision": p, "recall": r, "F1": f}
    case["perplexity"] = float(np.exp(sk.log_loss(target, scores, labels=range(classes))))
    hot = np.eye(classes)[target]
    for average in ("macro", "weighted"):
        if classes == 2:
            auc, ap = sk.roc_auc_score(target, scores[:, 1]), sk.average_precision_score(target, scores[:, 1])
        else:
            auc = sk.roc_auc_score(target, scores, multi_class="ovr", average=average)
            ap = sk.average_precision_score(hot, scores, average=average)
        case["averages"][average].update(AUC=float(auc), AP=float(ap))
    cases.append(case)

regressions = []
for k in range(12):
    n, outputs = int(rng.integers(2, 30)), int(rng.integers(1, 4))
    target = rng.normal(size=(n, outputs)) * 10 + rng.choice([0, 1e6])
    output = target + rng.normal(size=(n, outputs))
    if k == 0:
        target[:] = 3
    if k == 1:
        target[:] = 3
        output = target.copy()
    regressions.append({"output": output.tolist(), "target": target.tolist(), "mse": sk.mean_squared_error(target, output),
                        "mae": sk.mean_absolute_error(target, output), "r2": sk.r2_score(target, output)})

print(json.dumps({"sklearn": sklearn.__version__, "cases": cases, "regressions": regressions}))
