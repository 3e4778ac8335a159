package hooks

// due reports whether it is time for something that is done in every so many steps, 1 where that is 0.
func due(step, every int) bool { return every <= 1 || step%every == 0 }
