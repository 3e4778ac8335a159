// Package trainer trains models: [Trainer] is the loop that a script writes by hand, with what goes on around it:
// validation, metrics, hooks, and a clean stop. It is the same loop, so it gives the same bits.
//
//	fit := &trainer.Trainer[Batch, metrics.Classified]{
//		Model: model, Optimizer: optimizer, Epochs: 12, Train: train, Validate: test,
//		Step: func(b Batch) (*torch.Tensor, metrics.Classified) {
//			scores := model.Forward(b.X)
//			return criterion.Forward(scores, b.Y), metrics.Classified{Scores: scores, Target: b.Y}
//		},
//		Metrics: []metrics.Metric[metrics.Classified]{metrics.NewAccuracy()},
//		Hooks:   []trainer.Hook{&hooks.EarlyStopping{Metric: "accuracy", Mode: hooks.Max, Patience: 3}},
//	}
//	err := fit.Fit(ctx)
//
// What is watched or written while a model trains is a [Hook]; package hooks has those for progress, TensorBoard,
// checkpoints, curves and early stopping.
//
// # What a step is
//
// A step is one update of the optimizer, counted from 1 over the whole run. An epoch is one pass over the training
// batches, counted from 1.
package trainer
