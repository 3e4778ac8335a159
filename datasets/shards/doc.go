// Package shards reads data sets that are too large for single files, as WebDataset stores them: tar files, the shards, in
// which files with the same name up to the first dot are one sample.
//
//	000017.jpg
//	000017.txt
//	000017.cls
//
// A sample is read as a stream, so a shard may be on a slow disk or in a pipe:
//
//	set, err := shards.Open("train-{0000..0146}.tar", shards.ShuffleShards(true))
//	mixed, err := datasets.ShuffleBuffer[shards.Sample](set, 1000)
//	pairs := datasets.MapIterable(mixed, func(s shards.Sample) (Pair, error) { ... s.Files["jpg"] ... })
//	loader, err := datasets.NewIterableLoader(pairs, datasets.BatchSize(32), datasets.Workers(4))
//
// Shards are divided among replicas (processes) first and among a loader's workers then, so every sample is read by one of
// them: there should be at least as many shards as there are workers in all.
package shards
