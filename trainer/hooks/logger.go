package hooks

// Logger is where monitors write numbers to: a [multitorch/trainer/tensorboard.Writer], or one of a program's own. A step is a
// step of the optimizer, from 1 over the whole run.
type Logger interface {
	Scalar(tag string, step int, value float64) error
}

// due reports whether it is time for something that is done in every so many steps, 1 where that is 0.
func due(step, every int) bool { return every <= 1 || step%every == 0 }
