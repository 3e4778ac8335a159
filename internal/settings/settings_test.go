package settings_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/internal/settings"
)

type (
	text  = string
	kinds = map[string]string
)

func TestValues(t *testing.T) {
	s, err := settings.Parse("run.yaml", []byte(`# a comment
epochs: 3
lr: 1e-3
decay: 0
big: 1_000
strict: true
data: pairs.csv
year: "2019"
kind: {picture: image, "a;b": text}
seeds: [0, 1, 2]
same: &x 7
again: *x
wait: 1m30s
`))
	require.NoError(t, err)
	require.Equal(t, []string{"epochs", "lr", "decay", "big", "strict", "data", "year", "kind", "seeds", "same", "again", "wait"}, s.Names())
	for name, want := range map[string]any{
		"epochs": "3", "lr": "0.001", "decay": "0", "big": "1000", "strict": "true", "data": "pairs.csv", "year": "2019",
		"kind": map[string]any{"picture": "image", "a;b": "text"}, "seeds": []any{"0", "1", "2"}, "same": "7", "again": "7", "wait": "1m30s",
	} {
		likes := map[string]reflect.Type{
			"epochs": reflect.TypeFor[*int](), "lr": reflect.TypeFor[float64](), "decay": reflect.TypeFor[float64](),
			"big": reflect.TypeFor[int64](), "strict": reflect.TypeFor[bool](), "data": reflect.TypeFor[text](),
			"year": reflect.TypeFor[text](), "kind": reflect.TypeFor[kinds](), "seeds": reflect.TypeFor[[]int](),
			"same": reflect.TypeFor[int](), "again": reflect.TypeFor[int](), "wait": reflect.TypeFor[time.Duration](),
		}
		got, err := s.Value(name, likes[name])
		require.NoError(t, err)
		require.Equal(t, want, got, name)
	}
	require.Equal(t, "run.yaml, line 3", s.Place("lr"))
	require.True(t, s.Has("lr"))
	require.False(t, s.Has("nothing"))
}

func TestWrongTypes(t *testing.T) {
	for line, c := range map[string]struct {
		like reflect.Type
		want string
	}{
		"x: many":                 {reflect.TypeFor[int](), `run.yaml, line 2: x: expected a whole number, but got the text "many"`},
		"x: 1.5":                  {reflect.TypeFor[int](), "expected a whole number, but got the number 1.5"},
		`x: "3"`:                  {reflect.TypeFor[int](), `expected a whole number, but got the text "3"`},
		"x: 99999999999999999999": {reflect.TypeFor[int](), "expected a whole number, but got the number 9999"},
		"x: yes please":           {reflect.TypeFor[bool](), "expected true or false"},
		"x: 1":                    {reflect.TypeFor[bool](), "expected true or false, but got the number 1"},
		"x: 3s ago":               {reflect.TypeFor[time.Duration](), `expected a time, such as 90s or 1m30s, but got the text "3s ago"`},
		"x: 60":                   {reflect.TypeFor[time.Duration](), "expected a time, such as 90s or 1m30s, but got the number 60"},
		"x: 2019":                 {reflect.TypeFor[text](), "expected text (in quotes where it looks like something else), but got the number 2019"},
		"x: true":                 {reflect.TypeFor[text](), "expected text (in quotes where it looks like something else), but got true"},
		"x:":                      {reflect.TypeFor[text](), "but got nothing: leave the line out for the default"},
		"x: [1]":                  {reflect.TypeFor[float64](), "expected a number, but got a list"},
		"x: {a: 1}":               {reflect.TypeFor[float64](), "expected a number, but got a mapping"},
		"x: !!binary aGk=":        {reflect.TypeFor[text](), "!!binary"},
		"x: 2001-01-01":           {reflect.TypeFor[text](), "!!timestamp"},
		"x: [1, a]":               {reflect.TypeFor[[]int](), `expected a whole number, but got the text "a"`},
		"x: 3":                    {reflect.TypeFor[kinds](), "expected a mapping {name: value}, but got the number 3"},
		"x: {a: [b]}":             {reflect.TypeFor[kinds](), "expected text (in quotes where it looks like something else), but got a list"},
		"x: {a: b, a: c}":         {reflect.TypeFor[kinds](), `"a" stands there a second time`},
		"x: &x {a: *x}":           {reflect.TypeFor[kinds](), "but got a mapping"},
		"x: &x [*x]":              {reflect.TypeFor[[]int](), "expected a whole number, but got a list"},
	} {
		s, err := settings.Parse("run.yaml", []byte("first: 1\n"+line+"\n"))
		require.NoError(t, err, line)
		_, err = s.Value("x", c.like)
		require.ErrorContains(t, err, c.want, line)
		require.ErrorContains(t, err, "run.yaml, line 2: x", line)
	}
}

