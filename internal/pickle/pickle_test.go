package pickle_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"math/big"
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/internal/pickle"
)

// machine allows a constant, and a function that counts its arguments.
var machine = &pickle.Machine{
	Globals: map[string]any{
		"mod.constant": "constant", "mod.sub.count": pickle.Func(func(args []any) (any, error) { return int64(len(args)), nil }),
		"mod.fail": pickle.Func(func([]any) (any, error) { return nil, errors.New("no thanks") }),
		"mod.dict": pickle.Func(func([]any) (any, error) { return &pickle.Dict{}, nil }),
	},
	Persistent: func(id any) (any, error) { return []byte("at " + id.(string)), nil },
}

func load(data string) (any, error) {
	return machine.Load(pickle.NewReader(strings.NewReader(data), int64(len(data))))
}

// plain is a value without the types that keep identity.
func plain(v any) any {
	items := func(from []any) []any {
		to := []any{}
		for _, item := range from {
			to = append(to, plain(item))
		}
		return to
	}
	switch v := v.(type) {
	case *pickle.List:
		return items(v.Items)
	case *pickle.Tuple:
		return append([]any{"tuple"}, items(v.Items)...)
	case *pickle.Dict:
		pairs := []any{"dict"}
		for _, key := range v.Keys {
			pairs = append(pairs, key, plain(v.Get(key)))
		}
		return pairs
	}
	return v
}

// What Python's own writer makes of a value, in every protocol that is known.
func TestLoadWhatPythonWrites(t *testing.T) {
	for _, protocol := range []string{"2", "3", "4", "5"} {
		out, err := exec.Command("/usr/bin/python3", "-c", `
import pickle, sys
shared = [1, 2]
v = [None, True, False, 0, 255, 256, 65535, 65536, -1, 2**31 - 1, -2**31, 2**31, -2**63, 2**63 - 1, 2**63, -2**63 - 1, 2**70, -2**2000,
     0.1, -0.0, float("inf"), "", "h\u00e9llo", "x" * 300, (), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], [1], {}, {"a": 1},
     {1: 2, None: 3, 2.5: 4, True: []}, shared, shared, list(range(2000)), {str(i): i for i in range(2000)}]
if int(sys.argv[1]) > 2:
    v += [b"", b"\x00\xff", b"y" * 300]
if int(sys.argv[1]) > 4:
    v += [bytearray(b"array")]
print(pickle.dumps(v, int(sys.argv[1])).hex())`, protocol).Output()
		require.NoError(t, err)
		data, err := hex.DecodeString(strings.TrimSpace(string(out)))
		require.NoError(t, err)
		v, err := load(string(data))
		require.NoError(t, err)
		items := v.(*pickle.List).Items
		power := func(n uint) *big.Int { return new(big.Int).Lsh(big.NewInt(1), n) }
		want := []any{
			nil, true, false, int64(0), int64(255), int64(256), int64(65535), int64(65536), int64(-1), int64(math.MaxInt32), int64(math.MinInt32),
			int64(1 << 31), int64(math.MinInt64), int64(math.MaxInt64), power(63), new(big.Int).Sub(new(big.Int).Neg(power(63)), big.NewInt(1)),
			power(70), new(big.Int).Neg(power(2000)), 0.1, math.Copysign(0, -1), math.Inf(1), "", "héllo", strings.Repeat("x", 300),
			[]any{"tuple"},
			[]any{"tuple", int64(1)},
			[]any{"tuple", int64(1), int64(2)},
			[]any{"tuple", int64(1), int64(2), int64(3)},
			[]any{"tuple", int64(1), int64(2), int64(3), int64(4)},
			[]any{},
			[]any{int64(1)},
			[]any{"dict"},
			[]any{"dict", "a", int64(1)},
			[]any{"dict", int64(1), []any{}, nil, int64(3), 2.5, int64(4)},
		}
		for i, w := range want {
			if i == 33 { // in Python 1 and True are the same key
				continue
			}
			require.Equal(t, w, plain(items[i]), "protocol %s, value %d", protocol, i)
		}
		require.Same(t, items[34], items[35])
		require.Len(t, items[36].(*pickle.List).Items, 2000)
		require.Equal(t, int64(1999), items[37].(*pickle.Dict).Get("1999"))
		if protocol > "2" {
			require.Equal(t, []any{[]byte{}, []byte{0, 255}, bytes.Repeat([]byte("y"), 300)}, items[38:41])
		}
	}
}

