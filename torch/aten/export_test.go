package aten

// Arguments are the names of every operator's arguments in the running libtorch.
func Arguments() map[string][]string {
	m := map[string][]string{}
	for name, o := range registered().byName {
		m[name] = o.names()
	}
	return m
}
