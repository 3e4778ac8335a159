package main

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"
)

// repeated is an error where a command line says the same thing twice, of which only the last would count: a flag of one
// value, a name of one that takes pairs, or a flag that --set also gives.
func repeated(k *kong.Context, c *config) error {
	given := map[string]bool{}
	for _, p := range k.Path {
		if p.Flag == nil || p.Resolved {
			continue
		}
		name := p.Flag.Name
		if given[name] && !p.Flag.IsCumulative() {
			return fmt.Errorf("--%s is given twice: expected it once", name)
		}
		if c != nil && c.set(name) {
			return fmt.Errorf("--%s is given, and %s too: expected one of them", name, c.Place(name))
		}
		given[name] = true
	}
	for _, flag := range k.Flags() {
		if flag.Target.Kind() != reflect.Map || !given[flag.Name] {
			continue
		}
		names := map[string]bool{}
		for _, pair := range flagValues(k.Args, "--"+flag.Name) {
			name, _, _ := strings.Cut(pair, "=")
			if names[name] {
				return fmt.Errorf("--%s %s is given twice: expected it once", flag.Name, name)
			}
			names[name] = true
		}
	}
	return nil
}

// set reports whether --set gives a flag, or a part of it.
func (c *config) set(name string) bool { return strings.HasPrefix(c.Place(name), "--set ") }

// distinct is an error where a flag's list has a value twice.
func distinct[T comparable](flag string, values []T) error {
	seen := map[T]bool{}
	for _, v := range values {
		if seen[v] {
			return fmt.Errorf("--%s: %.40q is given twice: expected different values", flag, fmt.Sprint(v))
		}
		seen[v] = true
	}
	return nil
}
