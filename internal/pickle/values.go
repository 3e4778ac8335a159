package pickle

import (
	"errors"
	"fmt"
	"math"
)

// List is a Python list. It is a pointer's target so that one list met twice in
// a pickle stays one list; so are Tuple and Dict.
type List struct{ Items []any }

// Tuple is a Python tuple.
type Tuple struct{ Items []any }

// Dict is a Python dict, or a collections.OrderedDict: its keys have the order in
// which they were first set. Keys are nil, bool, int64, float64 or string.
type Dict struct {
	Keys   []any
	values []any       // by place
	places map[any]int // of keys, once there are more than a few
}

// few is how many keys are sooner compared than looked up.
const few = 8

// nan stands for the key NaN, which Go's maps would not find again.
type nan struct{}

func lookup(key any) any {
	if f, is := key.(float64); is && math.IsNaN(f) {
		return nan{}
	}
	return key
}

// Get is the value of a key, nil without one.
func (d *Dict) Get(key any) any {
	if at := d.find(lookup(key)); at >= 0 {
		return d.values[at]
	}
	return nil
}

// At is the value of the key in that place of Keys.
func (d *Dict) At(place int) any { return d.values[place] }

func (d *Dict) find(key any) int {
	if d.places != nil {
		if at, known := d.places[key]; known {
			return at
		}
		return -1
	}
	for at, known := range d.Keys {
		if lookup(known) == key {
			return at
		}
	}
	return -1
}

func (d *Dict) set(key, value any) error {
	switch key.(type) {
	case nil, bool, int64, float64, string:
	default:
		return fmt.Errorf("a dict's key is %s; expected a number, a string, a bool or None", Describe(key))
	}
	if at := d.find(lookup(key)); at >= 0 {
		if lookup(key) == (nan{}) {
			return errors.New("a dict has two keys that are NaN, which can't be told apart")
		}
		d.values[at] = value
		return nil
	}
	d.Keys, d.values = append(d.Keys, key), append(d.values, value)
	if d.places == nil && len(d.Keys) <= few {
		return nil
	}
	if d.places == nil {
		d.places = make(map[any]int, 2*few)
		for at, known := range d.Keys {
			d.places[lookup(known)] = at
		}
	}
	d.places[lookup(key)] = len(d.Keys) - 1
	return nil
}

// Describe names the type of a value, in Python's words, for an error message.
func Describe(v any) string {
	switch v.(type) {
	case nil:
		return "None"
	case bool:
		return "a bool"
	case float64:
		return "a float"
	case string:
		return "a string"
	case []byte:
		return "bytes"
	case *Tuple:
		return "a tuple"
	case *List:
		return "a list"
	case *Dict:
		return "a dict"
	case Func:
		return "a function"
	}
	if s := fmt.Sprintf("%T", v); s != "int64" && s != "*big.Int" {
		return "an object (" + s + ")"
	}
	return "an int"
}

// maxDepth is how deeply lists, tuples and dicts may be nested.
const maxDepth = 200

var errDeep = fmt.Errorf("lists, tuples and dicts are nested more than %d deep", maxDepth)

// height checks that what v contains is neither itself nor too deep, and returns
// how deep it is. What was met before is not walked again: a few shared lists can
// stand for more values than there are atoms.
func height(v any, depth int, known map[any]int) (int, error) {
	var items []any
	switch v := v.(type) {
	case *List:
		items = v.Items
	case *Tuple:
		items = v.Items
	case *Dict:
		items = v.values
	default:
		return 0, nil
	}
	const open = -1
	if depth >= maxDepth {
		return 0, errDeep
	}
	h, met := known[v]
	if met && h == open {
		return 0, fmt.Errorf("%s contains itself, which data never does", Describe(v))
	}
	if !met {
		known[v] = open
		for _, item := range items {
			below, err := height(item, depth+1, known)
			if err != nil {
				return 0, err
			}
			h = max(h, below)
		}
		h++
		known[v] = h
	}
	if depth+h > maxDepth {
		return 0, errDeep
	}
	return h, nil
}
