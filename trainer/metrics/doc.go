// Package metrics measures how good predictions are, batch by batch.
//
// Every metric keeps a few numbers, never the predictions themselves, so an evaluation needs no more memory for a large
// data set than for a small one. Add takes a batch; the other methods read the result so far. An Add that returns an
// error has added nothing. The metrics are not safe for use from several goroutines at once.
package metrics
