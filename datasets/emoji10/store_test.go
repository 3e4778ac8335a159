package emoji10_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/emoji10"
)

// prepared returns a folder with prepared files only, and the data that was prepared.
func prepared(t testing.TB) (emoji10.Edition, string, *emoji10.Data) {
	dir := t.TempDir()
	e := newMini().build(t, dir)
	data, err := e.Prepare(t.Context(), dir, nil)
	require.NoError(t, err)
	return e, dir, data
}

func TestLoadGivesWhatWasPrepared(t *testing.T) {
	e, dir, want := prepared(t)
	for _, name := range e.Files() {
		require.NoError(t, os.Remove(filepath.Join(dir, name)))
	}
	require.Len(t, contents(t, dir), 2)
	got, err := e.Load(dir)
	require.NoError(t, err)
	require.Equal(t, want, got)

	t.Setenv("PATH", t.TempDir())
	opened, err := e.Open(t.Context(), dir, func(line string) { t.Errorf("loading should say nothing: %s", line) })
	require.NoError(t, err)
	require.Equal(t, want, opened)
}

func TestImageCannotReachTheNextOne(t *testing.T) {
	_, _, data := prepared(t)
	before := data.Image(0, 1)[0]
	_ = append(data.Image(0, 0), 77)
	require.Equal(t, before, data.Image(0, 1)[0])
	for _, at := range [][2]int{{-1, 0}, {20, 0}, {0, 2}, {1, -1}} {
		require.Panics(t, func() { data.Image(at[0], at[1]) })
	}
}

func TestDamagedFilesAreNoticedAndMadeAnew(t *testing.T) {
	replace := func(old, with string) func(string) string {
		return func(s string) string {
			changed := strings.Replace(s, old, with, 1)
			if changed == s {
				panic("the test changes nothing: " + old)
			}
			return changed
		}
	}
	tests := []struct {
		name, file string
		damage     func(string) string
		want       string
	}{
		{"version", "emoji10.json", replace(`"version": 1`, `"version": 99`), "format version 99, expected 1"},
		{"no JSON", "emoji10.json", func(s string) string { return s[:len(s)/2] }, "is damaged"},
		{"another type", "emoji10.json", replace(`"class": 0`, `"class": "0"`), "is damaged"},
		{"sources", "emoji10.json", replace(`mini-texts@1.0.0`, `mini-texts@2.0.0`), "was made from"},
		{"classes", "emoji10.json", replace(`"Animals"`, `"Beasts"`), "Beasts"},
		{"vendors", "emoji10.json", replace(`"twitter"`, `"x"`), `"x"`},
		{"shape", "emoji10.json", replace(`20,`, `21,`), "shape [21 2 3 32 32]"},
		{"class out of range", "emoji10.json", replace(`"class": 9`, `"class": 10`), "incomplete"},
		{"negative class", "emoji10.json", replace(`"class": 0`, `"class": -1`), "incomplete"},
		{"class changed", "emoji10.json", replace(`"class": 9`, `"class": 8`), "emoji in the classes"},
		{"label without tokens", "emoji10.json", replace(`"label_tokens"`, `"labels"`), "incomplete"},
		{"checksum", "emoji10.json", replace(`"sha256": "`, `"sha256": "0`), "is not the file that emoji10.json describes"},
		{"one byte of the pixels", "emoji10.u8", func(s string) string { return "\xff" + s[1:] }, "is not the file"},
		{"pixels cut short", "emoji10.u8", func(s string) string { return s[1:] }, "is not the file"},
		{"too many pixels", "emoji10.u8", func(s string) string { return s + s }, "expected at most"},
	}
	e, dir, want := prepared(t)
	good := contents(t, dir)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			path := filepath.Join(dir, test.file)
			require.NoError(t, os.WriteFile(path, []byte(test.damage(good[test.file])), 0o644))
			_, err := e.Load(dir)
			require.ErrorIs(t, err, emoji10.ErrNotPrepared)
			require.ErrorContains(t, err, dir)
			require.ErrorContains(t, err, test.file)
			require.ErrorContains(t, err, test.want)

			var said []string
			got, err := e.Open(t.Context(), dir, func(line string) { said = append(said, line) })
			require.NoError(t, err)
			require.Equal(t, want, got)
			require.Contains(t, said[0], test.want, "the reason is told")
			require.Equal(t, good, contents(t, dir))
		})
	}
	for _, missing := range []string{"emoji10.json", "emoji10.u8"} {
		require.NoError(t, os.Remove(filepath.Join(dir, missing)))
		_, err := e.Load(dir)
		require.ErrorIs(t, err, emoji10.ErrNotPrepared)
		require.ErrorContains(t, err, missing)
		_, err = e.Open(t.Context(), dir, nil)
		require.NoError(t, err)
	}
}

func TestAnUnreadableFolderIsNotPreparedAnew(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	_, err := emoji10.Open(t.Context(), file, nil)
	require.Error(t, err)
	require.NotErrorIs(t, err, emoji10.ErrNotPrepared)
	require.ErrorContains(t, err, file)
}

func FuzzIndex(f *testing.F) {
	e, dir, _ := prepared(f)
	f.Add([]byte(contents(f, dir)["emoji10.json"]))
	f.Add([]byte(`{"version":1}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		emoji, err := e.ParseIndex(content)
		if err != nil {
			return
		}
		require.Len(t, emoji, 20)
		for _, em := range emoji {
			require.NotEmpty(t, em.LabelTokens)
			require.LessOrEqual(t, len(em.TagTokens), emoji10.MaxTokens)
			require.GreaterOrEqual(t, em.Class, 0)
			require.Less(t, em.Class, 10)
		}
	})
}