func TestGlobals(t *testing.T) {
	for data, want := range map[string]any{
		"cmod\nconstant\n.":                "constant",
		"cmod.sub\ncount\n(K\x01K\x02tR.":  int64(2),
		"cmod.sub\ncount\n)\x81.":          int64(0),
		"\x8c\x03mod\x8c\x08constant\x93.": "constant",
		"U\x01xQ.":                         []byte("at x"),
		"cmod\ndict\n)R}b.":                []any{"dict"},
		"(K\x01K\x020tN1K\x05.":            nil, // an error: the mark of 1 is gone
		"(0K\x05.":                         int64(5),
		"K\x05(K\x061.":                    int64(5),
		"K\x052\x86.":                      []any{"tuple", int64(5), int64(5)},
	} {
		v, err := load(data)
		if want == nil {
			require.Error(t, err, data)
			continue
		}
		require.NoError(t, err, data)
		require.Equal(t, want, plain(v), data)
	}
}

func TestLoadBrokenPickles(t *testing.T) {
	long := strings.Repeat("m", 1001)
	for name, c := range map[string]struct{ data, message string }{
		"nothing":               {"", "ends in the middle"},
		"no stop":               {"N", "ends in the middle"},
		"an empty stack":        {".", "empty stack"},
		"values too many":       {"NN.", "1 values too many"},
		"os.system":             {"cos\nsystem\n(U\x02lstR.", `"os.system", which is not on the list`},
		"os.system, protocol 4": {"\x8c\x02os\x8c\x06system\x93.", `"os.system", which is not on the list`},
		"eval":                  {"c__builtin__\neval\n.", `"__builtin__.eval"`},
		"a dotted way out":      {"cmod\nsub.count.__globals__\n.", `"mod.sub.count.__globals__"`},
		"a global's name":       {"K\x01K\x02\x93.", "no string"},
		"a long name":           {"c" + long, "longer than 1000"},
		"a name cut":            {"cmod", "ends in the middle"},
		"calling a constant":    {"cmod\nconstant\n)R.", "it calls a string"},
		"calling with a list":   {"cmod.sub\ncount\n]R.", "with a list"},
		"a failing call":        {"cmod\nfail\n)R.", "no thanks"},
		"a protocol":            {"\x80\x06N.", "protocol 6"},
		"protocol 0":            {"I1\n.", "opcode 0x49"},
		"inst":                  {"(ios\nsystem\n.", "opcode 0x69"},
		"extension":             {"\x82\x01.", "opcode 0x82"},
		"a set":                 {"\x8f.", "opcode 0x8f"},
		"a buffer":              {"\x97.", "opcode 0x97"},
		"an empty memo":         {"h\x07.", "value 7 from its memo"},
		"memoize nothing":       {"q\x00.", "empty stack"},
		"tuple without mark":    {"t.", "mark that is not there"},
		"tuple below a mark":    {"K\x01(\x85.", "empty stack"},
		"a string of 4 GiB":     {"X\xff\xff\xff\xff.", "4294967295 bytes is announced where 1 are left"},
		"a string of 2^64":      {"\x8d\xff\xff\xff\xff\xff\xff\xff\xff.", "18446744073709551615 bytes"},
		"bytes of 2^63":         {"\x8e\x00\x00\x00\x00\x00\x00\x00\x80.", "9223372036854775808 bytes"},
		"a negative long":       {"\x8b\xff\xff\xff\xff.", "4294967295 bytes"},
		"a frame too long":      {"\x95\xff\x00\x00\x00\x00\x00\x00\x00N.", "ends in the middle"},
		"a list as a key":       {"}]Ns.", "a dict's key is a list"},
		"a key without value":   {"}(Nu.", "1 keys and values"},
		"items of a list":       {"](NNu.", "of a list"},
		"append to a dict":      {"}Na.", "appends to a dict"},
		"append to nothing":     {"Na.", "empty stack"},
		"build an int":          {"K\x01}b.", "attributes of an int"},
		"a list in itself":      {"]q\x00h\x00a.", "a list contains itself"},
		"a dict in itself":      {"}q\x00Nh\x00s.", "a dict contains itself"},
		"a tuple in itself":     {"]q\x00(h\x00tq\x01ah\x00.", "values too many"},
		"a loop of three":       {"]q\x00}q\x01Nh\x00\x85sah\x010.", "contains itself|values too many"},
		"a loop by a tuple":     {"]q\x00h\x00\x85a.", "contains itself"},
		"nested deeply":         {strings.Repeat("]", 300) + strings.Repeat("a", 299) + ".", "nested more than 200"},
		"nested very deeply":    {strings.Repeat("]", 1<<20) + strings.Repeat("a", 1<<20-1) + ".", "nested more than 200"},
		"deep tuples":           {"N" + strings.Repeat("\x85", 1<<20) + ".", "nested more than 200"},
		"a deep shared value": {
			strings.Repeat("]", 150) + strings.Repeat("a", 149) + "q\x00" + strings.Repeat("\x85", 100) + ".",
			"nested more than 200",
		},
		"steps without end": {strings.Repeat("N0", 1<<23+1), "more than 16777216 steps"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := load(c.data)
			require.Error(t, err)
			found := false
			for message := range strings.SplitSeq(c.message, "|") {
				found = found || strings.Contains(err.Error(), message)
			}
			require.True(t, found, "%v", err)
		})
	}
	refused := (*pickle.RefusedError)(nil)
	_, err := load("cos\nsystem\n.")
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "os.system", refused.Name)
	_, err = (&pickle.Machine{}).Load(pickle.NewReader(strings.NewReader("NQ."), 3))
	require.ErrorContains(t, err, "persistent id")
}

