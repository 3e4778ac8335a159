package aten

// Arguments are the names of every operator's arguments in the running libtorch.
func Arguments() map[string][]string { return arguments() }
