// Package hooks has what a training run usually is watched and kept by: [Progress], [TensorBoard], [Checkpoint],
// [Curves] and [EarlyStopping]. Each is a [trainer.Hook], to be put into [trainer.Trainer.Hooks].
//
// They are called in the order in which they stand there. A checkpoint comes first: it is worth most.
package hooks