// A value that is shared at 60 levels stands for 2^60 values. It is neither
// walked as often, nor refused.
func TestLoadSharedValues(t *testing.T) {
	data := "]"
	for range 60 {
		data += "\x85q\x00h\x00\x86q\x00" // (x,) and then ((x,), (x,))
	}
	v, err := load(data + ".")
	require.NoError(t, err)
	require.Same(t, v.(*pickle.Tuple).Items[0], v.(*pickle.Tuple).Items[1])
}

// No opcode takes much more memory than its own length.
func TestLoadTakesMemoryInProportion(t *testing.T) {
	const n = 1 << 18
	for name, data := range map[string]string{
		"lists":   strings.Repeat("]", n),
		"dicts":   strings.Repeat("}K\x01Ns", n/5),
		"tuples":  "N" + strings.Repeat("\x85", n),
		"marks":   strings.Repeat("(", n),
		"memo":    "N" + strings.Repeat("\x94", n),
		"lengths": strings.Repeat("X\xff\xff\xff\x7f", n/5),
		"dup":     "]" + strings.Repeat("2", n),
		"longs":   strings.Repeat("\x8a\x01\x01", n/3),
		"calls":   strings.Repeat("cmod\ndict\n)R", n/12),
		"memory":  "\x8b\xff\xff\xff\x7f" + strings.Repeat("x", n),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := load(data)
		runtime.ReadMemStats(&after)
		require.Error(t, err)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(300*n), name)
	}
}

// Several pickles and other bytes may follow each other.
func TestReaderStaysBehindThePickle(t *testing.T) {
	data := "K\x01.K\x02.rest"
	r := pickle.NewReader(strings.NewReader(data+"beyond"), int64(len(data)))
	for _, want := range []int64{1, 2} {
		v, err := machine.Load(r)
		require.NoError(t, err)
		require.Equal(t, want, v)
	}
	require.Equal(t, int64(4), r.Left())
	var rest bytes.Buffer
	_, err := rest.ReadFrom(r)
	require.NoError(t, err)
	require.Equal(t, "rest", rest.String())
	require.Zero(t, r.Left())
}

