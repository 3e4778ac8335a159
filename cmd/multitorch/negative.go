package main

import (
	"reflect"
	"strconv"

	"github.com/alecthomas/kong"
)

// negativeNumbers lets a flag of a number be followed by a negative one, "--layers -1": kong takes whatever begins with a hyphen
// for a flag, and there are none here that are called by a number.
func negativeNumbers() kong.Option {
	numbers := kong.NewRegistry().RegisterDefaults()
	types := []reflect.Type{
		reflect.TypeFor[int](), reflect.TypeFor[int64](), reflect.TypeFor[uint](), reflect.TypeFor[uint64](), reflect.TypeFor[float64](),
	}
	return kong.OptionFunc(func(k *kong.Kong) error {
		for _, t := range types {
			if err := kong.KindMapper(t.Kind(), negative{numbers.ForType(t)}).Apply(k); err != nil {
				return err
			}
		}
		return nil
	})
}

// negative reads a number as it is read otherwise, but first says that what looks like one is a value.
type negative struct{ number kong.Mapper }

func (m negative) Decode(ctx *kong.DecodeContext, target reflect.Value) error {
	if word := ctx.Scan.Peek(); word.InferredType() == kong.ShortFlagToken {
		if _, err := strconv.ParseFloat(word.String(), 64); err == nil {
			ctx.Scan.Pop()
			ctx.Scan.PushTyped(word.Value, kong.FlagValueToken)
		}
	}
	return m.number.Decode(ctx, target)
}