func TestBadFiles(t *testing.T) {
	for content, want := range map[string]string{
		"":                                 "there is nothing in it",
		"# only a comment\n":               "there is nothing in it",
		"a: 1\nb: 2\na: 3\n":               `run.yaml, line 3: "a" stands there a second time, after line 1`,
		"- a\n- b\n":                       "line 1: expected lines as \"epochs: 3\", but got a list",
		"just words":                       `but got the text "just words"`,
		"a: 1\n---\nb: 2\n":                "a second document",
		"a: [1, 2":                         "line 1",
		"a: b: c":                          "mapping values are not allowed",
		"a: 1\n\tb: 2\n":                   "line 2",
		"{a: 1, [b]: 2}":                   "expected a name before the colon, but got a list",
		"x: &x {a: 1}\n<<: *x\n":           "expected a name before the colon",
		"a: *nowhere":                      "unknown anchor",
		"a: \x00":                          "control characters",
		strings.Repeat("a", 1<<18+1):       "expected at most 262144",
		"a: " + strings.Repeat("[", 1<<17): "exceeded max depth",
	} {
		_, err := settings.Parse("run.yaml", []byte(content))
		require.ErrorContains(t, err, want, "%.40q", content)
		require.ErrorContains(t, err, "run.yaml", "%.40q", content)
		require.Less(t, len(err.Error()), 400)
	}
	dir := t.TempDir()
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600))
	for name, want := range map[string]string{"none": "no such file", "pipe": "a pipe", ".": "a folder"} {
		_, err := settings.Read(filepath.Join(dir, name))
		require.ErrorContains(t, err, want)
	}
	large := filepath.Join(dir, "large")
	require.NoError(t, os.WriteFile(large, nil, 0o600))
	require.NoError(t, os.Truncate(large, 1<<40))
	_, err := settings.Read(large)
	require.ErrorContains(t, err, "expected a YAML file of at most")
}

// Aliases that stand for billions of values cost nothing: nobody asks for what they stand for.
func TestBombs(t *testing.T) {
	bomb := "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
	for name := 'b'; name < 'z'; name++ {
		before := string(name - 1)
		bomb += string(name) + ": &" + string(name) + " [" + strings.Repeat("*"+before+", ", 9) + "*" + before + "]\n"
	}
	s, err := settings.Parse("bomb.yaml", []byte(bomb))
	require.NoError(t, err)
	_, err = s.Value("y", reflect.TypeFor[[]string]())
	require.ErrorContains(t, err, "but got a list")
}

func TestSet(t *testing.T) {
	s, err := settings.Parse("run.yaml", []byte("lr: 0.1\nkind: {a: text, b: image}\n"))
	require.NoError(t, err)
	for _, a := range []string{"lr=0.5", "target=2019", "kind.b=audio", "kind.c=number", "seeds=[1, 2]", "text=*", "empty="} {
		require.NoError(t, s.Set(a))
	}
	for name, c := range map[string]struct {
		like reflect.Type
		want any
	}{
		"lr": {reflect.TypeFor[float64](), "0.5"}, "target": {reflect.TypeFor[text](), "2019"},
		"kind":  {reflect.TypeFor[kinds](), map[string]any{"a": "text", "b": "audio", "c": "number"}},
		"seeds": {reflect.TypeFor[[]int](), []any{"1", "2"}}, "text": {reflect.TypeFor[text](), "*"},
		"empty": {reflect.TypeFor[text](), ""},
	} {
		got, err := s.Value(name, c.like)
		require.NoError(t, err)
		require.Equal(t, c.want, got, name)
	}
	_, err = s.Value("target", reflect.TypeFor[bool]())
	require.ErrorContains(t, err, "--set target: expected true or false, but got the number 2019")
	for _, bad := range []string{"lr", "=3", ""} {
		require.ErrorContains(t, s.Set(bad), "expected NAME=VALUE")
	}
	for again, before := range map[string]string{"lr=1": "lr", "lr.a=1": "lr", "kind.b=text": "kind.b", "kind={a: text}": "kind.b"} {
		require.ErrorContains(t, s.Set(again), "it is given a second time, after --set "+before)
	}
}

func TestTexts(t *testing.T) {
	_, err := settings.Parse("run.yaml", []byte("a: 1e-3\nb: [x, {y: z}, *q]\n"))
	require.ErrorContains(t, err, "unknown anchor")
	s, err := settings.Parse("run.yaml", []byte("a: &q 1e-3\nb: [x, {y: z}, *q]\nc: {d: e, f: [g]}\n"))
	require.NoError(t, err)
	require.Equal(t, []string{"1e-3", "[x, {y: z}, *q]", "{d: e, f: [g]}", ""}, []string{s.Text("a"), s.Text("b"), s.Text("c"), s.Text("none")})
	require.Equal(t, [][2]string{{"d", "e"}, {"f", "[g]"}}, s.Pairs("c"))
	require.Nil(t, s.Pairs("a"))
	require.Nil(t, s.Pairs("none"))
}

// Whatever is in a file: an error that names it, or settings all of which can be asked for as anything.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"a: 1\nb: [1, 2]\nc: {d: e}\n", "a: &a [*a]\n", "a: !!float x\n", "? [a]\n: b\n", "a: 0x_\n", "a: .inf\n", "a: !<tag:x> 1\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		s, err := settings.Parse("x.yaml", content)
		if err != nil {
			if !strings.Contains(err.Error(), "x.yaml") || len(err.Error()) > 500 {
				t.Fatal(err)
			}
			return
		}
		var errs []error
		for _, name := range s.Names() {
			if len(s.Text(name)) > 4*len(content)+100 {
				t.Fatal("longer than the file")
			}
			s.Pairs(name)
			for _, like := range []reflect.Type{
				reflect.TypeFor[text](), reflect.TypeFor[int](), reflect.TypeFor[float64](), reflect.TypeFor[bool](),
				reflect.TypeFor[kinds](), reflect.TypeFor[[]int](), reflect.TypeFor[[]string](),
			} {
				_, err := s.Value(name, like)
				errs = append(errs, err)
			}
		}
		_ = errors.Join(errs...)
	})
}
