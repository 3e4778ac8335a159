// Package hooks has what a training run usually is watched and kept by. Each is a [trainer.Hook], to be put into
// [trainer.Trainer.Hooks]:
//
//   - [Checkpoint] keeps the last model and [Best] the best one; [EarlyStopping] ends a run; [Averaged] has EMA and SWA
//   - [RunState] keeps the whole run, which goes on from there
//   - [Schedule] and [Plateau] move learning rates
//   - [Progress], [TensorBoard], [Curves], [Samples] and [Summary] are for people's eyes
//   - [JSONL], [CSV] and [Log] are rows for programs, and [Report] a page of the run
//   - [Profile] looks where time goes
//   - [LearningRates], [GradientNorms], [Throughput] and [Memory] are numbers for a [Logger]
//
// They are called in the order in which they stand there. Averages come first, since others save them, then JSONL and CSV, which
// must have what a saved state has done, and then checkpoints, which are worth most. RunState may stand anywhere.
package hooks
