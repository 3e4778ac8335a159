// Package metrics measures how good predictions are, batch by batch.
//
// A [Metric] keeps a few numbers, never the predictions themselves, so an evaluation needs no more memory for a large
// data set than for a small one. The numbers stay on the device of the batches until Compute asks for them. Metrics are
// not safe for use from several goroutines at once.
//
// A metric of one's own is a type with the four methods of [Metric]; one file here is one metric.
package metrics
