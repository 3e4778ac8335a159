package hooks

// These write files, or to a terminal: in a run of several ranks they are rank 0's. See [trainer.RankZero].

// RankZero implements [trainer.RankZero].
func (*Checkpoint) RankZero() {}

// RankZero implements [trainer.RankZero].
func (*Best) RankZero() {}

// RankZero implements [trainer.RankZero].
func (*Curves) RankZero() {}

// RankZero implements [trainer.RankZero].
func (*Log) RankZero() {}

// RankZero implements [trainer.RankZero].
func (*Progress) RankZero() {}

// RankZero implements [trainer.RankZero].
func (*Report) RankZero() {}

// RankZero implements [trainer.RankZero].
func (*JSONL) RankZero() {}

// RankZero implements [trainer.RankZero].
func (*CSV) RankZero() {}

// RankZero implements [trainer.RankZero].
func (*Samples) RankZero() {}

// RankZero implements [trainer.RankZero].
func (*Summary) RankZero() {}

// RankZero implements [trainer.RankZero].
func (*TensorBoard) RankZero() {}

// RankZero implements [trainer.RankZero].
func (*RunState) RankZero() {}

// RankZero implements [trainer.RankZero].
func (*Profile) RankZero() {}

// RankZero implements [trainer.RankZero].
func (*LearningRates) RankZero() {}

// RankZero implements [trainer.RankZero].
func (*GradientNorms) RankZero() {}

// RankZero implements [trainer.RankZero].
func (*Throughput) RankZero() {}

// RankZero implements [trainer.RankZero].
func (*Memory) RankZero() {}
