// Package datasets brings samples to a training loop in batches, as
// torch.utils.data does.
//
// A [Dataset] gives one sample for an index. A [Loader] puts samples together
// into batches, shuffled if asked, and a loop ranges over them:
//
//	type Sample struct{ Image, Text, Target *torch.Tensor }
//
//	loader, err := datasets.NewLoader(dataset, datasets.BatchSize(32), datasets.Shuffle(true))
//	...
//	for batch, err := range loader.All(ctx) {
//		if err != nil {
//			return err
//		}
//		output := model.Forward(batch.Image, batch.Text)
//		...
//	}
//
// # Data sets
//
// Data sets are made of others as in torch.utils.data: [Subset], [RandomSplit], [Concat], and of samples that come one after
// another [IterableDataset], [Chain]; beside them [Map] for transforms, [Cached], [ShuffleBuffer]. Samplers choose the order:
// [SequentialSampler], [RandomSampler], [SubsetRandomSampler], [WeightedRandomSampler], [BatchSampler], [DistributedSampler],
// with Python's indices from the same seed. Files as data sets are the packages below: folder, table, arrays, shards.
//
// Workers are goroutines, so what Python needs for its processes is not there: persistent_workers (starting one takes
// microseconds), pin_memory, multiprocessing_context, worker_init_fn, timeout. get_worker_info is [Worker], which a pass over
// an [IterableDataset] is given.
//
// # Batches
//
// [NewLoader] stacks the tensors of a sample struct, field by field, into a
// struct of the same type. Samples that hold Go numbers, slices or strings
// become a batch of another type, either by the rules of [Collate] or by a
// function of one's own: [NewLoaderFunc]. A data set that makes whole batches
// faster than sample by sample is a [BatchGetter]: [TensorDataset] is one.
//
// # Memory
//
// Each iteration of a loop opens a [torch.Scope] that owns the batch, so what is
// computed from the batch is freed when the loop's body ends, however it ends.
// What is to live longer is taken out with Keep.
//
// The iteration owns the tensors that it finds in the batch, through exported
// fields, pointers, slices, arrays, maps and interfaces. The one exception is
// a tensor that came out of Get and that the collate function passed on as it
// was: that one may be the data set's own, and is never taken over or freed.
// From this follows what a collate function or GetBatch must do to return a
// tensor that it means to keep: return another handle on it, x.Detach().
//
// The tensors that Get itself makes, such as x.Select(0, index), are garbage
// once they are stacked. Go's collector frees them in the end, because only it
// knows that the data set has not kept one. Where Get makes its tensors anew on
// every call, [FreeSamples] frees them at once, which is faster too.
//
// # Random numbers
//
// A loader draws the numbers that Python's DataLoader draws, from the same
// generator and in the same order, so a program that is ported sees the same
// batches, and the same random numbers after them:
//
//   - when an iteration starts, one seed, shuffling or not (Python gives it to
//     its worker processes);
//   - when its first batch is asked for, with Shuffle, a second seed, and from a
//     generator with that seed the order of all samples;
//   - with [Generator], both come from that generator: the order is drawn from it
//     directly, without a second seed; and once more, unused, when the samples
//     have run out.
//
// Tests hold this against PyTorch 1.13, number for number. By their sources
// PyTorch 2.6 and the main branch after it draw the same; only the order of more
// than 214 million samples is drawn in another way by later versions, and then by
// their libtorch here too.
//
// All draws are made by the goroutine that ranges over the loader, so that the
// order doesn't depend on the number of workers. (Python's draws don't either,
// with one exception: with worker processes its second seed is drawn by iter(),
// not by the first next(), which shows only where two iterators are made before
// either is used.) A data set whose Get draws random numbers from the default
// generator is reproducible with Workers(0) only.
package datasets
