package pickle

import (
	"errors"
	"fmt"
)

// Machine runs pickles. The zero value knows no global and no persistent id.
type Machine struct {
	// Globals is the list of what a pickle may name, by "module.name": a [Func]
	// that it may call, or a value.
	Globals map[string]any
	// Persistent gives the value of a persistent id; nil allows none.
	Persistent func(id any) (any, error)
	// Budget bounds the work; nil stands for one that suits the input's length.
	Budget *Budget
}

// Func is what a pickle may call. Its arguments, and the items of those that are
// tuples, lists or dicts, are paid for; what it looks at or copies beyond them it
// pays out of the budget itself. It must not walk deeply into its arguments, which
// may contain themselves at this time.
type Func func(args []any) (any, error)

// RefusedError says that a pickle names a global which is not on the list.
type RefusedError struct{ Name string }

func (e *RefusedError) Error() string {
	return fmt.Sprintf("the pickle asks for %.200q, which is not on the list of what it may name; nothing of it was run", e.Name)
}

// maxSteps ends pickles whose values would fill the memory although each takes
// but a byte: PyTorch takes about 25 steps for a tensor.
const maxSteps = 1 << 24

// Load runs the pickle that r stands at, and leaves r behind its end.
func (m *Machine) Load(r *Reader) (any, error) {
	run := run{m: m, r: r, memo: map[uint64]any{}, budget: m.Budget}
	if run.budget == nil {
		run.budget = NewBudget(r.Left())
	}
	for range maxSteps {
		op, err := r.byte()
		if err != nil {
			return nil, err
		}
		if err := run.budget.Spend(stepCost); err != nil {
			return nil, fmt.Errorf("broken pickle: %w", err)
		}
		if op == opStop {
			v, err := run.pop()
			if err == nil && len(run.stack) > 0 {
				err = fmt.Errorf("it ends with %d values too many", len(run.stack))
			}
			if err == nil {
				_, err = height(v, 0, map[any]int{})
			}
			if err != nil {
				return nil, fmt.Errorf("broken pickle: %w", err)
			}
			return v, nil
		}
		if err := run.step(op); err != nil {
			return nil, fmt.Errorf("broken pickle: %w", err)
		}
	}
	return nil, fmt.Errorf("the pickle has more than %d steps", maxSteps)
}

// run is the state of one pickle.
type run struct {
	m     *Machine
	r     *Reader
	stack []any
	marks []int // lengths of the stack
	memo  map[uint64]any

	budget *Budget
}

var errUnderflow = errors.New("it takes a value from an empty stack")

func (r *run) push(v any) { r.stack = append(r.stack, v) }

// pop takes the last value, but none from below a mark.
func (r *run) pop() (any, error) {
	floor := 0
	if len(r.marks) > 0 {
		floor = r.marks[len(r.marks)-1]
	}
	if len(r.stack) <= floor {
		return nil, errUnderflow
	}
	v := r.stack[len(r.stack)-1]
	r.stack[len(r.stack)-1] = nil
	r.stack = r.stack[:len(r.stack)-1]
	return v, nil
}

func (r *run) top() (any, error) {
	v, err := r.pop()
	if err == nil {
		r.push(v)
	}
	return v, err
}

// popN takes the last n values, in the order in which they were pushed.
func (r *run) popN(n int) ([]any, error) {
	if err := r.budget.Spend(itemCost * n); err != nil {
		return nil, err
	}
	items := make([]any, n)
	for i := n - 1; i >= 0; i-- {
		var err error
		if items[i], err = r.pop(); err != nil {
			return nil, err
		}
	}
	return items, nil
}

// popMark takes all values since the last mark.
func (r *run) popMark() ([]any, error) {
	if len(r.marks) == 0 {
		return nil, errors.New("it takes values since a mark that is not there")
	}
	return r.popN(len(r.stack) - r.mark())
}

// mark drops the last mark, and returns where it was.
func (r *run) mark() int {
	at := r.marks[len(r.marks)-1]
	r.marks = r.marks[:len(r.marks)-1]
	return at
}

func (r *run) global(module, name string) error {
	if len(module) > maxLine || len(name) > maxLine {
		return fmt.Errorf("a name is longer than %d bytes", maxLine)
	}
	v, listed := r.m.Globals[module+"."+name]
	if !listed {
		return &RefusedError{module + "." + name}
	}
	r.push(v)
	return nil
}

// call replaces a function and its tuple of arguments by the result.
func (r *run) call() error {
	both, err := r.popN(2)
	if err != nil {
		return err
	}
	f, callable := both[0].(Func)
	args, tuple := both[1].(*Tuple)
	if !callable || !tuple {
		return fmt.Errorf("it calls %s with %s; expected a function and a tuple", Describe(both[0]), Describe(both[1]))
	}
	if err := r.budget.SpendOn(args); err != nil {
		return err
	}
	for _, arg := range args.Items {
		if err := r.budget.SpendOn(arg); err != nil {
			return err
		}
	}
	v, err := f(args.Items)
	if err == nil {
		r.push(v)
	}
	return err
}

func (r *run) persistent() error {
	id, err := r.pop()
	if err != nil {
		return err
	}
	if r.m.Persistent == nil {
		return errors.New("it has a persistent id, which is not expected here")
	}
	if tuple, is := id.(*Tuple); is {
		for _, item := range tuple.Items {
			if err := r.budget.SpendOn(item); err != nil {
				return err
			}
		}
	}
	v, err := r.m.Persistent(id)
	if err == nil {
		r.push(v)
	}
	return err
}

// build would set an object's attributes. Those of an OrderedDict (a state dict
// has "_metadata", the versions of its modules) are of no use here.
func (r *run) build() error {
	if _, err := r.pop(); err != nil {
		return err
	}
	v, err := r.top()
	if _, dict := v.(*Dict); err == nil && !dict {
		err = fmt.Errorf("it sets attributes of %s; expected an OrderedDict", Describe(v))
	}
	return err
}

func (r *run) extend(items []any) error {
	v, err := r.top()
	if err != nil {
		return err
	}
	list, ok := v.(*List)
	if !ok {
		return fmt.Errorf("it appends to %s; expected a list", Describe(v))
	}
	list.Items = append(list.Items, items...)
	return nil
}

func (r *run) setItems(items []any) error {
	v, err := r.top()
	if err != nil {
		return err
	}
	dict, ok := v.(*Dict)
	if !ok || len(items)%2 != 0 {
		return fmt.Errorf("it sets %d keys and values of %s; expected pairs, and a dict", len(items), Describe(v))
	}
	for i := 0; i < len(items); i += 2 {
		if err := errors.Join(r.budget.Spend(entryCost), r.budget.SpendOn(items[i])); err != nil {
			return err
		}
		if err := dict.set(items[i], items[i+1]); err != nil {
			return err
		}
	}
	return nil
}
