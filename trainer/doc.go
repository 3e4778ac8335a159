// Package trainer trains models: the tutorial's two loops as they stand there
// ([TrainLoop], [TestLoop]), and [Trainer], which adds to the same loop what a
// script wants around it: validation, progress, records, checkpoints, and a
// clean stop.
//
// # What a step is
//
// A step is one update of the optimizer, counted from 1 over the whole run. An
// epoch is one pass over the training batches, counted from 1.
package trainer
