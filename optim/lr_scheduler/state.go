package lr_scheduler

import (
	"errors"
	"fmt"

	"multitorch/torch"
)

// kept is a number, a word or a list that a state has, by PyTorch's name.
type kept struct {
	name string
	at   any // where it is: a *int, *float64, *bool, *string, *[]float64 or *[]int
	// optional says that older files of Python don't have it.
	optional bool
}

// common is what all states have.
func (s *scheduler) common() []kept {
	return []kept{
		{name: "base_lrs", at: &s.baseLRs},
		{name: "last_epoch", at: &s.lastEpoch},
		{name: "_step_count", at: &s.stepCount},
		{name: "_last_lr", at: &s.lastLR, optional: true},
	}
}

// StateDict implements [LRScheduler].
func (s *scheduler) StateDict() *torch.Dict { return save(append(s.rule.kept(), s.common()...)) }

// LoadStateDict implements [LRScheduler].
func (s *scheduler) LoadStateDict(d *torch.Dict) error {
	return s.loadAll(d, append(s.rule.kept(), s.common()...))
}

func (s *scheduler) loadAll(d *torch.Dict, all []kept) error {
	write, err := load(d, all)
	if err != nil {
		return fmt.Errorf("the state does not fit the %s: %w", s.kind, err)
	}
	write()
	return nil
}

func save(all []kept) *torch.Dict {
	d := &torch.Dict{}
	for _, k := range all {
		switch at := k.at.(type) {
		case *int:
			d.Set(k.name, int64(*at))
		case *float64:
			d.Set(k.name, *at)
		case *bool:
			d.Set(k.name, *at)
		case *string:
			d.Set(k.name, *at)
		case *[]float64:
			d.Set(k.name, list(*at, func(v float64) any { return v }))
		case *[]int:
			d.Set(k.name, list(*at, func(v int) any { return int64(v) }))
		case interface{ save() any }:
			d.Set(k.name, at.save())
		}
	}
	return d
}

func list[T any](values []T, plain func(T) any) []any {
	items := make([]any, len(values))
	for i, v := range values {
		items[i] = plain(v)
	}
	return items
}

// load reads a state, and gives a function that writes it.
func load(d *torch.Dict, all []kept) (write func(), err error) {
	if d == nil {
		return nil, errors.New("expected the dict of a scheduler's state_dict(), but got nil")
	}
	var writes []func()
	for _, k := range all {
		v, there := d.Lookup(k.name)
		if !there {
			if !k.optional {
				return nil, fmt.Errorf("there is no %s in it", k.name)
			}
			continue
		}
		w, err := k.read(v)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", k.name, err)
		}
		writes = append(writes, w)
	}
	return func() {
		for _, w := range writes {
			w()
		}
	}, nil
}

func (k kept) read(v any) (write func(), err error) {
	switch at := k.at.(type) {
	case *int:
		return readInto(at, v, asInt)
	case *float64:
		return readInto(at, v, asFloat)
	case *bool:
		return readInto(at, v, func(v any) (b bool, is bool) { b, is = v.(bool); return b, is })
	case *string:
		return readInto(at, v, func(v any) (s string, is bool) { s, is = v.(string); return s, is })
	case *[]float64:
		return readInto(at, v, func(v any) ([]float64, bool) { return asList(v, asFloat) })
	case *[]int:
		return readInto(at, v, func(v any) ([]int, bool) { return asList(v, asInt) })
	case interface{ load(v any) (func(), error) }:
		return at.load(v)
	}
	return nil, errors.New("it can't be read")
}

func readInto[T any](at *T, v any, as func(any) (T, bool)) (write func(), err error) {
	read, is := as(v)
	if !is {
		return nil, fmt.Errorf("expected a %T, but got a %T", *at, v)
	}
	return func() { *at = read }, nil
}

func asInt(v any) (int, bool) {
	switch v := v.(type) {
	case int64:
		return int(v), true
	case int:
		return v, true
	case float64: // an epoch that was given as a float
		return int(v), v == float64(int(v))
	}
	return 0, false
}

func asFloat(v any) (float64, bool) {
	if f, is := v.(float64); is {
		return f, true
	}
	n, is := asInt(v)
	return float64(n), is
}

func asList[T any](v any, one func(any) (T, bool)) ([]T, bool) {
	items, is := v.([]any)
	if tuple, isTuple := v.(torch.Tuple); isTuple {
		items, is = []any(tuple), true
	}
	values := make([]T, len(items))
	for i := range items {
		var isOne bool
		values[i], isOne = one(items[i])
		is = is && isOne
	}
	return values, is
}
