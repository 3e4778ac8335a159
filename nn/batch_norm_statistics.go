package nn

// ResetRunningStats makes the running averages those of the beginning, as reset_running_stats does.
func (m *BatchNorm) ResetRunningStats() {
	if m.RunningMean != nil {
		m.RunningMean.ZeroInplace()
		m.RunningVar.FillInplace(1)
		m.NumBatchesTracked.ZeroInplace()
	}
}

// SetMomentum changes the newest batch's share of the running averages; cumulative makes them plain averages, as momentum =
// None does in Python.
func (m *BatchNorm) SetMomentum(momentum float64, cumulative bool) {
	m.config.Momentum, m.config.CumulativeAverage = momentum, cumulative
}