// What the writer writes the machine reads.
func TestWriter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ints := rapid.SliceOf(rapid.Int64()).Draw(t, "ints")
		texts := rapid.SliceOf(rapid.String()).Draw(t, "texts")
		digits := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "digits")
		number := new(big.Int).SetBytes(digits)
		if rapid.Bool().Draw(t, "negative") {
			number.Neg(number)
		}
		w := pickle.NewWriter()
		w.EmptyDict()
		w.Mark()
		var want []any
		for _, n := range ints {
			w.Int(n)
			want = append(want, n)
		}
		w.Tuple()
		w.EmptyList()
		w.Mark()
		for _, s := range texts {
			w.String(s)
		}
		require.True(t, w.BigInt(number))
		w.None()
		w.Bool(true)
		w.Bool(false)
		w.Float(0.1)
		w.Appends()
		w.Global("mod.sub", "count")
		w.EmptyTuple()
		w.Reduce()
		w.String("id")
		w.PersistentID()
		w.Mark()
		w.Tuple()
		// The dict, the tuple, the list, 0, the bytes and () are now on the stack.
		data := w.Finish()
		_, err := load(string(data))
		require.ErrorContains(t, err, "5 values too many")

		v, err := load("(" + string(data[2:len(data)-1]) + "t.")
		require.NoError(t, err)
		all := v.(*pickle.Tuple).Items
		require.ElementsMatch(t, want, all[1].(*pickle.Tuple).Items)
		list := all[2].(*pickle.List).Items
		for i, s := range texts {
			require.Equal(t, s, list[i])
		}
		got, ok := list[len(texts)].(*big.Int)
		if !ok {
			got = big.NewInt(list[len(texts)].(int64))
		}
		require.Zero(t, number.Cmp(got), "%v %v", number, got)
		require.Equal(t, []any{nil, true, false, 0.1}, list[len(texts)+1:])
		require.Equal(t, int64(0), all[3])
		require.Equal(t, []byte("at id"), all[4])
	})
	require.False(t, pickle.NewWriter().BigInt(new(big.Int).Lsh(big.NewInt(1), 8*254)))
}

func FuzzLoad(f *testing.F) {
	for _, data := range []string{
		"\x80\x02]q\x00(K\x01M\x00\x01J\xff\xff\xff\xff\x8a\x02\x00\x80G?\xf0\x00\x00\x00\x00\x00\x00X\x01\x00\x00\x00a\x85e.",
		"\x80\x04\x95\x0a\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x01a\x94NK\x01\x88u.",
		"cmod.sub\ncount\n(NNtRq\x01h\x01\x86.", "U\x01xQ.", "cmod\ndict\n)R}b.", "]q\x00h\x00a.", "cos\nsystem\n(U\x02lstR.",
		"X\xff\xff\xff\xff", "\x8d\xff\xff\xff\xff\xff\xff\xff\xff", strings.Repeat("]", 500) + strings.Repeat("a", 499) + ".",
	} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m := *machine
		m.Persistent = func(id any) (any, error) { return []byte("x"), nil }
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		v, err := m.Load(pickle.NewReader(bytes.NewReader(data), int64(len(data))))
		runtime.ReadMemStats(&after)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20+500*len(data)))
		if err == nil {
			walk(t, v, 0, new(1000000))
		}
	})
}

// walk visits a value, or as much of it as the budget allows; it would not end
// in a cycle.
func walk(t *testing.T, v any, depth int, budget *int) {
	require.LessOrEqual(t, depth, 200)
	if *budget--; *budget < 0 {
		return
	}
	switch v := v.(type) {
	case *pickle.List:
		for _, item := range v.Items {
			walk(t, item, depth+1, budget)
		}
	case *pickle.Tuple:
		for _, item := range v.Items {
			walk(t, item, depth+1, budget)
		}
	case *pickle.Dict:
		for _, key := range v.Keys {
			walk(t, v.Get(key), depth+1, budget)
		}
	}
}

// What a file holds doesn't flood the message about it.
func TestRefusedNamesAreShortened(t *testing.T) {
	err := &pickle.RefusedError{Name: "os." + strings.Repeat("\x1b", 5000)}
	require.Less(t, len(err.Error()), 1200)
	require.NotContains(t, err.Error(), "\x1b")
	require.Contains(t, err.Error(), `"os.\x1b`)
}
