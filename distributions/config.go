package distributions

import (
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"

	"multitorch/torch"
)

// Option is an option of the constructors: [ValidateArgs], and of [NewContinuousBernoulli] [Lims].
type Option interface{ write(*config) }

type config struct {
	validate  bool // values
	unchecked bool // parameters are not, whatever validate says
	lims      [2]float64
}

// ValidateArgs says whether a distribution's parameters, and the values it is asked about, are checked.
type ValidateArgs bool

func (v ValidateArgs) write(c *config) { c.validate = bool(v) }

// kept is the ValidateArgs of a distribution made of another one.
type kept bool

func (k kept) write(c *config) { c.validate, c.unchecked = bool(k), true }

var validateByDefault atomic.Bool

func init() { validateByDefault.Store(true) }

// SetDefaultValidateArgs says what holds for distributions that are made without [ValidateArgs]: on, to begin with.
func SetDefaultValidateArgs(on bool) { validateByDefault.Store(on) }

func configure(name string, opts []Option) config {
	c := config{validate: validateByDefault.Load(), lims: [2]float64{0.499, 0.501}}
	for i, o := range opts {
		if o == nil {
			panic(wrongType(name, "option %d is nil", i))
		}
		if _, ok := o.(Lims); ok && name != "ContinuousBernoulli" {
			panic(wrongType(name, "no keyword argument lims; it takes validate_args"))
		}
		o.write(&c)
	}
	return c
}

func invalid(op, format string, args ...any) *torch.Error {
	return &torch.Error{Op: op, Kind: torch.ValueError, Message: fmt.Sprintf(format, args...)}
}

func wrongType(op, format string, args ...any) *torch.Error {
	e := invalid(op, format, args...)
	e.Kind = torch.TypeError
	return e
}

func notImplemented(op, format string, args ...any) *torch.Error {
	e := invalid(op, format, args...)
	e.Kind = torch.NotImplemented
	return e
}

// pyShape is a shape as a tuple in Python: "(2,)".
func pyShape(s torch.Shape) string {
	if len(s) == 1 {
		return "(" + strconv.Itoa(s[0]) + ",)"
	}
	list := pyList(s)
	return "(" + list[1:len(list)-1] + ")"
}

// pyList is a shape as a list in Python: "[2, 3]".
func pyList(s torch.Shape) string { return strings.ReplaceAll(fmt.Sprint(s), " ", ", ") }
